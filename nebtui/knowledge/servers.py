"""What is known about inference servers beforehand: how to find them, where figures are, how they
are called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

from nebtui.knowledge import repository
from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped

Answer = Literal["prometheus", "ollama", "comfyui", "koboldcpp", "log"]


@dataclass(frozen=True, slots=True)
class ServerKnowledge:
    """One kind of server. Metric names are tried in order: releases rename them. A name may carry
    one label with the values that count: `calls{path="/a|/b"}`."""

    kind: str
    name: str
    answer: Answer
    images: tuple[str, ...] = ()
    """Globs of repositories, without registry and tag: a hint."""
    commands: tuple[str, ...] = ()
    """Words of its command line: a hint."""
    ports: tuple[int, ...] = ()
    """Where it listens in its container unless told otherwise: a hint."""
    path: str = ""
    slots: str = ""
    """Where llama.cpp tells the tokens of requests that still run (`next_token[].n_decoded`)."""
    prefixes: tuple[str, ...] = ()
    """What the names of its metrics begin with: the truth."""
    generic: bool = False
    """Any web application may have metrics of these names: they prove it only where image or
    command say what it is."""
    tokens: tuple[str, ...] = ()
    """Counter of generated tokens."""
    live: tuple[str, ...] = ()
    """Counter of generated tokens that moves while requests run, where `tokens` does not."""
    gauge: tuple[str, ...] = ()
    """The server's own tokens a second of all requests: the needle where nothing else moves."""
    prompt_tokens: tuple[str, ...] = ()
    speed: tuple[tuple[str, str], ...] = ()
    """Pairs of (tokens, seconds) counters whose growths divide into the speed of one request."""
    prompt_speed: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
    """Seconds in one unit of the seconds counters."""
    at_end: bool = False
    """Its counters move only when a request ends, so that they say nothing about one that still
    runs."""
    mixed: bool = False
    """Its seconds hold the reading of prompts too, so that a longer prompt would look like
    slowness: no verdict."""
    decodes: tuple[str, ...] = ()
    """Counter of steps, each of which gives every running request one token: a needle, no
    verdict."""
    requests: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    kv_cache: tuple[str, ...] = ()
    """Used share of the memory for keys and values, 0 to 1."""
    model_label: str = ""
    about: str = ""
    """A JSON page that names the model under the first of `model_keys`, where the metrics carry no
    label for it."""
    model_keys: tuple[str, ...] = ()
    unit: str = "tok/s"
    source: str = ""
    date: str = ""
    note: str = ""
    remedy: str = ""
    """How its metrics are switched on, for a server that is found and tells none."""

    @property
    def late(self) -> bool:
        """Nothing of a request is told before it ends."""
        return self.at_end and not (self.live or self.gauge or self.slots)

    @property
    def names(self) -> frozenset[str]:
        """All metrics asked for, as they stand in the table: the rest of a page need not be
        parsed."""
        singles = (
            self.tokens,
            self.live,
            self.gauge,
            self.kv_cache,
            self.prompt_tokens,
            self.decodes,
            self.requests,
            self.running,
            self.waiting,
        )
        pairs = (*self.speed, *self.prompt_speed)
        return frozenset(name for many in (*singles, *pairs) for name in many)


@cache
def servers() -> tuple[ServerKnowledge, ...]:
    """All kinds, in the order of the file."""
    text = shipped("nebtui.knowledge", "servers.toml")
    return tuple(
        ServerKnowledge(**{key: _frozen(value) for key, value in row.items()})
        for row in _rows(text)
    )


def hinted(image: str, command: str) -> ServerKnowledge | None:
    """The kind that an image's name or a command line suggests; None for a stranger."""
    repo, _ = repository(image)
    for kind in servers():
        if any(word in command for word in kind.commands) or any(
            fnmatchcase(repo, glob) for glob in kind.images
        ):
            return kind
    return None


def confirmed(page: str, hint: ServerKnowledge | None = None) -> ServerKnowledge | None:
    """The kind whose prefix a metric of this page carries; comments do not count. `hint`: what
    image or command say, the only kind with names of no server in particular that is believed."""
    names = [line for line in page.splitlines() if line and not line.startswith("#")]
    for kind in servers():
        known = kind.prefixes and (not kind.generic or kind is hint)
        if known and any(name.startswith(kind.prefixes) for name in names):
            return kind
    return None


def _rows(text: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = tomllib.loads(text)["server"]
    return rows


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
