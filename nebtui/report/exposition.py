"""The text format of Prometheus, version 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from nebtui.light_dataclass import dataclass
from nebtui.text.mask import mask
from nebtui.text.terminal import plain

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """A metric with its help, its type, and a value for each set of labels. What is not known has
    no value here: a series that is absent, never 0."""

    name: str
    kind: Literal["gauge", "counter"]
    told: str
    series: tuple[tuple[Labels, float], ...]


def exposition(families: Iterable[MetricFamily]) -> Iterator[str]:
    """A line each, secrets in label values masked; metrics without a series are left out. Two
    series with the same labels would spoil the whole page: the first of them stays."""
    for family in families:
        lines: dict[str, float] = {}
        for labels, value in family.series:
            if math.isfinite(value):
                lines.setdefault(_labels(labels), value)
        if lines:
            yield f"# HELP {family.name} {_escaped(family.told)}"
            yield f"# TYPE {family.name} {family.kind}"
        for text, value in lines.items():
            yield f"{family.name}{text} {_number(value)}"


def _labels(labels: Labels) -> str:
    """The labels in braces; one without a value is the same as none."""
    shown = {name: plain(mask(value)) for name, value in labels.items()}
    parts = [f'{name}="{_escaped(value, quote=True)}"' for name, value in shown.items() if value]
    return "{" + ",".join(parts) + "}" if parts else ""


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
