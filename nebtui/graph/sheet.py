"""A drawing that can be kept up to date row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nebtui.graph.canvas import Line
from nebtui.graph.figures import Figures
from nebtui.graph.lines import row_line
from nebtui.graph.row_context import RowContext
from nebtui.graph.scene import Drawing, Row
from nebtui.graph.tracks import Arc


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing, and what it takes to write one of its rows again with other figures."""

    drawing: Drawing
    page: RowContext
    rows: Mapping[str, Row] = field(default_factory=dict)
    """The rows that have a line of their own, by id."""
    arcs: tuple[Arc, ...] = ()

    def line(self, id: str, figures: Figures) -> Line:
        """The line of a row, with these figures."""
        return row_line(self.page, self.drawing.row_of[id], self.rows[id], figures)
