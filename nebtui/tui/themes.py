"""nebtui's own themes: alarms that read as alarms, on dark, on light, and for eyes or screens that
need all the contrast there is."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="nebtui-dark",
    primary="#4fb3ff",
    secondary="#9aa7b8",
    accent="#4fb3ff",
    foreground="#d5dbe3",
    background="#0f1519",
    surface="#151c22",
    panel="#1b242c",
    success="#5fd38d",
    warning="#f2c14e",
    error="#ff5c5c",
    dark=True,
    variables={
        "text-muted": "#8794a3",
        "text-error": "#ff6b6b",
        "text-warning": "#f2c14e",
        "text-success": "#6fd99a",
    },
)
LIGHT = Theme(
    name="nebtui-light",
    primary="#0b62b8",
    secondary="#5a6675",
    accent="#0b62b8",
    foreground="#1d2733",
    background="#fbfbf9",
    surface="#f1f2f0",
    panel="#e6e8e6",
    success="#1c7a43",
    warning="#8a5a00",
    error="#b3261e",
    dark=False,
    variables={
        "text-muted": "#586370",
        "text-error": "#b3261e",
        "text-warning": "#8a5a00",
        "text-success": "#1c7a43",
    },
)
CONTRAST = Theme(
    name="nebtui-contrast",
    primary="#5fd7ff",
    secondary="#ffffff",
    accent="#5fd7ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#5fff5f",
    warning="#ffd700",
    error="#ffa0a0",
    dark=True,
    variables={
        "text-muted": "#d0d0d0",
        "text-error": "#ffa0a0",
        "text-warning": "#ffd700",
        "text-success": "#5fff5f",
        "text-primary": "#5fd7ff",
        "scrollbar": "#8a8a8a",
        "scrollbar-hover": "#b0b0b0",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
    },
)
THEMES = (DARK, LIGHT, CONTRAST)
