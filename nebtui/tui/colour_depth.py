"""How many colours a terminal has."""

from __future__ import annotations

from collections.abc import Mapping


def colour_depth(environ: Mapping[str, str]) -> int:
    """How many bits of colour Textual will use on this terminal: 24 or 8; 0 where it is told by
    other means than the terminal's name, or has so few that this frame would look another."""
    if "NO_COLOR" in environ or environ.get("TEXTUAL_COLOR_SYSTEM", "auto") != "auto":
        return 0
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return 24
    return 8 if environ.get("TERM", "").endswith("-256color") else 0
