"""A drawing whose rows are kept up to date while they are in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from nebtui.graph.canvas import ASCII
from nebtui.graph.figures import Figures
from nebtui.graph.layout import Line, Segment
from nebtui.graph.leaving import leaving, over
from nebtui.graph.pieces import Piece, row_pieces
from nebtui.graph.pointer import ASCII_SIGN, BEFORE, SIGN, with_edge, with_sign
from nebtui.graph.pointing import line_pieces, piece_at
from nebtui.graph.scene import Group, Row
from nebtui.graph.sheet import Sheet
from nebtui.tui.widgets.drawing_view import DrawingView


class SheetView(DrawingView, inherit_bindings=False):
    """A graph's sheet: figures in its rows, and at the edges of the window what arcs lead to."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.by = ""
        """The column that the rows are sorted by."""
        self._sheet: Sheet | None = None
        self._ask: Callable[[str], Figures] | None = None
        self._known: dict[str, Figures] = {}
        self._pointed: str | None = None
        self._leaving: Mapping[int, tuple[int, Segment]] = {}

    @property
    def figures(self) -> Mapping[str, Figures] | None:
        """The figures told last, by row id; None where none are asked for."""
        return None if self._ask is None else self._known

    def put_sheet(self, sheet: Sheet, width: int, *, resized: bool) -> bool:
        """Show a sheet of `width` cells; True where all was laid out anew, so that another part of
        it may be in the window."""
        self._sheet = sheet
        self._known = {id: told for id, told in self._known.items() if id in sheet.rows}
        anew = self.put(sheet.drawing, width, resized=resized)
        self.update_window()
        return anew

    def rewrite(self, groups: Iterable[Group]) -> None:
        """Write the rows of these groups again whose texts are others now. Rails, arcs and headings
        wait until all is laid out again."""
        sheet = self._sheet
        if sheet is None:
            return
        given = (row for group in groups for row in group.rows)
        fresh = {row.id: row for row in given if _rewritable(sheet.rows.get(row.id), row)}
        if not fresh:
            return
        self._sheet = sheet = replace(sheet, rows={**sheet.rows, **fresh})
        known = {id: self._known.get(id, Figures()) for id in fresh}
        self.exchange({sheet.drawing.row_of[id]: sheet.line(id, known[id]) for id in fresh})

    def choose(self, id: str | None) -> bool:
        """Put the bar of the cursor on this row alone, and take it away where it was; what else
        depends on it waits until all is laid out again. False where it is no row's to have."""
        sheet = self._sheet
        before = sheet.page.selected if sheet else None
        if sheet is None or not id or not before or not {id, before} <= sheet.rows.keys():
            return False
        both = {id, before}
        self._sheet = sheet = replace(sheet, page=replace(sheet.page, selected=id))
        known = {one: self._known.get(one, Figures()) for one in both}
        self.exchange({sheet.drawing.row_of[one]: sheet.line(one, known[one]) for one in both})
        return True

    def measure(self, ask: Callable[[str], Figures], by: str | None = None) -> None:
        """Write the figures of the rows that are in the window (`ask`: of a row, by id), also of
        those that come into it later. Rows are written again only where their texts changed. `by`:
        the column that the rows are sorted by, None = the same as before."""
        self._ask = ask
        self.by = self.by if by is None else by
        self.update_window()

    def update_window(self) -> None:
        """Ask for the figures of what is in the window, and name what arcs lead to out of it."""
        sheet, window = self._sheet, self.window
        if sheet is None:
            return
        names = leaving(sheet, window)
        if names != self._leaving:
            changed_lines = {*names, *self._leaving}
            self._leaving = names
            for y in changed_lines:
                self.refresh_lines(y)
        if self._ask is None:
            return
        changed = {}
        for id in sheet.rows:
            y = sheet.drawing.row_of[id]
            if y in window and (told := self._ask(id)) != self._known.get(id):
                self._known[id] = told
                changed[y] = sheet.line(id, told)
        if changed:
            self.exchange(changed)

    @property
    def rows_in_window(self) -> tuple[str, ...]:
        """The ids of the rows that are in the window."""
        if self._sheet is None:
            return ()
        window, row_of = self.window, self._sheet.drawing.row_of
        return tuple(id for id in self._sheet.rows if row_of[id] in window)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in the window."""
        super().watch_scroll_y(old_value, new_value)
        self.update_window()

    def line_at(self, at: int) -> Line:
        """The line, at the edge of the window with the name of what an arc leads to."""
        line, name = super().line_at(at), self._leaving.get(at)
        line = over(line, *name) if name else line
        sheet, pointed = self._sheet, self._pointed_line
        if sheet is None or pointed is None:
            return line
        if at == pointed:
            return with_sign(line, sheet.page.columns.rails + BEFORE, self._sign)
        return with_edge(line, at, pointed, self.window, sheet.page)

    @property
    def _sign(self) -> str:
        """What stands at the row that somebody is led to."""
        ascii = self._sheet is not None and self._sheet.page.glyphs is ASCII
        return ASCII_SIGN if ascii else SIGN

    @property
    def _pointed_line(self) -> int | None:
        """The line of that row, None where none is pointed at, or it is not there."""
        return self._drawing.row_of.get(self._pointed) if self._pointed else None

    def point(self, id: str | None) -> None:
        """Mark the row or group that somebody is led to; None for none."""
        if id == self._pointed:
            return
        self._pointed = id
        self.refresh()

    def piece_at(self, x: int, y: int) -> Piece | None:
        """The thing in a cell of the window; None where there is none."""
        at = y + self.scroll_offset.y
        if (
            self._sheet is not None
            and at == self._pointed_line
            and x == self._sheet.page.columns.rails + BEFORE
        ):
            return Piece("tour.sign", self._sign, "info")
        name = self._leaving.get(at)
        if name and x >= name[0]:
            return Piece("edge.out", name[1].text, name[1].style)
        return piece_at(self._sheet, x, at, self._known) if self._sheet else None

    def pieces_of(self, id: str | None) -> tuple[Piece, ...]:
        """All that the line of a row or group shows; of None the names of the columns."""
        if self._sheet is None:
            return ()
        if id is not None and id in self._sheet.rows:
            return row_pieces(self._sheet, id, self._known.get(id, Figures()))
        return line_pieces(self._sheet, id)


def _rewritable(drawn: Row | None, row: Row) -> bool:
    """Another text on the same line, beside the same rails."""
    return drawn is not None and drawn != row and drawn.networks == row.networks
