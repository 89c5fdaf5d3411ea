"""What the marks of the rails graph mean, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nebtui.tui.legend_parts import legend_parts
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.markup import joined

if TYPE_CHECKING:
    from nebtui.tui.app import NebtuiApp


class Legend(CachedStatic):
    """Stands under the graph while nothing is selected."""

    def __init__(self, *, ascii: bool) -> None:
        super().__init__()
        self._ascii = ascii

    def on_mount(self) -> None:
        table = cast("NebtuiApp", self.app).keys
        key = next(key.display for key in table if key.id == "explain")
        self.set_content(joined(*legend_parts(ascii=self._ascii, key=key)))
