"""The first frame: the home screen's own drawing as plain escape codes, on the terminal before
Textual is loaded, in the lines and colours in which Textual then shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nebtui.facts.snapshot import Snapshot
from nebtui.graph.canvas import Line, Pen, Segment
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.layout import draw
from nebtui.graph.scene import GraphModel
from nebtui.text.mask import mask
from nebtui.text.terminal import cell_width, plain
from nebtui.tui.colours import (
    PALETTES,
    WORD_STYLES,
    Look,
    channels,
    drawing_looks,
    look,
)
from nebtui.tui.header import header
from nebtui.tui.legend_parts import legend_parts
from nebtui.tui.stylesheets import RAILS_SHEET

BESIDE = 160
"""Cells from which on the detail stands beside the graph."""
SHARE_BESIDE, MOST_BESIDE = 40, 84
"""Percent and cells of the width that it has there, as in `home.tcss`; else half of the height."""
EDGES = {"nebtui-light": 35, "nebtui-contrast": 60}
"""Percent of the edge above the detail pane, there too; 20 in the dark theme."""
RESET = "\x1b[0m"


def first_frame(
    snapshot: Snapshot,
    size: tuple[int, int],
    theme: str,
    depth: int,
    *,
    banner: str = "",
    notice: str = "",
    locked: bool = False,
) -> str:
    """The escape codes of a whole page of `size` (cells, lines). KeyError where the theme is none
    of nebtui's."""
    width, height = size
    palette = PALETTES[theme]
    words = {name: look(style, palette) for name, style in WORD_STYLES.items()}
    words[""] = Look(palette["foreground"])
    top = [header(snapshot, (), banner, locked=locked)]
    top += [((f" {notice}", "warn"),)] if notice else []
    painter = Painter(palette["foreground"], depth)
    page = [
        painter.line(_worded(parts, width - 1), words, palette["surface"], width) for parts in top
    ]
    looks = drawing_looks(RAILS_SHEET.read_text(encoding="utf-8"), theme)
    edge = {"edge": look(f"$foreground {EDGES.get(theme, 20)}%", palette)}
    panes, ground = height - 1 - len(page), palette["background"]
    beside = min(MOST_BESIDE, width * SHARE_BESIDE // 100) if width >= BESIDE else 0
    room = panes - 1 if beside else panes - panes // 2 - 1
    drawn = [*_graph(snapshot, width - beside, room)]
    drawn += [()] * (room - len(drawn)) if beside else []
    pane = painter.line((Segment("│", "edge"),), edge, ground, beside) if beside else ""
    page += [painter.line(line, looks, ground, width - beside) + pane for line in drawn]
    marks = tuple(Segment(*part) for part in legend_parts(ascii=False))
    page.append(painter.line(marks, words, ground, width - beside) + pane)
    if not beside:
        page.append(painter.line((Segment("─" * width, "edge"),), edge, ground, width))
    page += [painter.line((), {}, palette["background"], width)] * (height - 1 - len(page))
    page = [*page[: height - 1], painter.line((), {}, palette["surface"], width)]
    return "".join(f"\x1b[{y};1H{text}" for y, text in enumerate(page, 1)) + RESET


def _graph(snapshot: Snapshot, width: int, room: int) -> Sequence[Line]:
    """The lines of the graph that are on the screen; where more are drawn a scroll bar takes the
    last cell."""
    scene = graph_model(snapshot)
    lines = _lines(scene, width)
    if len(lines) > room:
        lines = _lines(scene, width - 1)
    return lines[:room]


def _lines(scene: GraphModel, width: int) -> Sequence[Line]:
    """All lines of the graph; no figure is known yet."""
    return draw(scene, width=width, selected=None, all_edges=False, ascii=False, figures={}).lines


def _worded(parts: Iterable[tuple[str, str]], width: int) -> Line:
    """Words in their tones, cut at the width."""
    pen = Pen(width, "…")
    for text, tone in parts:
        pen.write(plain(mask(text)), tone)
    return pen.line()


class Painter:
    """Lines as escape codes, in 24 or 8 bits of colour."""

    def __init__(self, foreground: str, depth: int) -> None:
        self._foreground = foreground
        self._depth = depth

    def line(self, segments: Line, looks: Mapping[str, Look], background: str, width: int) -> str:
        """One line of exactly `width` cells on a background."""
        used = sum(cell_width(segment.text) for segment in segments)
        painted = [f"{self._code(looks, style, background)}{text}" for text, style in segments]
        rest = f"{self._code({}, '', background)}{' ' * (width - used)}"
        return "".join([*painted, rest])

    def _code(self, looks: Mapping[str, Look], style: str, background: str) -> str:
        """The look of some styles, the later ones over the earlier."""
        found = [looks[name] for name in style.split() if name in looks] or [looks.get("", Look())]
        colour = next((one.colour for one in reversed(found) if one.colour), self._foreground)
        codes = ["0", self._colour(38, colour), self._colour(48, background)]
        codes += ["1"] if any(one.bold for one in found) else []
        codes += ["7"] if any(one.reverse for one in found) else []
        return f"\x1b[{';'.join(codes)}m"

    def _colour(self, kind: int, colour: str) -> str:
        if self._depth == 24:
            red, green, blue = channels(colour)
            return f"{kind};2;{red};{green};{blue}"
        return f"{kind};5;{of_256(colour)}"


def of_256(colour: str) -> int:
    """The nearest of the 256 colours as Textual's own library chooses it: greys apart, the others
    from the cube of six steps."""
    parts = channels(colour)
    low, high = min(parts) / 255, max(parts) / 255
    lightness = (low + high) / 2
    spread = 0.0 if high == low else (high - low) / (1 - abs(2 * lightness - 1))
    if spread < 0.15:
        grey = round(lightness * 25)
        return {0: 16, 25: 231}.get(grey, 231 + grey)
    red, green, blue = (round(c / 95 if c < 95 else 1 + (c - 95) / 40) for c in parts)
    return 16 + 36 * red + 6 * green + blue
