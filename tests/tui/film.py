"""Makes one animated SVG of several pictures of the app: only CSS, rows that do not change are
drawn once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH = 12.2, 24.4
"""Of a cell, in the units of Textual's pictures."""
MARGIN, BAR = 14.0, 52.0
"""Around the terminal, and of the caption below it."""
_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ ([^}]*) \}")
_RECT = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"[^>]*/>')
_TEXT = re.compile(
    r'<text class="terminal-\d+-(r\d+)" x="([\d.]+)" y="[\d.]+" textLength="([\d.]+)"'
    r' clip-path="url\(#terminal-\d+-line-(\d+)\)">(.*?)</text>',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture as Textual exports it, how long it stands (seconds), the key that led to it, and
    what is said below it."""

    svg: str
    seconds: float
    key: str
    told: str


def film(shots: Sequence[Shot], columns: int, lines: int, poster: int) -> str:
    """The film, over and over again. `poster`: the shot that is seen where nothing moves."""
    styles: dict[str, str] = {}
    rows: dict[tuple[int, str], set[int]] = {}
    for number, shot in enumerate(shots):
        drawn = {**_rows(shot.svg, styles), lines: _caption(shot, lines)}
        for line, text in drawn.items():
            rows.setdefault((line, text), set()).add(number)
    shown = [frozenset(numbers) for numbers in rows.values()]
    whole = frozenset(range(len(shots)))
    moving = {
        numbers: f"m{n}" for n, numbers in enumerate(dict.fromkeys(shown)) if numbers != whole
    }
    width, height = columns * WIDE + 2 * MARGIN, lines * HIGH + MARGIN + BAR
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}">',
        "<style>",
        'text{font:20px "Fira Code","DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}',
        ".said{font:bold 22px sans-serif;fill:#d5dbe3}",
        *(f".{name}{{{style}}}" for style, name in styles.items()),
        *_motion(moving, shots, poster),
        "</style>",
        f'<rect width="{width:.1f}" height="{height:.1f}" rx="10" fill="#0f1519"/>',
        f'<g transform="translate({MARGIN},{MARGIN})">',
    ]
    for (_, text), numbers in zip(rows, shown, strict=True):
        where = f' class="{moving[numbers]}"' if numbers in moving else ""
        parts.append(f"<g{where}>{text}</g>")
    return "\n".join((*parts, "</g>", "</svg>")) + "\n"


def _rows(svg: str, styles: dict[str, str]) -> dict[int, str]:
    """What stands on each line, in the classes of the film; `styles` grows with them."""
    local = {name: style.replace("; ", ";").strip() for name, style in _STYLE.findall(svg)}
    matrix = svg[svg.index('clip-path="url(#terminal-') :]
    found: dict[int, list[str]] = {}
    for fill, x, y, width in _RECT.findall(matrix):
        line = round((float(y) - 1.5) / HIGH)
        box = f'<rect x="{x}" y="{y}" width="{width}" height="24.65" fill="{fill}"/>'
        found.setdefault(line, []).append(box)
    for name, x, length, line, text in _TEXT.findall(matrix):
        if not text.replace("&#160;", "").strip():
            continue
        short = styles.setdefault(local[name], f"c{len(styles)}")
        y = float(line) * HIGH + 20
        found.setdefault(int(line), []).append(
            f'<text class="{short}" x="{x}" y="{y:.1f}" textLength="{length}">{text}</text>'
        )
    return {line: "".join(parts) for line, parts in found.items()}


def _caption(shot: Shot, lines: int) -> str:
    """The key and what is said, below the terminal."""
    y = lines * HIGH + 8
    badge, x = "", 8.0
    if shot.key:
        wide = 26 + 12.2 * len(shot.key)
        badge = (
            f'<rect x="8" y="{y:.1f}" width="{wide:.1f}" height="32" rx="6" fill="#4fb3ff"/>'
            f'<text x="21" y="{y + 23:.1f}" fill="#0f1519" font-weight="bold">'
            f"{escape(shot.key)}</text>"
        )
        x = wide + 24
    return f'{badge}<text class="said" x="{x:.1f}" y="{y + 24:.1f}">{escape(shot.told)}</text>'


def _motion(moving: Mapping[frozenset[int], str], shots: Sequence[Shot], poster: int) -> list[str]:
    """When each part is seen, in percent of the film."""
    whole = sum(shot.seconds for shot in shots)
    starts = [100 * sum(s.seconds for s in shots[:n]) / whole for n in range(len(shots))]
    lines = []
    for numbers, name in moving.items():
        steps = "".join(
            f"{starts[n]:.2f}%{{visibility:{'visible' if n in numbers else 'hidden'}}}"
            for n in range(len(shots))
            if n == 0 or (n in numbers) != (n - 1 in numbers)
        )
        still = "" if poster in numbers else "visibility:hidden;"
        lines.append(f"@keyframes {name}{{{steps}}}")
        lines.append(f".{name}{{{still}animation:{name} {whole:g}s step-end infinite}}")
    return [*lines, "@media (prefers-reduced-motion:reduce){g{animation:none!important}}"]
