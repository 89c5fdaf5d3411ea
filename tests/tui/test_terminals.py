"""Every screen in every terminal: ASCII only, 60x20 to 300x80, light, high contrast, 16 colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem
from rich.segment import Segment
from textual.screen import ModalScreen
from textual.widgets._footer import FooterKey

from nebtui.tui.themes import THEMES
from tests.tui.driver import AppDriver, demo
from tests.tui.screens import PLACES, at

SIZES = ((60, 20), (80, 24), (120, 36), (200, 50), (300, 80))
STROKES = frozenset(" |+-.:<>xo#=_~*'`")
"""What only leads the eye: it may be fainter than text."""


def strips(shown: AppDriver) -> list[list[Segment]]:
    """What the screen shows, line by line."""
    return [list(strip) for strip in shown.app.screen._compositor.render_strips()]


async def resized(shown: AppDriver, size: tuple[int, int]) -> None:
    """Another size of the terminal, laid out."""
    await shown.pilot.resize_terminal(*size)
    await shown.until(lambda: shown.app.screen.size == size, "the new size")
    await shown.pilot.pause()
    await shown.pilot.pause()


def painted(shown: AppDriver) -> Iterator[tuple[str, Color, Color]]:
    """Each text with its colour and that of its ground."""
    screen = shown.app.screen
    # What lies behind a question is meant to be faint.
    inner = screen.children[0].region if isinstance(screen, ModalScreen) else screen.region
    for strip in screen._compositor.render_strips()[inner.y : inner.bottom]:
        for segment in strip.crop(inner.x, inner.right):
            style = segment.style
            if style and style.color and style.bgcolor and segment.text.strip():
                pair = (style.color, style.bgcolor)
                yield segment.text, *(reversed(pair) if style.reverse else pair)


def light(color: Color) -> float:
    """The relative luminance of WCAG 2."""
    parts = [value / 255 for value in color.get_truecolor()]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


async def test_no_color_is_without_hue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR in the environment everything is grey, and states still have their words."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with demo(tmp_path) as shown:
        await shown.press("exclamation_mark")
        colours = {c for _, *pair in painted(shown) for c in pair}
        assert {c.name for c in colours if len(set(c.get_truecolor())) > 1} == set()
        assert "crash loop" in shown.text


LEAST = {"nebtui-dark": (4.0, 1.5), "nebtui-light": (4.0, 1.5), "nebtui-contrast": (7.0, 3.0)}
"""Contrast of text and of strokes."""


async def fits(shown: AppDriver, name: str, size: tuple[int, int]) -> None:
    """Each line is as wide as the terminal, in ASCII, the keys are whole, and what must not be cut
    off is there."""
    await resized(shown, size)
    assert {sum(s.cell_length for s in line) for line in strips(shown)} == {size[0]}, size
    odd = {char for char in shown.text if not char.isascii()}
    assert odd == set(), (size, odd, shown.text)
    for text in PLACES[name].kept:
        assert text in shown.text, (size, text, shown.text)
    keys = [*shown.app.screen.query(FooterKey)]
    for key in keys:
        assert key.region.right <= size[0], (size, key.description)
    actions = [key.action for key in keys]
    assert len(actions) == len(set(actions)), (size, actions)


async def is_readable(shown: AppDriver, theme: str) -> None:
    """Text stands out from its ground, also in 16 colours."""
    shown.app.theme = theme
    await shown.pilot.pause()
    await shown.pilot.pause()
    text, strokes = LEAST[theme]
    seen = {*painted(shown)}
    faint = {
        (words.strip(), front.name, back.name, round(contrast(front, back), 1))
        for words, front, back in seen
        if contrast(front, back) < (strokes if set(words) <= STROKES else text)
    }
    assert faint == set(), (theme, faint)
    lost = {
        (words.strip(), front.name, back.name)
        for words, front, back in seen
        if not set(words) <= STROKES
        and front.downgrade(ColorSystem.STANDARD) == back.downgrade(ColorSystem.STANDARD)
    }
    assert lost == set(), (theme, lost)


@pytest.mark.parametrize("name", PLACES)
async def test_a_screen_in_every_terminal(name: str, tmp_path: Path) -> None:
    """From 60x20 to 300x80 in ASCII, and in each theme."""
    async with at(name, tmp_path, ascii=True) as shown:
        for theme in THEMES:
            await is_readable(shown, theme.name)
        for size in SIZES:
            await fits(shown, name, size)
