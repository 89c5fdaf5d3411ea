"""How many cells each part of a service line gets at a given width."""

from collections.abc import Iterable, Mapping

from nebtui.graph.scene import GraphModel, Row
from nebtui.light_dataclass import dataclass
from nebtui.text.terminal import shown_width

LEAST_ARCS = 12
"""Fewer columns than this (where more are wanted) are no use for arcs: words take their place."""

_GAPS = {"name": 2, "percent": 1, "restarts": 1, "arcs": 1}
"""Cells before a column; two where it is not named."""
_SHRINK = (
    ("note", 24),
    ("name", 24),
    ("bar", 4),
    ("note", 18),
    ("name", 14),
    ("bar", 0),
    ("arcs", LEAST_ARCS),
    ("note", 12),
    ("name", 10),
    ("arcs", 0),
    ("rate", 0),
    ("percent", 0),
    ("note", 0),
    ("name", 6),
    ("state", 4),
    ("state", 0),
    ("name", 0),
)
_SHRINK_FOR_FIGURES = (("note", 48), ("bar", 4), ("note", 18), ("bar", 0))
"""What makes room for the columns that were admitted, before anything else does."""
_USEFUL = (
    ("cpu", 18, 0),
    ("memory", 18, 0),
    ("uptime", 36, 4),
    ("restarts", 36, 4),
    ("ports", 42, 4),
    ("image", 48, 8),
)
"""Columns that are there where there is room, the most useful first; and the cells that the note
and the bar keep beside each (or what they need, if that is less)."""
ORDER = (
    "name",
    "state",
    "cpu",
    "memory",
    "bar",
    "percent",
    "rate",
    "uptime",
    "restarts",
    "ports",
    "image",
    "note",
    "arcs",
)
"""The parts of a service line, from left to right."""
MEMORY, LIMITED_MEMORY = 5, 11
"""`412M`; `412M/2.0G`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each part, gaps before it not counted; 0 means that the part is left out with its
    gap."""

    rails: int
    name: int
    state: int
    cpu: int
    memory: int
    bar: int
    percent: int
    rate: int
    uptime: int
    restarts: int
    ports: int
    image: int
    note: int
    arcs: int
    text: int
    """Cells left of the arcs, the gap before them included."""


def spans(columns: Columns) -> dict[str, range]:
    """The cells of each part that is there, by its name, from left to right."""
    found, at = {}, columns.rails
    for part in ORDER:
        size: int = getattr(columns, part)
        if size:
            at += _GAPS.get(part, 2)
            found[part] = range(at, at + size)
            at += size
    return found


def note_of(row: Row, *, counted: bool) -> tuple[str, str]:
    """What the note column says of a row, and its tone: that it was restarted where nothing else
    is to be said and no column (`counted`) has it."""
    if row.note or counted or not row.restarts:
        return row.note, row.note_tone
    return f"restarted ×{row.restarts}", "warn"


def columns_for(
    scene: GraphModel, width: int, rails: int, arcs: int, hint: int, *, figures: bool = False
) -> Columns:
    """Columns at `width` cells, of which rails take `rails`, arcs want `arcs`, the longest hint
    `hint`. `figures`: with those that are there where there is room.

    Notes and rates get round sizes, so that a number that grows by a digit does not move the arcs
    of every line.
    """
    rows = [row for group in scene.groups if not group.collapsed for row in group.rows]
    note = _widest((note_of(row, counted=False)[0] for row in rows), 10_000)
    measured = any(row.gpu is not None for row in rows)
    sizes = {
        "name": _widest((row.name for row in rows), 40),
        "state": max(10, _widest((row.state for row in rows), 14)),
        "bar": 8 if measured else 0,
        "percent": 4 if measured else 0,
        "rate": max(9, _widest((r.rate for r in rows), 12)) if any(r.rate for r in rows) else 0,
        "note": -(-max(note, hint, 18 if width < 160 else 30) // 6) * 6,
        "arcs": arcs,
    }
    useful = _useful(rows, sizes, width - rails) if figures else {}
    sizes |= dict.fromkeys((name for name, _, _ in _USEFUL), 0) | useful
    for part, least in (*(_SHRINK_FOR_FIGURES if useful else ()), *_SHRINK):
        excess = rails + _cells(sizes) - width
        if excess <= 0:
            break
        sizes[part] = max(min(sizes[part], least), sizes[part] - excess)
        if (part in ("bar", "percent") and least == 0) or (
            part == "arcs" and sizes["arcs"] < min(arcs, LEAST_ARCS)
        ):
            sizes[part] = 0  # a stump of a bar, a percent or of arcs says nothing
    used = rails + _cells(sizes)
    if not sizes["arcs"] and used < width:
        sizes["note"] += width - used if sizes["note"] else max(0, width - used - 2)
    text = rails + _cells({**sizes, "arcs": 0}) + _GAPS["arcs"]
    return Columns(rails=rails, text=text, **sizes)


def _useful(rows: Iterable[Row], sizes: Mapping[str, int], room: int) -> dict[str, int]:
    """The sizes of the columns that there is room for beside the others, up to the first for which
    there is none."""
    every = list(rows)
    runs, limited = any(row.runs for row in every), any(row.limited for row in every)
    wanted = {
        "cpu": (5,) if runs else (),
        "memory": ((LIMITED_MEMORY, MEMORY) if limited else (MEMORY,)) if runs else (),
        "uptime": (4,) if runs else (),
        "restarts": (_widest((f"×{r.restarts}" for r in every), 5),)
        if any(r.restarts for r in every)
        else (),
        "ports": (_widest((row.ports for row in every), 18),),
        "image": (_widest((row.image for row in every), 28),),
    }
    found: dict[str, int] = {}
    for name, note, bar in _USEFUL:
        kept = {"note": min(note, sizes["note"]), "bar": min(bar, sizes["bar"])}
        forms = [size for size in wanted[name] if size]
        fitting = (s for s in forms if _cells({**sizes, **kept, **found, name: s}) <= room)
        size = next(fitting, None)
        if forms and size is None:
            break
        if size is not None:
            found[name] = size
    return found


def _widest(texts: Iterable[str], most: int) -> int:
    """The cells of the widest text, at most `most`."""
    return min(max((shown_width(text) for text in texts), default=0), most)


def _cells(sizes: Mapping[str, int]) -> int:
    """The cells of all columns that have a size, each with the gap before it."""
    return sum(size + _GAPS.get(name, 2) for name, size in sizes.items() if size)
