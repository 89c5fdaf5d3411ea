"""A tour as it is written in a file: steps, each with what must become true."""

from __future__ import annotations

from typing import Literal, get_args

from nebtui.light_dataclass import dataclass

Kind = Literal[
    "selected",
    "screen",
    "tab",
    "log",
    "filter",
    "gone",
    "written",
    "seen",
    "undone",
    "state",
    "ran",
    "calm",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Everything that a step can wait for."""
SCREENS = (
    "home",
    "review",
    "undo",
    "timeline",
    "logs",
    "gpu",
    "commands",
    "help",
    "manual",
    "reach",
)
TABS = ("why", "startup", "log", "health", "mounts", "yaml", "gpu")


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that must be true, and of what."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class TourStep:
    """What to do, why, and how one knows that it was done."""

    title: str
    text: str
    until: tuple[Clause, ...]
    """All of them must be true at once; none = the step is only read."""
    at: str = ""
    """The row to go to, `PROJECT/SERVICE` or `PROJECT`; "" for none."""
    key: str = ""
    """The keys to press there, as people read them."""
    done: str = ""
    """What is said once it is true, instead of the text."""
    back: str = ""
    """What is said where something else was done, beside what nebtui sees itself."""


@dataclass(frozen=True, slots=True)
class Tour:
    """A title and steps in their order; at least one."""

    title: str
    steps: tuple[TourStep, ...]
