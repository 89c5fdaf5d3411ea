"""The box in one line: engine, projects, ready n of m, findings; a second one for GPUs where there
are some."""

from __future__ import annotations

import re
import textwrap

from textual.content import Content

from nebtui.analysis.gpu import xids
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import clock_time
from nebtui.tui.header import header
from nebtui.tui.sending import offer
from nebtui.tui.session import Session
from nebtui.tui.widgets.machine import machine
from nebtui.tui.widgets.markup import joined, lines
from nebtui.tui.widgets.wheel import WheelStatic

MOST_LINES = 4
"""A sentence takes no more of the screen than this."""


class Summary(WheelStatic):
    """Repainted whole: it is two lines."""

    scrolled = "Rails"

    def show(self, session: Session) -> None:
        """Show a session's snapshot; what it is, and why no engine answers, have lines of their
        own."""
        snapshot = session.snapshot
        width = self.app.size.width - 2
        text = machine(snapshot, width + 1, ascii=session.ascii)
        trouble = [joined((f" {line}", "warn")) for line in wrapped(session.notice, width)]
        if snapshot.engine_problem:
            told = wrapped(_trouble(snapshot), width)
            trouble += [joined((f" {line}", "bad")) for line in told]
        if not session.beside and (offered := offer(session)):
            trouble.append(joined((f" {offered}", "info")))
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


def _trouble(snapshot: Snapshot) -> str:
    """Why no engine answers; the remedy is at its end, and `y` copies the command in it."""
    since = snapshot.stale_since
    seen = f", seen until {clock_time(since)}" if since else ""
    lost = f"engine lost{seen}: " if snapshot.engine else ""
    copied = "  (y copies the command)" if remedy(snapshot.engine_problem) else ""
    return f"{lost}{snapshot.engine_problem}{copied}"


def remedy(problem: str) -> str:
    """The command between backticks that a sentence ends with, "" where it names none."""
    found = re.findall(r"`(\w+ [^`]+)`", problem)
    return found[-1] if found else ""


def wrapped(sentence: str, width: int) -> list[str]:
    """A sentence on as many lines as it needs, at most MOST_LINES; [] for none."""
    return textwrap.wrap(sentence, max(20, width), max_lines=MOST_LINES, placeholder=" …")
