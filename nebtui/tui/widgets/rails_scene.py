"""The scene of the rails graph: its groups, some of them closed, laid out at the width there is."""

from __future__ import annotations

from nebtui.graph.calm import calm_groups, is_calm, loud_rows
from nebtui.graph.cursor import folded, group_of
from nebtui.graph.layout import GraphModel, lay_out
from nebtui.tui.rested import Rested
from nebtui.tui.widgets.sheet_view import SheetView


class RailsScene(SheetView):
    """Networks as rails, services as lines, dependencies as arcs. It keeps the scene and which line
    is marked; its base shows what is drawn of them."""

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._ascii = ascii
        self._given = GraphModel()
        self._scene = GraphModel()
        self._folds: dict[str, bool] = {}
        self._calm: frozenset[str] = frozenset()
        """Groups that are closed because the graph is far from fitting, until something happens in
        them."""
        self.narrowed = False
        """Only some rows are given, because they are wanted: none is hidden in a closed group."""
        self._selected: str | None = None
        self._all_edges = False
        self._drawn_for: tuple[object, ...] | None = None
        self._layout = Rested(self, self._lay_out)

    @property
    def selected(self) -> str | None:
        """The row or group id under the cursor, None before the first move."""
        return self._selected

    @property
    def all_edges(self) -> bool:
        """Whether every edge is drawn, not just the calm ones and the selection's."""
        return self._all_edges

    def fold_calm(self, scene: GraphModel, height: int) -> None:
        """Close the groups in which nothing is wrong, if this is far more than so many rows. What
        is closed or opened by hand stays so; `show` comes next."""
        self._calm = calm_groups(scene, height)

    def _fold(self) -> None:
        """The scene with some groups closed; one in which something happens is opened for good."""
        if self._calm and not self.narrowed:
            loud = loud_rows(self._given)
            self._calm &= {g.id for g in self._given.groups if is_calm(g, loud)}
        calm = {} if self.narrowed else dict.fromkeys(self._calm, True)
        self._scene = folded(self._given, {**calm, **self._folds})

    def collapsed(self, id: str) -> bool:
        """Whether the group with this id (or of the row with this id) is closed."""
        group = group_of(self._scene, id)
        return group is not None and group.collapsed

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rows and groups of the scene, those of closed groups too."""
        return tuple(
            i for group in self._given.groups for i in (group.id, *(row.id for row in group.rows))
        )

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of the lines that can be selected, top to bottom."""
        return self._drawing.order

    def on_resize(self) -> None:
        """Lay out again at the new width; another part of it may be in the window."""
        self._redraw()
        self.update_window()

    def _redraw(self) -> None:
        """Draw if anything differs from the last time, and ask for a repaint of the lines that came
        out different."""
        if self.scrollable_content_region.width > 0 and self._asked != self._drawn_for:
            self._layout.do()

    @property
    def _asked(self) -> tuple[object, ...]:
        """All that what is drawn depends on."""
        width = self.scrollable_content_region.width
        return (self._scene, width, self._selected, self._all_edges, self.by, self.figures is None)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        resized = self._drawn_for is None or self._drawn_for[1] != width
        self._drawn_for = self._asked
        sheet = lay_out(
            self._scene,
            width=width,
            selected=self._selected,
            all_edges=self._all_edges,
            ascii=self._ascii,
            figures=self.figures,
            by=self.by,
        )
        if self.put_sheet(sheet, width, resized=resized):
            self.reveal(self._selected)
            self.update_window()

    def action_all_edges(self) -> None:
        """Draw every edge, or only the calm ones again."""
        self._all_edges = not self._all_edges
        self._redraw()
