"""Work off the screen's thread: daemon threads, because nebtui must exit at once whatever they wait
for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App

T = TypeVar("T")


def background(app: App[Any], work: Callable[[], T], then: Callable[[T], None]) -> None:
    """Run `work` in a daemon thread and hand its result to `then` on the screen's thread. A mistake
    of ours in `work` is raised there too: the app ends with it, instead of waiting for ever for a
    result that never comes."""

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # whatever it is, it belongs to the screen's thread
            app.call_later(_raise, error)
            return
        app.call_later(then, result)

    threading.Thread(target=run, name="background", daemon=True).start()


def _raise(error: BaseException) -> None:
    raise error
