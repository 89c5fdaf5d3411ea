"""The timeline: the last starts of a project as bars, live while one goes on."""

from __future__ import annotations

from textual.content import Content

from nebtui import rules
from nebtui.analysis.startup.recent import starts
from nebtui.facts.declared import ProjectKey
from nebtui.facts.startup import Start
from nebtui.fixing.recreate import up_action
from nebtui.graph.timeline import length
from nebtui.rules.rule import Finding
from nebtui.tui.keys import bindings
from nebtui.tui.messages import ActionsAsked, FixAsked
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.markup import joined
from nebtui.tui.widgets.startup import View, page

EVERY = 0.5
SIDES = 6
"""Cells that the scrolling column, with its scroll bar, does not have for the drawing."""


class TimelineScreen(DocumentScreen):
    """One project; `[` and `]` go through its starts."""

    BINDINGS = bindings("everywhere", "timeline", leave=True)

    def __init__(self, session: Session, project: ProjectKey) -> None:
        super().__init__()
        self.session = session
        self.project = project
        self._back = 0
        """How many starts before the last one is shown."""
        self._view = View()

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(EVERY, self.show)

    @property
    def starts(self) -> tuple[Start, ...]:
        """All starts of the project, oldest first."""
        return starts(self.session.snapshot, self.project, self.session.now())

    @property
    def shown(self) -> Start | None:
        """The start on screen, None where none is known."""
        every = self.starts
        return every[-1 - min(self._back, len(every) - 1)] if every else None

    def body(self) -> Content:
        """The start as it is now, and what changed since the one before."""
        every = self.starts
        if not every:
            return joined(
                (f"{self.project.name}: ", "title"),
                "no start is known. ",
                ("R starts it again and watches.", "dim"),
            )
        back = min(self._back, len(every) - 1)
        start, earlier = every[-1 - back], every[: len(every) - 1 - back]
        text = page(
            start,
            earlier[-1] if earlier else None,
            self._view,
            width=max(24, self.size.width - SIDES),
            now=self.session.now(),
            ascii=self.session.ascii,
        )
        count = joined((f"start {len(every) - back} of {len(every)}", "dim"))
        return Content("\n").join([text, joined(""), count])

    def action_older(self) -> None:
        """Show the start before."""
        self._turn(1)

    def action_newer(self) -> None:
        """Show the start after."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._back = max(0, min(self._back + by, len(self.starts) - 1))
        self._view = View()
        self.show()

    def action_cursor(self, by: int) -> None:
        """Move the cursor by a fortieth of what is shown."""
        start = self.shown
        if start is None:
            return
        begin, end = self._window(start)
        step = (end - begin) / 40
        at = begin if self._view.cursor is None else self._view.cursor + by * step
        self._view = View(self._view.window, max(begin, min(at, end)), self._view.selected)
        self.show()

    def action_zoom(self, into: bool) -> None:
        """Show half of the seconds around the cursor, or twice as many."""
        start = self.shown
        if start is None:
            return
        begin, end = self._window(start)
        whole = length(start, self.session.now())
        span = min(whole, (end - begin) * (0.5 if into else 2.0))
        middle = self._view.cursor if self._view.cursor is not None else (begin + end) / 2
        begin = max(0.0, min(middle - span / 2, whole - span))
        window = None if span >= whole * 0.99 else (begin, begin + span)
        self._view = View(window, self._view.cursor, self._view.selected)
        self.show()

    def _window(self, start: Start) -> tuple[float, float]:
        return self._view.window or (0.0, length(start, self.session.now()))

    def action_settle(self) -> None:
        """Gate every dependent of the targets that were raced, with a health test where there is
        none."""
        start = self.shown
        if start is None or not start.races:
            self.notify("this start has no race", markup=False, timeout=4)
            return
        found = settling(self.session.findings, start)
        if found:
            self.post_message(FixAsked(found, "h", bulk=True))
            return
        text = "the files gate it already: R starts it again and compares"
        self.notify(text, title="nothing to write", markup=False, timeout=6)

    def action_again(self) -> None:
        """Start the project again, with consent; its bars are drawn as they come."""
        self._back, self._view = 0, View()
        action = up_action(self.session.snapshot, self.project, force=True)
        self.post_message(ActionsAsked((action,), confirmed=False))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing keys are dimmed while the app is locked."""
        return None if self.session.locked and action in ("settle", "again") else True


def settling(findings: tuple[Finding, ...], start: Start) -> tuple[Finding, ...]:
    """The findings whose fix makes dependents of a raced target wait for it, or gives it a test."""
    targets = {race.target for race in start.races}
    return tuple(
        finding
        for finding in findings
        if rules.rule(finding.rule).key == "h"
        and finding.applicability != "display"
        and (finding.target in targets or finding.at in targets)
    )
