"""The part of the App for several boxes: which is in front, their lines, what they need of each
other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from nebtui.tui.acting_app import ActingApp
from nebtui.tui.box_on_screen import BoxOnScreen
from nebtui.tui.messages import FixAsked
from nebtui.tui.session import Session

if TYPE_CHECKING:
    from nebtui.tui.crossing_boxes import CrossingBoxes

LINES_EVERY = 0.2
"""Seconds between two looks at what the lines of the boxes show."""


class SeveralBoxesApp(ActingApp):
    """Goes from box to box."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._crossing: CrossingBoxes | None = None
        """Of several boxes, once it was needed."""
        self._box_lines: Timer | None = None
        self._boxes_wait = False

    def boxes_changed(self) -> None:
        """The lines of the boxes above home, at once or a moment after the last time: a hundred
        boxes have news a hundred times a second."""
        if self.session.beside and self._box_lines is None:
            self.home.show_boxes()
            self._box_lines = self.set_timer(LINES_EVERY, self._box_lines_rest)
            self._boxes_wait = False
        else:
            self._boxes_wait = True

    def _box_lines_rest(self) -> None:
        self._box_lines = None
        if self._boxes_wait:
            self.boxes_changed()

    def action_next_box(self) -> None:
        """Put the next box in front."""
        at = self.boxes.index(self.box)
        self.go_to_box(self.boxes[(at + 1) % len(self.boxes)])

    def go_to_box(self, box: BoxOnScreen, row: str = "") -> None:
        """Put a box in front, with the cursor on a row of it, "" where it was."""
        before, self.box = self.box, box
        for one in (before, box):
            if not self.is_screen_installed(one.home):  # what was selected there stays
                self.install_screen(one.home, f"home {one.session.name}")
        if box is not before:
            self.switch_screen(box.home)
        if row:
            box.home.lead_to(row)

    def action_all_boxes(self) -> None:
        """Show all of them below each other."""
        from nebtui.tui.screens.boxes import BoxesScreen

        self.push_screen(BoxesScreen(self.session), self._chosen)

    def _chosen(self, place: tuple[str, str] | None) -> None:
        if place is not None:
            name, row = place
            self.go_to_box(next(b for b in self.boxes if b.session.name == name), row)

    def look_across(self) -> None:
        """Look what the boxes need of each other."""
        if not self.session.beside:
            return
        if self._crossing is None:
            from nebtui.tui.crossing_boxes import CrossingBoxes

            self._crossing = CrossingBoxes(self)
        self._crossing.look()

    def where_mended(self, asked: FixAsked) -> FixAsked:
        """What is asked of the box where it is mended, which comes to the front."""
        if not self.session.beside:
            return asked
        from nebtui.tui.crossing_boxes import mended_on

        there = mended_on(self.boxes, self.session, asked)
        if there is None:
            return asked
        box, row, message = there
        self.go_to_box(box, row)
        return message
