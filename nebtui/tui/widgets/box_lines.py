"""A line for each box of the run, above what is shown of the one in front."""

from __future__ import annotations

from textual.content import Content

from nebtui.tui.box_line import box_words
from nebtui.tui.session import Session
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.markup import joined, lines

MOST_LINES = 8
LONGEST_NAME = 16


class BoxLines(CachedStatic):
    """Shows itself only where there are several boxes."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        self.display = bool(self._session.beside)
        self.show()

    def show(self) -> None:
        """Show what is known of each now."""
        if self._session.beside:
            most = max(3, min(MOST_LINES, self.app.size.height // 4))
            self.set_content(box_lines(self._session, most, ascii=self._session.ascii))


def box_lines(front: Session, most: int, *, ascii: bool) -> Content:
    """At most so many lines; of more boxes those around the one in front, and how many are left
    out."""
    every = front.beside
    at = every.index(front)
    room = most if len(every) <= most else most - 1
    first = max(0, min(at - room // 2, len(every) - room))
    shown = every[first : first + room]
    width = min(LONGEST_NAME, max(len(one.name) for one in every))
    result = [_line(one, width, one is front, ascii=ascii) for one in shown]
    if left := len(every) - len(shown):
        result.append(joined((f"   {left} more boxes: A shows all", "dim")))
    return lines(result)


def _line(session: Session, width: int, front: bool, *, ascii: bool) -> Content:
    mark = (">" if ascii else "▸") if front else " "
    name = session.name
    if len(name) > width:
        name = name[: width - 1] + ("~" if ascii else "…")
    tone = "title" if front else "dim"
    parts = [part for words in box_words(session) for part in ("  ", words)]
    return joined((f" {mark} {name:<{width}}", tone), *parts)
