"""The rails graph in cells: networks as vertical rails, services as lines, dependencies as arcs at
the right."""

from collections.abc import Mapping, Sequence

from nebtui.graph.canvas import ASCII, BOX, Canvas, Glyphs, Line, Segment
from nebtui.graph.columns import Columns, columns_for
from nebtui.graph.lines import RowContext, gap_line, heading_line, more_line, row_line, title_line
from nebtui.graph.scene import Drawing, Edge, GraphModel, Group, NetworkLine, Row
from nebtui.graph.tracks import (
    Arc,
    Rail,
    arc_tracks,
    draw_arcs,
    plan_arcs,
    plan_rails,
    split_networks,
)
from nebtui.text.terminal import cell_width, plain

__all__ = [
    "Drawing",
    "Edge",
    "GraphModel",
    "Group",
    "Line",
    "NetworkLine",
    "Row",
    "Segment",
    "draw",
    "plain_text",
]


def draw(
    scene: GraphModel, *, width: int, selected: str | None, all_edges: bool, ascii: bool
) -> Drawing:
    """The scene in lines of at most `width` cells (12 or more); `selected` is a row or group id or
    None.

    Calm edges and those of the selection are drawn, with `all_edges` every one; `ascii` uses no
    other characters. Style names: rail-0 to rail-5, wire, dim, ok, warn, bad, info, title, name,
    selected, bar, bar-empty.
    """
    glyphs = ASCII if ascii else BOX
    titled, own = split_networks(scene)
    width = max(12, width)
    most = width // 6
    lines, height = _places(scene, len(titled[:most]) + (len(titled) > most))
    rails = plan_rails(scene, titled, own, lines, most)
    step, offset, rails_width = _rail_grid(len({rail.column for rail in rails}), width)
    touched = _touched(scene, selected)
    arcs = plan_arcs(scene, lines, touched, all_edges)
    columns, arc_canvas, hints = _fit_arcs(scene, arcs, glyphs, width, rails_width, height)
    canvas = Canvas(rails_width, height, glyphs)
    _draw_rails(canvas, scene, rails, lines, glyphs, (step, offset), selected)
    page = RowContext(
        width, glyphs, columns, canvas, arc_canvas, hints, selected, _related(scene, touched)
    )
    drawn: list[Line] = [()] * height
    members = _members(scene, touched)
    for y in range(min(len(titled), most)):
        drawn[y] = title_line(page, rails[y], offset + y * step, members)
    if len(titled) > most:
        drawn[most] = more_line(page, most, titled[most:])
    for group in scene.groups:
        mine = [rail for rail in rails if rail.network in own.get(group.id, ())]
        drawn[lines[group.id]] = heading_line(page, lines[group.id], group, mine)
        for row in group.rows:
            if row.id in lines:
                drawn[lines[row.id]] = row_line(page, lines[row.id], row)
    full = tuple(line or gap_line(page, y) for y, line in enumerate(drawn))
    return Drawing(full, lines, tuple(lines))


def plain_text(drawing: Drawing) -> str:
    """The drawing without styles, one line each, ended by a line break."""
    return "".join("".join(segment.text for segment in line) + "\n" for line in drawing.lines)


def _places(scene: GraphModel, titles: int) -> tuple[dict[str, int], int]:
    """The line of every group and visible row, and the number of lines."""
    lines: dict[str, int] = {}
    y = titles + (1 if titles and scene.groups else 0)
    for at, group in enumerate(scene.groups):
        if at and not scene.groups[at - 1].collapsed:
            y += 1
        lines[group.id] = y
        y += 1
        for row in () if group.collapsed else group.rows:
            lines[row.id] = y
            y += 1
    return lines, y


def _rail_grid(count: int, width: int) -> tuple[int, int, int]:
    """Cells from rail to rail, cells before the first, and cells of them all."""
    if width >= 100 and count * 4 <= width // 4:
        return 4, 1, 1 + 4 * count
    return 2, 0, 2 * count + 1


def _touched(scene: GraphModel, selected: str | None) -> frozenset[str] | None:
    """Row ids of the selection: the row, or the rows of the group; None when nothing (or nothing
    known) is selected."""
    for group in scene.groups:
        if group.id == selected:
            return frozenset(row.id for row in group.rows)
        if any(row.id == selected for row in group.rows):
            return frozenset({selected or ""})
    return None


def _members(scene: GraphModel, touched: frozenset[str] | None) -> frozenset[str]:
    """The networks of the selection's rows."""
    rows = (row for group in scene.groups for row in group.rows)
    return frozenset(name for row in rows if touched and row.id in touched for name in row.networks)


def _related(scene: GraphModel, touched: frozenset[str] | None) -> frozenset[str] | None:
    """The selection and both ends of its edges."""
    if touched is None:
        return None
    edges = [edge for edge in scene.edges if edge.source in touched or edge.target in touched]
    return touched.union(*((edge.source, edge.target) for edge in edges))


def _fit_arcs(
    scene: GraphModel, arcs: Sequence[Arc], glyphs: Glyphs, width: int, rails: int, height: int
) -> tuple[Columns, Canvas | None, dict[int, Arc]]:
    """Columns, the drawn arcs if there is room, and per source line the most important arc that
    could not be drawn."""
    wanted = max(arc_tracks(arcs).values(), default=-1) + 1
    # Room is kept for tracks that are not drawn yet, or the columns would jump with every move of
    # the cursor.
    columns = columns_for(scene, width, rails, max(2 * wanted + 1, 13) if scene.edges else 0, 0)
    canvas, left_out = None, list(arcs)
    if columns.arcs and arcs:
        step = 2 if 3 + 2 * (wanted - 1) <= columns.arcs else 1
        tracks = arc_tracks(arcs, (columns.arcs - 3) // step + 1)
        canvas = Canvas(columns.arcs, height, glyphs)
        draw_arcs(canvas, glyphs, [arc for arc in arcs if arc.target in tracks], tracks, step)
        left_out = [arc for arc in arcs if arc.target not in tracks]
    hints = {
        arc.source: arc for arc in left_out
    }  # arcs come in order of weight: the last one stays
    if hints and not columns.arcs:
        longest = max(cell_width(plain(arc.label)) for arc in hints.values())
        columns = columns_for(scene, width, rails, 0, longest + 4)
    return columns, canvas, hints


def _draw_rails(
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
