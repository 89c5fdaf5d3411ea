"""A start on the screen: its bars, races, waits, and what changed since another one."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.startup.compare import compare
from nebtui.analysis.startup.moments import moments, near
from nebtui.analysis.startup.recent import starts
from nebtui.analysis.startup.words import changes, headline, race_sentence, waits_sentence
from nebtui.facts.declared import ServiceKey
from nebtui.facts.startup import Race, Start
from nebtui.graph.canvas import Line
from nebtui.graph.timeline import draw_timeline, legend
from nebtui.light_dataclass import dataclass
from nebtui.text.units import moment
from nebtui.tui.colours import WORD_STYLES
from nebtui.tui.session import Session
from nebtui.tui.widgets.markup import joined, lines, styled

TONES = {"name": "", "selected title": "title"}
"""Styles of the drawing whose tone has another name here."""


@dataclass(frozen=True, slots=True)
class View:
    """How a start is looked at: the seconds shown, the cursor, the chosen bar."""

    window: tuple[float, float] | None = None
    cursor: float | None = None
    selected: int | None = None


def drawn(line: Line) -> Content:
    """A line of the drawing in the theme's colours."""
    parts = ((text, TONES.get(style, style)) for text, style in line)
    return joined(*((text, tone if tone in WORD_STYLES else "") for text, tone in parts))


def page(
    start: Start, before: Start | None, view: View, *, width: int, now: float, ascii: bool
) -> Content:
    """Everything of a start: what a stranger needs to read the race from the picture alone."""
    picture = draw_timeline(
        start,
        width=width,
        now=now,
        window=view.window,
        cursor=view.cursor,
        selected=view.selected,
        ascii=ascii,
    )
    tone = "warn" if start.races else "dim" if start.missing else "ok"
    result = [
        joined((headline(start), tone), (f" · began {moment(start.began, now)}", "dim")),
        joined(""),
        *(drawn(line) for line in picture.lines),
        joined(""),
        drawn(legend(width, ascii=ascii)),
    ]
    if view.cursor is not None:
        result.append(_at_cursor(start, view.cursor, picture.axis.cell))
    result += [joined(""), *told(start, ascii=ascii)]
    if before is not None:
        result += [joined(""), joined((f"since the start of {moment(before.began, now)}", "dim"))]
        result += [joined("  ", sentence) for sentence in changes(compare(before, start))]
    return lines(result)


def told(start: Start, *, ascii: bool, about: str | None = None) -> list[Content]:
    """The races, waits and what was not seen, each a sentence; `about`: only those of a service."""
    cross = "x" if ascii else "✗"
    result = [
        joined((f"{cross} ", "bad"), race_sentence(race), ("  h settles it", "dim"))
        for race in start.races
        if about is None or _concerns(race, start, about)
    ]
    result += [
        styled(sentence, "dim")
        for bar in start.bars
        if about in (None, bar.service) and (sentence := waits_sentence(start, bar))
    ]
    return [*result, *(styled(sentence, "dim") for sentence in start.missing)]


def _concerns(race: Race, start: Start, service: str) -> bool:
    """A service of the start's project is one of both ends."""
    return any(
        key.service == service and key.project == start.project
        for key in (race.dependent, race.target)
    )


def _at_cursor(start: Start, cursor: float, cell: float) -> Content:
    """What happened around the cursor."""
    found = near(moments(start), cursor, max(cell, 0.05))
    text = "; ".join(f"{one.service} {one.text}" for one in found) or "nothing was seen here"
    return joined((f"at {cursor:.1f} s  ", "info"), text)


def service_start(session: Session, service: ServiceKey, width: int) -> Content:
    """The last start of a service's project, and what of it concerns the service."""
    every = starts(session.snapshot, service.project, session.now())
    if not every:
        return joined(("no start of this project is known", "dim"))
    start = every[-1]
    chosen = next((n for n, bar in enumerate(start.bars) if bar.service == service.service), None)
    picture = draw_timeline(
        start, width=max(24, width), now=session.now(), selected=chosen, ascii=session.ascii
    )
    words = told(start, ascii=session.ascii, about=service.service)
    return lines([*words, *(drawn(line) for line in picture.lines)])
