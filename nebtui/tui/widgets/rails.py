"""The cursor of the rails graph: how it moves over the lines, and what it asks for."""

from textual import events
from textual.message import Message

from nebtui.graph.cursor import group_of, nearest, next_broken, partners, shown_as, visible
from nebtui.graph.layout import GraphModel
from nebtui.tui.widgets.rails_scene import RailsScene


class RailsMessage(Message):
    """Something happened to the line with this row or group id."""

    def __init__(self, rails: "Rails", id: str) -> None:
        super().__init__()
        self.rails = rails
        self.id = id

    @property
    def control(self) -> "Rails":
        """The widget that sent it."""
        return self.rails


class Rails(RailsScene, can_focus=True, inherit_bindings=False):
    """The graph with a cursor; ids are those of the scene's rows and groups."""

    class Selected(RailsMessage):
        """The cursor stands on another line: `id` is a row or group id, empty when nothing is left
        to select."""

        def can_replace(self, message: Message) -> bool:
            """Only the last place of the cursor matters."""
            return isinstance(message, Rails.Selected) and message.rails is self.rails

    class Opened(RailsMessage):
        """A line was asked for in detail, by double click or by `action_open`."""

    class Folded(RailsMessage):
        """A group was closed or opened by hand; `rails.collapsed(id)` says which."""

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(ascii=ascii, id=id, classes=classes)
        self._visits: dict[str, int] = {}
        self.warned: frozenset[str] = frozenset()
        """Row and group ids that `action_next_broken` visits where nothing is broken."""

    def show(self, scene: GraphModel, selected: str | None = None) -> None:
        """Draw this scene; the cursor goes to `selected` if that is there, else stays or goes next
        door."""
        self._given = scene
        before = visible(self._scene)
        self._fold()
        wanted = (
            self._selected
            if selected is None or group_of(self._scene, selected) is None
            else selected
        )
        self._move(nearest(self._scene, wanted, before))

    def _move(self, to: str | None) -> None:
        """Put the cursor on a line (None: on nothing), redraw, and tell if it is another one."""
        moved, self._selected = to != self._selected, to
        if moved and self._layout.costly and self._drawn_for and self.choose(to):
            self._layout.ask()  # of a thousand rows two are other ones at once
        else:
            self._redraw()
        if moved:
            self.reveal(self._selected)
            self.post_message(self.Selected(self, to or ""))

    def lead(self, id: str | None) -> None:
        """Mark the row that somebody is led to, or its group where that is closed; None for
        none."""
        self.point(None if id is None else shown_as(self._scene, id))

    def _step(self, by: int) -> None:
        order = self._drawing.order
        if not order:
            return
        if self._selected not in order:
            self._move(order[0 if by > 0 else -1])
            return
        self._move(order[max(0, min(len(order) - 1, order.index(self._selected) + by))])

    def _page(self, direction: int) -> None:
        """Move by a window's height, less one line to keep the eye on."""
        order, row_of = self._drawing.order, self._drawing.row_of
        here = row_of.get(self._selected or "")
        if here is None:
            self._step(direction)
            return
        goal = here + direction * max(1, self.scrollable_content_region.height - 1)
        self._move(min(order, key=lambda which: abs(row_of[which] - goal)))

    def select(self, id: str) -> None:
        """Put the cursor on a row; its group is opened."""
        group = group_of(self._scene, id)
        if group is not None and group.collapsed and group.id != id:
            self._folds[group.id] = False
            self._fold()
        self._move(id)

    def reach(self, id: str) -> None:
        """The same, once its group is open; a row that is not there any more is not selected."""
        group = group_of(self._scene, id)
        if group is None:
            return
        if group.collapsed:
            self._folds[group.id] = False
            self._fold()
        self._move(id)

    def action_cursor_down(self) -> None:
        """One line down."""
        self._step(1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self._step(-1)

    def action_page_down(self) -> None:
        """One window down."""
        self._page(1)

    def action_page_up(self) -> None:
        """One window up."""
        self._page(-1)

    def action_first(self) -> None:
        """To the first line."""
        self._move(self._drawing.order[0] if self._drawing.order else None)

    def action_last(self) -> None:
        """To the last line."""
        self._move(self._drawing.order[-1] if self._drawing.order else None)

    def action_fold(self) -> None:
        """Close or open the group under the cursor; the choice outlives later scenes."""
        group = group_of(self._scene, self._selected)
        if group is None:
            return
        self._folds[group.id] = not group.collapsed
        self._fold()
        self._move(group.id)
        self.post_message(self.Folded(self, group.id))

    def action_next_broken(self) -> None:
        """To the next line with something broken, else with a warning, round to the top."""
        found = next_broken(self._scene, self._selected, self.warned)
        if found is None:
            self.app.notify("nothing is broken, and nothing warns", timeout=3)
        else:
            self._move(found)

    def action_jump_target(self) -> None:
        """To what the line depends on; coming back and asking again leads to its next one."""
        self._jump(towards_target=True)

    def action_jump_source(self) -> None:
        """To what depends on the line; coming back and asking again leads to the next one."""
        self._jump(towards_target=False)

    def _jump(self, towards_target: bool) -> None:
        found = partners(self._scene, self._selected, towards_target)
        if found:
            visit = f"{towards_target} {self._selected}"
            turn = self._visits.get(visit, 0)
            self._visits[visit] = turn + 1
            self._move(found[turn % len(found)])

    def action_open(self) -> None:
        """Ask for the detail of the line under the cursor."""
        if self._selected is not None:
            self.post_message(self.Opened(self, self._selected))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked line; a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        y = offset.y + self.scroll_offset.y
        which = next((which for which, at in self._drawing.row_of.items() if at == y), None)
        if which is not None:
            self._move(which)
            if event.chain == 2:
                self.post_message(self.Opened(self, which))
