"""A nebtui whose process dies between the first file that it writes and the second: once, and then
`MIDWAY` is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from nebtui.cli import main
from nebtui.fixing import writing
from nebtui.fixing.transaction import StagedFile, commit


def dying(planned: Sequence[StagedFile], *rest: Any) -> None:
    """The first file, and the end."""
    died = os.environ["MIDWAY"]
    if os.path.exists(died):
        commit(planned, *rest)
        return
    with open(died, "w", encoding="utf-8"):
        commit(planned[:1], *rest)
    os._exit(9)


if __name__ == "__main__":
    vars(writing)["commit"] = dying
    sys.exit(main())
