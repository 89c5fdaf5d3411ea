"""Masks what must not be shown: passwords in URLs, values of variables that are named like secrets,
env file values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from nebtui.light_pattern import pattern

MASK = "•••"

_URL = pattern(r"(://[^/\s:@]*:)[^/\s@]+(@)")
_NAMES = (
    r"passw(?:or)?d|passwd|passphrase|pwd|secret|token(?!iz|s?_per|s\b)|credential|basicauth\.users"
    r"|(?:api|access|private|encryption|master|signing)[_-]?key|[a-z0-9]_key(?![a-z])|"
    r"(?<![a-z])dsn(?![a-z])"
)
_NAMED = pattern(
    rf"(?i)((?:{_NAMES})[\w.-]{{0,100}}"
    # A colon alone is no separator: `./secret:/run/secret:ro` is a mount.
    r"(?:[\"']?\s{0,20}=|[\"']?\s{0,20}:\s|[\"']\s{0,20}:)\s{0,20}[\"']?)"
    r"(?!\s*$)([^\s\"',}][^\r\n\"']*)"
)
_AUTH = pattern(
    r"(?i)((?<![a-z])auth(?![a-z])[\w.-]{0,100}[\"']?\s{0,20}=\s{0,20}[\"']?)"
    r"([^\s\"',}$][^\r\n\"']*)"
)
"""With `=` only: services are called auth, and `auth: waits for db` is a sentence."""
_OPTION = pattern(
    r"(?i)((?:--(?:requirepass|masterauth|pass(?:word)?|token|api-key|secret|auth)"
    r"|\b(?:redis|valkey)-cli\b.{0,200}?[\s\"']-a)[\"']?[\s,=]{1,5}[\"']?)"
    r"([^\s\"',\]$][^\s\"',\]]*)"
)
"""Options of commands, in the list form too: `"--requirepass", "…"`."""
_BEARER = pattern(r"(?i)(\b(?:bearer|basic)\s+)([\w.~+/=-]{8,})")
_SHAPE = pattern(
    r"\b(?:sk-[\w-]{16,}|gh[pousr]_\w{20,}|hf_\w{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16})\b"
)
"""Keys that are known by their look, whatever they are called."""
_ENV = pattern(r"^(\s*(?:export\s+)?[\w.-]+\s*=)(.+)$")

_IDS = pattern(r"^\s*(?:export\s+)?\w*(?:UID|GID)\s*=\s*\d*\s*$")


@lru_cache(4096)
def mask(text: str) -> str:
    """A line of a compose file, a command or an environment with its secrets masked; `${NAME}`
    stays readable."""
    text = _SHAPE.sub(MASK, _BEARER.sub(rf"\1{MASK}", _URL.sub(rf"\1{MASK}\2", text)))
    text = _AUTH.sub(rf"\1{MASK}", _OPTION.sub(rf"\1{MASK}", text))
    return _NAMED.sub(lambda m: m[0] if m[2].lstrip('\\"').startswith("$") else m[1] + MASK, text)


def masked(data: Any) -> Any:
    """Plain data with the secrets in all its texts masked, keys included."""
    if isinstance(data, str):
        return mask(data)
    if isinstance(data, dict):
        return {masked(key): masked(value) for key, value in data.items()}
    return [masked(item) for item in data] if isinstance(data, list | tuple) else data


def mask_env(line: str) -> str:
    """A line of an env file with its value masked; user and group ids are no secret."""
    return line if _IDS.match(line) else _ENV.sub(rf"\1{MASK}", line)


def is_env(path: str) -> bool:
    """True for a file that is named like an env file: its values are never shown."""
    name = path.rpartition("/")[2]
    return name.startswith(".env") or name.endswith(".env")
