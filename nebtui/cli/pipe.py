"""Standard output that somebody else reads."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable


def when_reader_leaves(then: Callable[[], None]) -> None:
    """Block until nobody reads standard output any more, then do something: where nothing is
    written, no error would tell."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)
    reader.poll()
    then()
