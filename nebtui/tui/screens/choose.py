"""Choose: several services answer a name, and a person says which one is meant."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nebtui.facts.declared import ServiceKey
from nebtui.tui.widgets.markup import joined, styled


class ChooseScreen(ModalScreen[ServiceKey | None]):
    """Gives the chosen owner, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "leave")]

    def __init__(self, owners: tuple[ServiceKey, ...]) -> None:
        super().__init__()
        self._owners = owners

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(
                joined(("Which service is meant?", "title"), ("  enter chooses, esc leaves", "dim"))
            )
            yield OptionList(
                *(Option(styled(f"{o}  ({o.project.working_dir})")) for o in self._owners)
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._owners[event.option_index])
