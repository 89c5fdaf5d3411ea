"""What every line of one drawing needs to know."""

from collections.abc import Mapping

from nebtui.graph.canvas import ASCII, Canvas, Glyphs, Line, Pen
from nebtui.graph.columns import Columns
from nebtui.graph.tracks import Arc
from nebtui.light_dataclass import dataclass
from nebtui.text.mask import mask
from nebtui.text.terminal import plain, shorten


@dataclass(frozen=True, slots=True)
class RowContext:
    """The page that the lines are written on."""

    width: int
    glyphs: Glyphs
    columns: Columns
    rails: Canvas
    arcs: Canvas | None
    hints: Mapping[int, Arc]
    selected: str | None
    related: frozenset[str] | None
    broken: Mapping[int, Arc]
    """Per source line a drawn arc that does not reach its target."""

    def clean(self, text: str) -> str:
        """The text as it may be drawn."""
        return plain(mask(text), self.glyphs is ASCII)

    def pen(self) -> Pen:
        """A pen at the start of a line."""
        return Pen(self.width, self.glyphs.ellipsis)

    def hint(self, y: int, width: int) -> str:
        """`→ core/chroma ✗` in at most `width` cells for an arc that could not be drawn; the name
        is what gets cut."""
        arc = self.hints.get(y)
        if arc is None:
            return ""
        end = f" {self.glyphs.cross}" if arc.broken else ""
        return (
            f"{self.glyphs.towards} "
            f"{shorten(self.clean(arc.label), width - 2 - len(end), self.glyphs.ellipsis)}{end}"
        )

    def target(self, y: int) -> str:
        """`→ core/chroma` of a drawn arc from this line that does not reach its target, else
        ""."""
        arc = self.broken.get(y)
        return f"{self.glyphs.towards} {self.clean(arc.label)}" if arc else ""

    def crossed(self, y: int) -> bool:
        """An arc begins, ends or passes on this line."""
        return self.arcs is not None and any(segment.style for segment in self.arcs.row(y))

    def finish(self, pen: Pen, y: int) -> Line:
        """The line with its arcs."""
        if self.arcs is not None and self.crossed(y):
            pen.write(" " * (self.columns.text - (self.width - pen.left)))
            pen.strokes(self.arcs.row(y), self.columns.arcs)
        return pen.line()
