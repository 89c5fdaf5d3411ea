"""A start as bars on a shared axis: created, started, listening, healthy, ended; refused
connections as marks at their time."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.startup.words import outcome
from nebtui.facts.startup import Bar, Run, Start
from nebtui.graph.axis import Axis
from nebtui.graph.canvas import ASCII, BOX, Glyphs, Line, Pen
from nebtui.light_dataclass import dataclass
from nebtui.text.mask import mask
from nebtui.text.terminal import cell_width, plain

NARROW = 72
"""Below this width there is no room for what became of each container."""
NAMES = 22
"""Most cells for names."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One alphabet of the bars."""

    held: str
    starting: str
    listening: str
    healthy: str
    died: str
    done: str
    refused: str
    cursor: str


BLOCKS = Marks("┄", "░", "▒", "█", "✗", "✓", "!", "│")
LETTERS = Marks(".", "-", "=", "#", "x", "y", "!", "|")
PHASES = (
    ("held", "held", "dim"),
    ("starting", "started", "warn"),
    ("listening", "listening", "info"),
    ("healthy", "healthy", "ok"),
    ("died", "died", "bad"),
    ("refused", "refused", "bad"),
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: the axis in two lines, then a line for each bar of the start."""

    lines: tuple[Line, ...]
    axis: Axis
    left: int
    """Cells before the axis."""


def draw_timeline(
    start: Start,
    *,
    width: int,
    now: float,
    window: tuple[float, float] | None = None,
    cursor: float | None = None,
    selected: int | None = None,
    ascii: bool = False,
) -> Timeline:
    """The bars in lines of at most `width` cells (24 or more). `window`: the seconds since the
    begin that are shown, else the whole start; `cursor`: a moment to point at; `selected`: the
    index of a bar."""
    glyphs, marks = (ASCII, LETTERS) if ascii else (BOX, BLOCKS)
    outcomes = [outcome(start, bar) for bar in start.bars]
    right = max((cell_width(text) for text, _ in outcomes), default=0) + 1
    right = min(right, width // 3) if width >= NARROW else 0
    names = [_name(start, bar, ascii) for bar in start.bars]
    left = min(max((cell_width(name) for name in names), default=4), NAMES, width // 3) + 1
    begin, end = window or (0.0, length(start, now))
    axis = Axis(begin, end, max(8, width - left - right))
    lines = [_scale(axis, left, width, glyphs), _ticks(axis, left, width, glyphs, cursor, marks)]
    for index, bar in enumerate(start.bars):
        pen = Pen(width, glyphs.ellipsis)
        chosen = "selected " if index == selected else ""
        pen.column(names[index], left - 1, f"{chosen}title" if chosen else "name")
        pen.write(" ")
        for text, style in _cells(start, bar, axis, marks, now, cursor):
            pen.write(text, style)
        if right:
            words, tone = outcomes[index]
            pen.write(" ")
            pen.column(plain(words, ascii), right - 1, tone)
        lines.append(pen.line())
    return Timeline(tuple(lines), axis, left)


def legend(width: int, *, ascii: bool = False) -> Line:
    """`┄ held  ░ starting  ▒ listening  █ healthy  ✗ died  ! refused`."""
    marks = LETTERS if ascii else BLOCKS
    pen = Pen(width, (ASCII if ascii else BOX).ellipsis)
    for name, word, style in PHASES:
        pen.write(getattr(marks, name), style)
        pen.write(f" {word}  ", "dim")
    return pen.line()


def length(start: Start, now: float) -> float:
    """Seconds that the whole start takes on the axis: until it was settled, or until now, with a
    little room; at least five."""
    end = start.settled if start.settled is not None else now
    moments = [at for bar in start.bars for at in (bar.ready, bar.started) if at is not None]
    last = max([end, *moments]) - start.began
    return max(5.0, last * 1.03)


def _name(start: Start, bar: Bar, ascii: bool) -> str:
    several = sum(other.service == bar.service for other in start.bars) > 1
    return plain(mask(f"{bar.service}-{bar.number}" if several else bar.service), ascii)


def _scale(axis: Axis, left: int, width: int, glyphs: Glyphs) -> Line:
    """The seconds above the axis."""
    pen = Pen(width, glyphs.ellipsis)
    pen.write(" " * left)
    at = 0
    for second in axis.ticks():
        column, text = axis.column(second), f"{second:g} s"
        if column >= at and column + len(text) <= axis.width:
            pen.write(" " * (column - at))
            pen.write(text, "dim")
            at = column + len(text)
    return pen.line()


def _ticks(
    axis: Axis, left: int, width: int, glyphs: Glyphs, cursor: float | None, marks: Marks
) -> Line:
    """The axis itself, with the cursor on it."""
    pen = Pen(width, glyphs.ellipsis)
    pen.write(" " * left)
    ticks = {axis.column(second) for second in axis.ticks()}
    at = None if cursor is None else axis.column(cursor)
    for column in range(axis.width):
        if column == at:
            pen.write("▼" if marks is BLOCKS else "V", "info")
        else:
            knot = "┴" if marks is BLOCKS else "+"
            pen.write(knot if column in ticks else glyphs.joints[12], "dim")
    return pen.line()


def _cells(
    start: Start, bar: Bar, axis: Axis, marks: Marks, now: float, cursor: float | None
) -> Iterator[tuple[str, str]]:
    """One bar, cell by cell: phases first, marks over them, runs of one style joined."""
    cells = [(" ", "")] * axis.width
    end = start.settled if start.settled is not None else now
    for begin, until, mark, style in _phases(bar, marks, end):
        for column in axis.span(begin - start.began, until - start.began):
            cells[column] = (mark, style)
    for at, mark, style in _points(bar, marks):
        column = axis.column(at - start.began)
        if 0 <= column < axis.width:
            cells[column] = (mark, style)
    if cursor is not None and 0 <= (column := axis.column(cursor)) < axis.width:
        mark, style = cells[column]
        cells[column] = (marks.cursor if mark == " " else mark, style or "dim")
    text, style = "", ""
    for mark, now_style in cells:
        if now_style != style and text:
            yield text, style
            text = ""
        text, style = text + mark, now_style
    yield text, style


def _phases(bar: Bar, marks: Marks, end: float) -> Iterator[tuple[float, float, str, str]]:
    """(from, to, mark, style) of what the container was, one after the other."""
    if bar.created is not None:
        yield bar.created, bar.started if bar.started is not None else end, marks.held, "dim"
    for run in bar.runs:
        over = run.ended if run.ended is not None else max(end, run.started)
        steps = [(run.started, marks.starting, "warn")]
        if (listening := run.listening()) is not None:
            steps.append((listening, marks.listening, "info"))
        if run.healthy is not None:
            steps.append((run.healthy, marks.healthy, "ok"))
        for (at, mark, style), following in zip(steps, (*steps[1:], None), strict=True):
            yield at, following[0] if following else over, mark, style


def _points(bar: Bar, marks: Marks) -> Iterator[tuple[float, str, str]]:
    """(moment, mark, style) of what happened at one moment."""
    for run in bar.runs:
        yield from _bursts(run, marks)
        if run.ended is not None:
            good = run.exit_code == 0
            yield run.ended, marks.done if good else marks.died, "ok" if good else "bad"


def _bursts(run: Run, marks: Marks) -> Iterator[tuple[float, str, str]]:
    for burst in run.refused:
        yield max(burst.since, run.started), marks.refused, "bad"
