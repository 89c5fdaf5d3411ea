"""The wanted figures of a page in Prometheus text: summed over their labels, or of one label only.

The page is somebody else's text: one that cannot be read is None, never an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from nebtui.hosts.json_values import text
from nebtui.knowledge.servers import ServerKnowledge
from nebtui.light_dataclass import dataclass

STARTED = "process_start_time_seconds"
NAME = re.compile(r"[^\s{]+")
CHOSEN = re.compile(r'(?P<name>[^\s{]+)\{(?P<label>\w+)="(?P<values>[^"]*)"\}')
"""A name of the table that wants one label: `calls{path="/a|/b"}`."""
MOST = 1e15
"""Whatever counts more is broken or an attack, also where only the sum over its labels does."""


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The figures wanted from one page, by their names in the table; `model` names all models that
    were found."""

    values: Mapping[str, float]
    """Summed over their labels."""
    greatest: Mapping[str, float] = field(default_factory=dict)
    """The greatest of their labels: shares do not add up."""
    model: str = ""

    def first(self, names: Iterable[str]) -> float | None:
        """The first of these names that is there."""
        return next((self.values[name] for name in names if name in self.values), None)

    def share(self, names: Iterable[str]) -> float | None:
        """The first of these names as a share, 0 to 1; None where there is none, or no share."""
        found = next((self.greatest[name] for name in names if name in self.greatest), None)
        return found if found is not None and 0.0 <= found <= 1.0 else None

    def pair(self, names: Iterable[tuple[str, str]], scale: float) -> tuple[float, float] | None:
        """The first pair of which both are there, the second in seconds."""
        found = (
            (self.values[a], self.values[b] * scale)
            for a, b in names
            if a in self.values and b in self.values
        )
        return next(found, None)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One name of the table: the metric, and which values of which label count ("" = all)."""

    key: str
    label: str = ""
    values: frozenset[str] = frozenset()

    def counts(self, labels: Mapping[str, str]) -> bool:
        return not self.label or labels.get(self.label) in self.values


def page(body: str, server: ServerKnowledge) -> MetricsPage | None:
    """The wanted figures of a Prometheus page; None where it cannot be read. Only their lines are
    parsed: a page of vLLM has a thousand others."""
    from prometheus_client.parser import text_string_to_metric_families

    wanted = _by_metric((*server.names, STARTED))
    lines = [line for line in body.splitlines() if (name := NAME.match(line)) and name[0] in wanted]
    values: dict[str, float] = {}
    greatest: dict[str, float] = {}
    models: dict[str, None] = {}
    try:
        for family in text_string_to_metric_families("\n".join(lines) + "\n"):
            for sample in family.samples:
                for one in wanted.get(sample.name, ()):
                    if math.isfinite(sample.value) and one.counts(sample.labels):
                        values[one.key] = values.get(one.key, 0.0) + sample.value
                        greatest[one.key] = max(greatest.get(one.key, sample.value), sample.value)
                model = sample.labels.get(server.model_label) if server.model_label else None
                if model:
                    models[text(model)[:120]] = None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        # The parser has no error of its own: broken lines surface as whatever its slicing runs
        # into.
        return None
    sane = {name: value for name, value in values.items() if abs(value) < MOST}
    return MetricsPage(sane, greatest, ", ".join(list(models)[:4]))


def _by_metric(names: Iterable[str]) -> dict[str, list[_Wanted]]:
    """What is wanted of each metric."""
    result: dict[str, list[_Wanted]] = {}
    for key in names:
        found = CHOSEN.fullmatch(key)
        one = _Wanted(key)
        if found:
            one = _Wanted(key, found["label"], frozenset(found["values"].split("|")))
        result.setdefault(found["name"] if found else key, []).append(one)
    return result
