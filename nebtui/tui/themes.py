"""nebtui's own themes: alarms that read as alarms, on dark, on light, and for eyes or screens that
need all the contrast there is."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from nebtui.tui.colours import CONTRAST_COLOURS, DARK_COLOURS, LIGHT_COLOURS

OURS = ("text-", "scrollbar")
"""Variables that Textual would work out by itself."""


def _theme(name: str, colours: Mapping[str, str], *, dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=colours["primary"],
        secondary=colours["secondary"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        dark=dark,
        variables={name: colour for name, colour in colours.items() if name.startswith(OURS)},
    )


DARK = _theme("nebtui-dark", DARK_COLOURS, dark=True)
LIGHT = _theme("nebtui-light", LIGHT_COLOURS, dark=False)
CONTRAST = _theme("nebtui-contrast", CONTRAST_COLOURS, dark=True)
THEMES = (DARK, LIGHT, CONTRAST)
