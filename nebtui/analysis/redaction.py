"""Changes without what must not leave the machine, before they are written down.

Names stay. Of values only hosts, ports and GPU switches do; of commands and texts what is no
secret, of labels those of Compose and nebtui and the hosts in others, of probes' answers 200
characters. A field that nobody thought of is treated as text, so that a new one is covered.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_
from types import MappingProxyType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from nebtui.analysis.secrecy import (
    shown,
    variables_of,
    visible_label,
    visible_text,
    visible_value,
    visible_words,
)
from nebtui.facts.changes import Change
from nebtui.text.mask import mask

OUTPUT = 200
"""Characters kept of what a probe printed."""
_HOME = re.compile(r"(?<![\w.])/(home|Users)/([^/\s:;,\"']+)")
_OWN_LABELS = ("com.docker.compose.", "com.docker.stack.", "com.docker.swarm.", "nebtui.")
# fmt: off
_NAMES = frozenset({
    "id", "ids", "name", "names", "key", "container", "project", "service", "network",
    "image", "image_id", "uuid", "cdi", "model", "base", "file", "files", "path",
    "working_dir", "config_files", "env_files", "files_read", "dockerfiles", "source",
    "target", "context", "dockerfile", "aliases", "hostname", "container_name", "hashes",
    "endpoint", "extra_hosts", "networks", "node", "stack", "services",
})
# fmt: on
"""Fields that hold names, paths and ids: an id looks like a secret and is none, and what is joined
by name must stay equal."""
T = TypeVar("T")
Treatment = Callable[["Redaction", Any], Any]


class Redaction:
    """The redaction of one recording. Home folders are numbered in the order they are met, so that
    two paths are equal afterwards exactly where they were before."""

    def __init__(self) -> None:
        self._homes: dict[tuple[str, str], str] = {}

    def redacted(self, change: Change) -> Change:
        """The change with what may be kept of it."""
        result: Change = self.fact(change)
        return result

    def fact(self, fact: Any) -> Any:
        """A fact of any class; the same object where nothing had to be taken out."""
        found = {}
        for name, treat in _plan(fact.__class__):
            value = getattr(fact, name)
            kept = value if value is None else treat(self, value)
            if kept is not value:
                found[name] = kept
        return replace(fact, **found) if found else fact

    def name(self, text: str) -> str:
        """A name, a path or an id."""
        return _same(text, self._at_home(mask(text)))

    def text(self, text: str) -> str:
        """A sentence, or anything else."""
        return _same(text, self._at_home(visible_text(text)))

    def words(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """A command or a health test."""
        return _same(words, tuple([self._at_home(word) for word in visible_words(words)]))

    def environment(self, values: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """Variables; one without value has none."""
        return MappingProxyType(
            {
                mask(name): value if value is None else self._at_home(visible_value(name, value))
                for name, value in values.items()
            }
        )

    def options(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Values that are no secrets by their names."""
        kept = {mask(name): self.text(shown(name, value)) for name, value in values.items()}
        return values if kept == values else MappingProxyType(kept)

    def labels(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """The labels that are kept."""
        kept = {}
        for name, value in labels.items():
            if name.startswith(_OWN_LABELS):
                kept[self.name(name)] = self.name(value)
            elif hosts := visible_label(value):
                kept[self.name(name)] = hosts
        return MappingProxyType(kept)

    def _at_home(self, text: str) -> str:
        return _HOME.sub(self._home, text) if "/home/" in text or "/Users/" in text else text

    def _home(self, found: re.Match[str]) -> str:
        key = (found[1], found[2])
        if key not in self._homes:
            count = len(self._homes)
            self._homes[key] = f"/{found[1]}/user{count + 1 if count else ''}"
        return self._homes[key]


_SPECIAL: Mapping[str, Treatment] = MappingProxyType(
    {
        "environment": Redaction.environment,
        "Project.env": Redaction.environment,
        "Build.arguments": Redaction.environment,
        "labels": Redaction.labels,
        "command": Redaction.words,
        "entrypoint": Redaction.words,
        "Healthcheck.test": Redaction.words,
        "Origin.written": lambda _, text: variables_of(text),
        "HealthProbe.output": lambda one, text: one.text(text)[:OUTPUT],
    }
)
"""By field, or by class and field."""


def _same(before: T, after: T) -> T:
    """The one before, where nothing was taken out of it."""
    return before if before == after else after


@cache
def _plan(kind: Any) -> tuple[tuple[str, Treatment], ...]:
    """The fields of a class that may hold text, and how each is treated."""
    hints = get_type_hints(kind)
    found = []
    for field in fields(kind):
        special = _SPECIAL.get(f"{kind.__name__}.{field.name}") or _SPECIAL.get(field.name)
        treat = special or _treatment(hints[field.name], field.name in _NAMES)
        if treat is not None:
            found.append((field.name, treat))
    return tuple(found)


def _treatment(hint: Any, named: bool) -> Treatment | None:
    """How a value of a type is treated; None where it can hold no text."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is str:
        return Redaction.name if named else Redaction.text
    if is_dataclass(hint):
        return Redaction.fact
    if origin in (Union, types.UnionType):
        (some,) = (_treatment(a, named) for a in arguments if a is not types.NoneType)
        return some
    if origin is tuple:
        return _row(arguments, named)
    if origin is Mapping and arguments == (str, str) and not named:
        return Redaction.options
    if origin is Mapping:
        return _mapping(_treatment(arguments[0], True), _treatment(arguments[1], named))
    return None


def _row(arguments: tuple[Any, ...], named: bool) -> Treatment | None:
    """Texts and facts in a row: all of one kind, or each place with a kind of its own."""
    cells = [_treatment(a, named) for a in arguments if a is not ...]
    if not any(cells):
        return None

    def treat(one: Redaction, row: tuple[Any, ...]) -> tuple[Any, ...]:
        places = cells if len(cells) == len(row) else cells * len(row)
        kept = tuple(
            [
                item if item is None or cell is None else cell(one, item)
                for cell, item in zip(places, row, strict=False)
            ]
        )
        return row if all(map(is_, kept, row)) else kept

    return treat


def _mapping(key: Treatment | None, held: Treatment | None) -> Treatment | None:
    if key is None and held is None:
        return None

    def treat(one: Redaction, mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
        kept = {
            key(one, k) if key else k: held(one, v) if held and v is not None else v
            for k, v in mapping.items()
        }
        same = kept.keys() == mapping.keys() and all(kept[k] is mapping[k] for k in kept)
        return mapping if same else MappingProxyType(kept)

    return treat
