"""The rails as strokes, with a dot where a service is on a network."""

from collections.abc import Mapping, Sequence

from nebtui.graph.canvas import Canvas, Glyphs
from nebtui.graph.scene import GraphModel
from nebtui.graph.tracks import Rail


def rail_grid(count: int, width: int) -> tuple[int, int, int]:
    """Cells from rail to rail, cells before the first, and cells of them all."""
    if width >= 100 and count * 4 <= width // 4:
        return 4, 1, 1 + 4 * count
    return 2, 0, 2 * count + 1


def draw_rails(
    canvas: Canvas,
    scene: GraphModel,
    rails: Sequence[Rail],
    lines: Mapping[str, int],
    glyphs: Glyphs,
    grid: tuple[int, int],
    selected: str | None,
) -> None:
    """Strokes of the rails, then for each line its wire and dots (a hollow dot: the network is
    absent, or the container is not on it)."""
    step, offset = grid
    spots: dict[str, list[tuple[int, Rail]]] = {}
    for rail in rails:
        x = offset + rail.column * step
        style = "bad" if rail.network.missing else rail.style
        canvas.upright(x, rail.top, rail.bottom, style)
        if rail.network.missing and rail.network.external:
            canvas.dashed.add(x)
        spots.setdefault(rail.network.name, []).append((x, rail))
    end = offset + (max((rail.column for rail in rails), default=0) + 1) * step - 2 + (step == 2)
    headings = set(lines.values())
    for rail in rails:
        if rail.top in headings:
            canvas.level(rail.top, offset + rail.column * step, end, rail.style)
    for group in scene.groups:
        for row in group.rows:
            y = lines.get(row.id, lines[group.id])
            dots = [spot for name in set(row.networks) for spot in spots.get(name, ())]
            if dots and row.id in lines:
                canvas.level(
                    y, min(x for x, _ in dots), end, "name" if row.id == selected else "wire"
                )
            for x, rail in dots:
                network = rail.network
                open_dot = network.missing or network.name in row.hollow
                dot = glyphs.hollow if open_dot else glyphs.dot
                glyph = glyphs.diamond if group.collapsed else dot
                canvas.mark(x, y, glyph, "bad" if network.missing else rail.style)
