"""Who names whom: host names in the environment, command, entrypoint and labels of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern
from nebtui.text.mask import mask

HOST_GATEWAY = "host.docker.internal"


@dataclass(frozen=True, slots=True)
class Reference:
    """A service names a host. `certain`: the text can mean nothing but a host (a URL, `host=…`);
    otherwise it counts only if somebody answers the name (`redis:7` may be an image)."""

    source: ServiceKey
    host: str
    port: int | None
    path: tuple[str, ...]
    text: str
    origin: Origin | None
    certain: bool


# Every repetition starts at a word and is bounded: a certificate or a script in a value must not
# take seconds.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?"
_LOCAL = "file|unix|npipe|sqlite|s3[an]?|gs|hf|oci|docker|docker-image"
"""Schemes whose next word is a path, a bucket or an image."""
_SCHEME = rf"(?<![a-z0-9+.-])(?!(?:{_LOCAL}):)[a-z][a-z0-9+.-]{{0,30}}://"
_URL = pattern(_SCHEME + r"(?:[^/\s@]{0,500}@)*([^/\s?#\"'<>|;`@]{1,2000})", re.IGNORECASE)
_NEXT_URL = pattern(r",(?=[a-z][a-z0-9+.-]{0,30}://)", re.IGNORECASE)
"""The comma of `http://a:1,http://b:2`, which is none of `mongodb://a:1,b:2`."""
_VARIABLE = pattern(r"\$\{[^}]*\}?|\$\w+")
_HOST_PORT = pattern(rf"(?<![\w./:$-])({_NAME}):(\d{{2,5}})(?![\w.@]|:\d)")
_KEYWORD = pattern(
    rf"(?i)(?<![\w-])(?:host|hostname|server|data source)\s*=\s*({_NAME})(?:[:,](\d{{2,5}}))?"
)
HOST_KEY = pattern(
    r"(?i)(^|_)(HOST|HOSTS|HOSTNAME|SERVER|SERVERS|ADDR|ADDRESS|ADDRESSES|SEEDS|ENDPOINT|"
    r"ENDPOINTS|BROKERS?|NODES?|URL|"
    r"URI|UPSTREAM|PEERS?)$"
)
_HOST_FLAG = pattern(r"(?i)^--?[\w-]*(host|server|addr|address|endpoint|upstream|broker|url|uri)$")
_NO_REFERENCE = pattern(
    r"(?i)(ORIGIN|CORS|ALLOWED|NO_PROXY|PUBLIC|EXTERNAL|WEBHOOK|CALLBACK|REDIRECT|VIRTUAL_HOST|"
    r"LISTEN|ADVERTISE|BIND[_-]|ISSUER|AUDIENCE|NEXTAUTH|COOKIE|"
    r"(^|_)(APP|SITE|FRONTEND|WEBUI|BROWSER|VITE|REACT_APP)_.*(URL|URI|HOST|DOMAIN)$|"
    r"^(VITE|NEXT|NUXT|REACT_APP)_|(^|_)(BIND|IMAGE|TAG|VERSION|DOMAIN)$|"
    r"(^|_)(APP|SITE|ROOT|SELF|HOME)_URL$)"
)
"""Variables that list who may call in, how the browser and the outside name a service (issuer,
audience, app and site URLs), where it listens, or which image it is."""
_WIDTH = 160
"""Characters of a text that are shown as evidence."""
_LOWEST_PORT = 80
"""`node:20` and `postgres:16` are images: a smaller number is a port only where the text can be
nothing but a host."""
_LITERAL = pattern(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|\[.*|0|[0-9]+)$", re.IGNORECASE)


def references(
    key: ServiceKey, service: Service, shared: frozenset[str] = frozenset()
) -> tuple[Reference, ...]:
    """All host names a service's own texts name, in the order they stand; IP literals and localhost
    left out, and what stands in an env file that several services share (`shared`): which of them
    means it is not known."""
    result: dict[tuple[str, int | None], Reference] = {}
    for path, text, host, port, certain in mentions(service):
        if _LITERAL.match(host) or "$" in host:
            continue
        origin = service.origins.get(path)
        if origin is not None and origin.file in shared:
            continue
        if (host.lower(), port) not in result:
            message = line_with(host, text)
            result[host.lower(), port] = Reference(
                key, host.lower(), port, path, message, service.origin(*path), certain
            )
    return tuple(result.values())


def shared_env_files(project: Project) -> frozenset[str]:
    """The env files from which two or more services have variables."""
    users: dict[str, set[str]] = {}
    for service in project.services.values():
        for path, origin in service.origins.items():
            if path[:1] == ("environment",) and not origin.file.endswith((".yml", ".yaml")):
                users.setdefault(origin.file, set()).add(service.name)
    return frozenset(file for file, names in users.items() if len(names) > 1)


def line_with(host: str, text: str) -> str:
    """The line of a longer text that names the host, masked and shortened around it."""
    text = mask(text)
    line = next((line for line in text.splitlines() if host in line), text)
    start = max(0, line.find(host) - _WIDTH // 2)
    cut = line[start : start + _WIDTH]
    return ("…" if start else "") + cut.strip() + ("…" if start + _WIDTH < len(line) else "")


Mention = tuple[tuple[str, ...], str, str, int | None, bool]


def mentions(service: Service) -> Iterator[Mention]:
    """Every host that a service's own texts name, literals and localhost included: path, text,
    host, port, and whether the text can mean nothing but a host."""
    for name, value in service.environment.items():
        if value and not _NO_REFERENCE.search(name):
            for host, port, certain in hosts_in(value, bare=bool(HOST_KEY.search(name))):
                yield ("environment", name), f"{name}={value}", host, port, certain
    for key, words in (("command", service.command), ("entrypoint", service.entrypoint)):
        for previous, word in zip(("", *words), words, strict=False):
            flag, _, inline = word.partition("=") if word.startswith("-") else (previous, "", "")
            if flag.startswith("-") and _NO_REFERENCE.search(flag):
                continue
            bare = bool(_HOST_FLAG.match(flag))
            text = inline or word
            for host, port, certain in hosts_in(text, bare=bare):
                yield (key,), f"{previous} {word}".strip() if bare else word, host, port, certain
    for name, value in service.labels.items():
        for match in _URL.finditer(value):
            for host, port in _authorities(match.group(1)):
                yield ("labels", name), f"{name}={value}", host, port, True


def hosts_in(text: str, *, bare: bool) -> Iterator[tuple[str, int | None, bool]]:
    """Host, port and certainty of each name in a text. `bare`: the whole text may be names
    (`HOST=db`, `SEEDS=a,b`)."""
    text = _NEXT_URL.sub(" ", text)
    for match in _URL.finditer(text):
        for host, port in _authorities(match.group(1)):
            yield host, port, True
    rest = _URL.sub(" ", text)
    for match in _HOST_PORT.finditer(rest):
        if bare or int(match.group(2)) >= _LOWEST_PORT:
            yield match.group(1), int(match.group(2)), False
    for match in _KEYWORD.finditer(rest):
        yield match.group(1), int(match.group(2)) if match.group(2) else None, False
    if bare and "://" not in text:
        for word in re.split(r"[,;\s]+", _VARIABLE.sub("$", text).strip()):
            if re.fullmatch(_NAME, word):
                yield word, None, False


def _authorities(text: str) -> Iterator[tuple[str, int | None]]:
    """`a:1,b:2` of a URL; what stands before an `@` was cut off before."""
    for part in text.split(","):
        host, _, port = part.partition(":")
        digits = re.match(r"\d+", port)
        if re.fullmatch(_NAME, host) and not port[:1].isalpha():
            yield host, int(digits.group()) if digits else None
