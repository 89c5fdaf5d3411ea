"""Who names whom: host names in the environment, command, entrypoint and labels of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nebtui.compose.secrets import mask
from nebtui.facts.declared import Origin, Service, ServiceKey

HOST_GATEWAY = "host.docker.internal"


@dataclass(frozen=True, slots=True)
class Reference:
    """A service names a host. `certain`: the text can mean nothing but a host (a URL, `host=…`); otherwise it counts
    only if somebody answers the name (`redis:7` may be an image)."""

    source: ServiceKey
    host: str
    port: int | None
    path: tuple[str, ...]
    text: str
    origin: Origin | None
    certain: bool


_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/\s@]*@)?([^/\s?#\"'<>|;`]+)", re.IGNORECASE)
_HOST_PORT = re.compile(rf"(?<![\w./@:-])({_NAME}):(\d{{2,5}})(?![\w.:])")
_KEYWORD = re.compile(rf"(?i)(?<![\w-])(?:host|hostname|server|data source)\s*=\s*({_NAME})(?:[:,](\d{{2,5}}))?")
_HOST_KEY = re.compile(
    r"(?i)(^|_)(HOST|HOSTS|HOSTNAME|SERVER|SERVERS|ADDR|ADDRESS|ADDRESSES|SEEDS|ENDPOINT|ENDPOINTS|BROKERS?|NODES?|URL|"
    r"URI|UPSTREAM|PEERS?)$"
)
_HOST_FLAG = re.compile(r"(?i)^--?[\w-]*(host|server|addr|address|endpoint|upstream|broker|url|uri)$")
_LITERAL = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|\[.*|0|[0-9]+)$", re.IGNORECASE)


def references(key: ServiceKey, service: Service) -> tuple[Reference, ...]:
    """All host names a service's own texts name, in the order they stand; IP literals and localhost left out."""
    found: dict[tuple[str, int | None], Reference] = {}
    for path, text, host, port, certain in _all(service):
        if _LITERAL.match(host) or "$" in host:
            continue
        reference = Reference(key, host.lower(), port, path, mask(text), service.origin(*path), certain)
        found.setdefault((reference.host, port), reference)
    return tuple(found.values())


_Hit = tuple[tuple[str, ...], str, str, int | None, bool]


def _all(service: Service) -> Iterator[_Hit]:
    for name, value in service.environment.items():
        if value and not _is_list_of_allowed_origins(name):
            for host, port, certain in hosts_in(value, bare=bool(_HOST_KEY.search(name))):
                yield ("environment", name), f"{name}={value}", host, port, certain
    for key, words in (("command", service.command), ("entrypoint", service.entrypoint)):
        for previous, word in zip(("", *words), words, strict=False):
            flag, _, inline = word.partition("=")
            bare = bool(_HOST_FLAG.match(previous)) or bool(inline and _HOST_FLAG.match(flag))
            text = inline if inline and flag.startswith("-") else word
            for host, port, certain in hosts_in(text, bare=bare):
                yield (key,), f"{previous} {word}".strip() if bare else word, host, port, certain
    for name, value in service.labels.items():
        for match in _URL.finditer(value):
            for host, port in _authorities(match.group(1)):
                yield ("labels", name), f"{name}={value}", host, port, True


def _is_list_of_allowed_origins(name: str) -> bool:
    """Variables that list who may call in, or how the outside names this service, are no references."""
    return bool(re.search(r"(?i)(ORIGIN|CORS|ALLOWED|NO_PROXY|PUBLIC|EXTERNAL|WEBHOOK|CALLBACK|REDIRECT)", name))


def hosts_in(text: str, *, bare: bool) -> Iterator[tuple[str, int | None, bool]]:
    """Host, port and certainty of each name in a text. `bare`: the whole text may be names (`HOST=db`, `SEEDS=a,b`)."""
    rest = text
    for match in _URL.finditer(text):
        rest = rest.replace(match.group(0), " ")
        for host, port in _authorities(match.group(1)):
            yield host, port, True
    for match in _HOST_PORT.finditer(rest):
        yield match.group(1), int(match.group(2)), False
    for match in _KEYWORD.finditer(rest):
        yield match.group(1), int(match.group(2)) if match.group(2) else None, False
    if bare and "://" not in text:
        for word in re.split(r"[,;\s]+", text.strip()):
            if re.fullmatch(_NAME, word):
                yield word, None, False


def _authorities(text: str) -> Iterator[tuple[str, int | None]]:
    """`a:1,b:2` of a URL; a userinfo that holds a comma was cut off before."""
    for part in text.rpartition("@")[2].split(","):
        host, _, port = part.partition(":")
        digits = re.match(r"\d+", port)
        if re.fullmatch(_NAME, host):
            yield host, int(digits.group()) if digits else None
