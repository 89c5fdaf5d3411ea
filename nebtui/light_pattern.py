"""`pattern` is `re.compile` at the first use: Python took 10 ms of each start to compile those of
the modules that the first screen needs, and hardly one of them is used before it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, AnyStr, cast


class _Waiting:
    """A regular expression that is not compiled yet. What is asked of it is asked of the compiled
    one, and kept."""

    def __init__(self, compiled: Callable[[], re.Pattern[Any]]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> object:
        asked: object = getattr(self._compiled(), name)
        setattr(self, name, asked)
        return asked


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The regular expression; a faulty one raises `re.error` at its first use."""
    return cast("re.Pattern[AnyStr]", _Waiting(partial(re.compile, text, flags)))
