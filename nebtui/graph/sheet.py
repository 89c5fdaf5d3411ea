"""A drawing that can be kept up to date row by row."""

from collections.abc import Mapping
from dataclasses import field

from nebtui.graph.canvas import Line
from nebtui.graph.figures import Figures
from nebtui.graph.lines import row_line
from nebtui.graph.row_context import RowContext
from nebtui.graph.scene import Drawing, Row
from nebtui.graph.tracks import Arc, Rail
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing, and what it takes to write one of its rows again with other figures."""

    drawing: Drawing
    page: RowContext
    rows: Mapping[str, Row] = field(default_factory=dict)
    """The rows that have a line of their own, by id."""
    arcs: tuple[Arc, ...] = ()
    tracks: Mapping[int, int] = field(default_factory=dict)
    """By the line of a target, the cell of the arcs that those to it run down in; none where it is
    not drawn."""
    rails: tuple[tuple[int, Rail], ...] = ()
    """Each rail with the cell it runs down in."""
    titles: int = 0
    """Lines above all others: of networks that have a line of their own."""

    def line(self, id: str, figures: Figures) -> Line:
        """The line of a row, with these figures."""
        return row_line(self.page, self.drawing.row_of[id], self.rows[id], figures)
