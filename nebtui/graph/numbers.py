"""The columns of numbers in a service line, and the words over them."""

from nebtui.graph.canvas import Line, Pen
from nebtui.graph.figures import Figures
from nebtui.graph.row_context import RowContext
from nebtui.graph.scene import Row
from nebtui.text.terminal import cell_width, shorten

SORTED = "▾"
"""Stands beside the name of the column that the rows are sorted by."""


def figures_heading(page: RowContext, y: int, by: str) -> Line:
    """The names of the columns, with a mark at the one that the rows are sorted by (`cpu`,
    `memory`, "" for none)."""
    columns, pen = page.columns, page.pen()
    pen.strokes(page.rails.row(y), columns.rails)
    gpu = columns.bar + 2 * bool(columns.bar) + columns.percent + bool(columns.percent)
    parts = (
        (columns.name, "", 2, False),
        (columns.state, "", 2, False),
        (columns.cpu, "cpu", 2, True),
        (min(columns.memory, 5), "mem", 2, True),
        (columns.memory - min(columns.memory, 5), "", 0, False),
        (gpu - 2, "gpu", 2, False),
        (columns.rate, "", 2, False),
        (columns.uptime, "up", 2, True),
        (columns.restarts, "", 1, False),
        (columns.ports, "ports", 2, False),
        (columns.image, "image", 2, False),
    )
    for width, word, gap, right in parts:
        if width > 0:
            chosen = bool(by) and by.startswith(word) and bool(word)
            text = page.clean(word + (SORTED if chosen else ""))
            pen.write(" " * (gap + (width - len(text) if right else 0)))
            pen.write(text, "info" if chosen else "dim")
            pen.write("" if right else " " * (width - len(text)))
    return pen.line()


def write_figures(page: RowContext, pen: Pen, row: Row, figures: Figures, mark: str) -> None:
    """CPU and memory; blanks where nothing runs."""
    columns, gap = page.columns, mark.strip()
    if columns.cpu:
        pen.write("  ", gap)
        _write_figure(page, pen, figures.cpu if row.runs else "", columns.cpu, mark)
    if columns.memory:
        pen.write("  ", gap)
        memory, tone = figures.memory if row.runs else "", "warn" if figures.tight else "name"
        _write_figure(page, pen, memory, min(columns.memory, 5), mark, tone)
        if columns.memory > 5:
            limit = f"/{figures.limit}" if row.runs and figures.limit else ""
            pen.column(limit, columns.memory - 5, f"{mark}dim")


def write_rest(page: RowContext, pen: Pen, row: Row, figures: Figures, mark: str) -> None:
    """Uptime, restarts, published ports and image."""
    columns, gap = page.columns, mark.strip()
    if columns.uptime:
        pen.write("  ", gap)
        _write_figure(page, pen, figures.uptime if row.runs else "", columns.uptime, mark)
    if columns.restarts:
        pen.write(" ", gap)
        times = page.clean(f"×{row.restarts}") if row.restarts else ""
        pen.column(times, columns.restarts, f"{mark}warn")
    if columns.ports:
        pen.write("  ", gap)
        pen.column(page.clean(row.ports), columns.ports, f"{mark}name")
    if columns.image:
        pen.write("  ", gap)
        pen.column(page.clean(row.image), columns.image, f"{mark}dim")


def _write_figure(
    page: RowContext, pen: Pen, text: str, width: int, mark: str, tone: str = "name"
) -> None:
    """A live figure; the mark of an unknown one is dim."""
    known = text not in ("", "–")
    _write_right(pen, page.clean(text), width, mark + (tone if known else "dim"), mark.strip())


def write_gpu(page: RowContext, pen: Pen, row: Row, mark: str) -> None:
    """GPU bar, percent and tokens per second; blanks where nothing was measured."""
    columns, glyphs, gap = page.columns, page.glyphs, mark.strip()
    share = None if row.gpu is None else max(0.0, min(100.0, row.gpu))
    if columns.bar:
        pen.write("  ", gap)
        full = (
            0
            if share is None
            else min(columns.bar, round(share / 100 * columns.bar) or (1 if share >= 1 else 0))
        )
        pen.write(glyphs.bar * full, f"{mark}bar")
        pen.write(
            (" " if share is None else glyphs.bar_empty) * (columns.bar - full),
            gap if share is None else f"{mark}bar-empty",
        )
    percent = "" if share is None else f"{share:.0f}%"
    if columns.percent:
        pen.write(" ", gap)
        _write_right(pen, percent, columns.percent, f"{mark}bar", gap)
    if columns.rate:
        pen.write("  ", gap)
        rate = shorten(page.clean(row.rate), columns.rate, glyphs.ellipsis)
        tone = row.rate_tone or ("bad" if row.note_tone == "bad" else "info")
        _write_right(pen, rate, columns.rate, mark + tone, gap)


def _write_right(pen: Pen, text: str, width: int, style: str, gap: str) -> None:
    """The text at the right end of `width` cells, its blanks apart: SVG viewers eat leading
    ones."""
    pen.write(" " * (width - cell_width(text)), gap)
    pen.write(text, style)
