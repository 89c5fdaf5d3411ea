"""What of a text may leave the machine: names, hosts and ports, with every word taken out that is a
secret or may be one. Stricter than `text.mask`, which hides secrets from eyes and leaves what it
does not recognise."""

from __future__ import annotations

import re
from functools import lru_cache

from nebtui.analysis.references import HOST_KEY, hosts_in
from nebtui.text.mask import MASK, mask

_SWITCH = re.compile(r"(?:NVIDIA|CUDA|ROCR|HIP|HSA)_")
_DEVICES = re.compile(
    r"(?:all|none|void|-?\d+(?::\d+)?|(?:GPU|MIG)-[0-9a-fA-F-]{8,40}|nvidia\.com/gpu=\w{0,9}|,|\s)*"
)
"""What the variables that name GPUs may hold; ids of devices look like secrets and are none."""
_PLAIN = re.compile(r"(?i)true|false|yes|no|on|off|[01]|:\d{1,5}|\$\{?\w+\}?|\s*")
"""Values that give nothing away: switches, a port to listen on, the name of a variable."""
_NUMBER_NAME = re.compile(r"(?i)PORT|(?:^|_)[UG]ID$")
_VARIABLE = re.compile(r"\$\{?(\w+)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}(?=://)", re.IGNORECASE)
_USER = re.compile(r"://[^/\s@]+@")
_QUERY = re.compile(r"(://[^\s?\"'<>]{0,2000}\?)[^\s\"'<>]+")
_TOKEN = re.compile(r"\s+|(?:[^\s\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\"'])+", re.DOTALL)
"""A blank, or a word as a shell reads it, quoted parts included."""
_LONG = re.compile(r"[\w+/=-]{20,}", re.ASCII)
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,14}|[A-Z]{1,15}|\d{1,8}|\w{1,4}", re.ASCII)
_MOST_UNKNOWN = 12
"""Characters of a long word that may be neither words nor numbers."""
_REDIS = re.compile(r"\b(?:redis|valkey|keydb)-cli\b")
_MYSQL = re.compile(r"\b(?:mysql|mariadb)")


def visible_value(name: str, value: str) -> str:
    """What of a variable's value is kept: its hosts and ports, GPU switches, plain yes or no;
    `•••` where there was something else."""
    secret = shown(name, value) != value
    if not secret:
        if name.endswith("VISIBLE_DEVICES"):
            return value if _DEVICES.fullmatch(value) else MASK
        if _PLAIN.fullmatch(value) or (_NUMBER_NAME.search(name) and value.isdecimal()):
            return value
        if _SWITCH.match(name):
            return visible_text(value)
    return _hosts(value, bare=bool(HOST_KEY.search(name)) and not secret, urls_only=secret) or (
        MASK if value.strip() else ""
    )


def shown(name: str, value: str) -> str:
    """The value of something with a name, `•••` where that names a secret."""
    return value if mask(f"{name}={value}") == f"{name}={value}" else MASK


def _hosts(value: str, *, bare: bool, urls_only: bool) -> str:
    """The hosts and ports of a value, written so that the same ones are read from it again."""
    scheme = _SCHEME.search(value)
    kept = []
    for host, port, certain in hosts_in(value, bare=bare):
        place = host if port is None else f"{host}:{port}"
        if _random(host):
            continue
        if certain:
            kept.append(f"{scheme[0] if scheme else 'x'}://{place}")
        elif not urls_only:
            kept.append(place if bare and not scheme else f"host={place}")
    # Behind a URL only a blank ends its list of hosts.
    return (" " if scheme else ",").join(dict.fromkeys(kept))


def visible_label(value: str) -> str:
    """The hosts that URLs in a label name; "" where there is none."""
    return _hosts(value, bare=False, urls_only=True)


def variables_of(text: str) -> str:
    """The variables that a text names, without the defaults and texts around them."""
    return " ".join(f"${{{name}}}" for name in dict.fromkeys(_VARIABLE.findall(text)))


def visible_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command, those hidden that are secrets or follow the name of one."""
    line, kept, previous = " ".join(words), [], ""
    for word in words:
        shell = any(char.isspace() for char in word)
        kept.append(visible_text(word) if shell else _visible_word(previous, word, line))
        previous = word
    return tuple(kept)


@lru_cache(4096)
def visible_text(text: str) -> str:
    """A text of any kind, its secrets hidden word by word."""
    kept, previous = [], ""
    for token in _TOKEN.findall(text):
        if token.isspace():
            kept.append(token)
            continue
        kept.append(_visible_word(previous, token, text))
        previous = previous + token if token in ("=", ":") else token
    return "".join(kept)


def _visible_word(previous: str, word: str, line: str) -> str:
    """One word behind another; `line` is what they stand in."""
    shown = mask(_QUERY.sub(rf"\1{MASK}", _USER.sub(f"://{MASK}@", word)))
    if shown == word and _named(previous, word):
        return MASK
    if previous == "-a" and _REDIS.search(line):
        return MASK
    if word.startswith("-p") and len(word) > 2 and _MYSQL.search(line):
        return f"-p{MASK}"
    if previous in ("-u", "--user") and ":" in word and not re.fullmatch(r"\d+:\d+", word):
        return f"{word.partition(':')[0]}:{MASK}"
    return _LONG.sub(lambda found: MASK if _random(found[0]) else found[0], shown)


def _named(previous: str, word: str) -> bool:
    """The word before says that this one is a secret: `--token X`, `password: X`, `Bearer X`."""
    telling = previous.endswith(("=", ":")) or previous.lower() in ("bearer", "basic")
    if not telling and not (previous.startswith("-") and "=" not in previous):
        return False
    return any(mask(f"{previous}{by}{word}") != f"{mask(previous)}{by}{word}" for by in (" ", "="))


def _random(word: str) -> bool:
    """A long word that is made neither of words nor of numbers, as keys and hashes are."""
    if len(word) < 20:
        return False
    unknown = (part for part in re.split(r"[-_/+=.]", word) if not _WORD.fullmatch(part))
    return sum(map(len, unknown)) >= _MOST_UNKNOWN
