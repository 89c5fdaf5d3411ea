"""The nouns of the rails graph: what is to be drawn, and the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from nebtui.graph.canvas import Line
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """A network: `name` is its key in `Row.networks`, `label` what people read."""

    name: str
    label: str
    shared: bool
    external: bool
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A service: `state` is its readiness in people's words, `tone` one of ok warn bad dim info,
    `gpu` in percent."""

    id: str
    name: str
    glyph: str
    state: str
    tone: str
    networks: tuple[str, ...] = ()
    gpu: float | None = None
    rate: str = ""
    note: str = ""
    note_tone: str = "dim"
    rate_tone: str = ""
    """dim or warn; "" goes with the note: a speed beside bad news is bad news."""
    degraded: bool = False
    """It runs, and is unhealthy or paused."""
    said: str = ""
    """What it wrote last, where that may tell why it is not well."""
    hollow: frozenset[str] = frozenset()
    """Those of its networks that its file declares and its container is not on."""
    runs: bool = False
    """It has a process now, of which figures can be told."""
    limited: bool = False
    """Its memory has a limit."""
    restarts: int = 0
    ports: str = ""
    """What it publishes: `18000→8000 9090`."""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A project and its services from top to bottom; `subtitle` is its roll-up in words, coloured
    by `tone`."""

    id: str
    title: str
    subtitle: str
    tone: str
    rows: tuple[Row, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` depends on or references `target` (row ids); `kind` is depends, references or talks,
    `tone` ok warn bad info dim.

    A `calm` edge is drawn even when nothing asks for it.
    """

    source: str
    target: str
    kind: str
    tone: str
    broken: bool = False
    calm: bool = False


@dataclass(frozen=True, slots=True)
class GraphModel:
    """Everything that one drawing shows."""

    networks: tuple[NetworkLine, ...] = ()
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines from top to bottom, the line index of every visible row and group id, and these ids
    from top to bottom."""

    lines: Sequence[Line] = ()
    row_of: Mapping[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()
