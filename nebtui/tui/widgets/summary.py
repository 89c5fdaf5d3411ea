"""The box in one line: engine, projects, ready n of m, findings; a second one for GPUs where there
are some."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.gpu import xids
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import clock_time
from nebtui.tui.header import header
from nebtui.tui.session import Session
from nebtui.tui.widgets.machine import machine
from nebtui.tui.widgets.markup import joined, lines
from nebtui.tui.widgets.wheel import WheelStatic


class Summary(WheelStatic):
    """Repainted whole: it is two lines."""

    scrolled = "Rails"

    def show(self, session: Session) -> None:
        """Show a session's snapshot; what it is, and why no engine answers, have lines of their
        own."""
        snapshot = session.snapshot
        text = machine(snapshot, self.app.size.width - 1, ascii=session.ascii)
        trouble = [joined((f" {session.notice}", "warn"))] if session.notice else []
        trouble += [_trouble(snapshot)] if snapshot.engine_problem else []
        failed = (*snapshot.failures.values(), *session.failures)
        trouble += [joined((f" {why}", "bad")) for why in failed]
        found = header(
            snapshot,
            session.findings,
            session.banner,
            # A recorded box is never anything else.
            locked=session.locked and session.player is None,
            recording=session.recording,
        )
        shown = [joined(*found), *trouble, *_xids(snapshot), *([text] if text.plain else [])]
        self.set_content(lines(shown))


def _xids(snapshot: Snapshot) -> list[Content]:
    """The newest error of each GPU within the last hour, a line each."""
    result = []
    for one, event in xids.news(snapshot):
        tone = "bad" if xids.severe(event) else "warn"
        result.append(joined((f" GPU {one.index} {xids.sentence(event, one)}", tone)))
    return result


def _trouble(snapshot: Snapshot) -> Content:
    """Why no engine answers, on a line of its own: the remedy is at its end."""
    since = snapshot.stale_since
    # The time first: a narrow terminal cuts off the end.
    seen = f", seen until {clock_time(since)}" if since else ""
    lost = f"engine lost{seen}: " if snapshot.engine else ""
    return joined((f" {lost}{snapshot.engine_problem}", "bad"))
