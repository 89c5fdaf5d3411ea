"""What a lost line leaves open: it is said, and looked up once the line is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from nebtui.fixing.desk import UnknownOutcomeError
from nebtui.keep.records import Entry
from nebtui.tui.background import background


def look_again(
    app: App[Any], error: UnknownOutcomeError, then: Callable[[Entry | None], None]
) -> None:
    """Say what is not known, and hand on the entry that stands once it is known, None where none
    does."""
    app.notify(str(error), title="not known yet", severity="warning", markup=False, timeout=15)

    def look() -> Entry | UnknownOutcomeError | None:
        try:
            return error.look()
        except UnknownOutcomeError as again:
            return again

    def found(result: Entry | UnknownOutcomeError | None) -> None:
        if isinstance(result, UnknownOutcomeError):
            app.notify(str(result), title="still not known", severity="error", markup=False)
        else:
            then(result)

    background(app, look, found)
