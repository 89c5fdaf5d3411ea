"""Where the style sheets lie: in the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path, PurePath

_PACKAGE = Path(__file__).parent.parent
_FOLDER = _PACKAGE / "styles" if (_PACKAGE / "styles").is_dir() else _PACKAGE.parent / "styles"

RAILS_SHEET = _FOLDER / "rails.tcss"
SHEETS: list[str | PurePath] = [str(path) for path in sorted(_FOLDER.glob("*.tcss"))]
"""Absolute paths, `app.tcss` first by name."""
