"""Real compose files to try the reader, the rules and the editor on; they are no part of the
project."""

from __future__ import annotations

import os
from pathlib import Path

CORPUS = Path(
    os.environ.get("NEBTUI_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus"
).resolve()
"""`$NEBTUI_CORPUS`, else `shared/corpus` beside the checkout; it may be absent."""
ABSENT = f"{CORPUS} is not here: set NEBTUI_CORPUS to a folder of compose files"
