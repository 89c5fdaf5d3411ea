"""The rails graph in cells: networks as vertical rails, services as lines, dependencies as arcs at
the right."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from nebtui.graph.canvas import ASCII, BOX, Canvas, Glyphs, Line, Segment
from nebtui.graph.columns import Columns, columns_for, note_of
from nebtui.graph.drawn_lines import DrawnLines
from nebtui.graph.figures import Figures
from nebtui.graph.lines import gap_line, heading_line, more_line, row_line, title_line
from nebtui.graph.numbers import figures_heading
from nebtui.graph.rail_strokes import draw_rails, rail_grid
from nebtui.graph.row_context import RowContext
from nebtui.graph.scene import Drawing, Edge, GraphModel, Group, NetworkLine, Row
from nebtui.graph.sheet import Sheet
from nebtui.graph.tracks import (
    Arc,
    Rail,
    arc_tracks,
    draw_arcs,
    plan_arcs,
    plan_rails,
    split_networks,
)
from nebtui.text.terminal import shown_width

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
    scene: GraphModel,
    *,
    width: int,
    selected: str | None,
    all_edges: bool,
    ascii: bool,
    figures: Mapping[str, Figures] | None = None,
    by: str = "",
) -> Drawing:
    """The scene in lines of at most `width` cells (12 or more); `selected` is a row or group id or
    None.

    Calm edges and those of the selection are drawn, with `all_edges` every one; `ascii` uses no
    other characters. `figures`: those of rows, by id, in columns where there is room (a running
    row without has `–`); None = without these columns. `by`: the column that the rows are sorted
    by. Style names: rail-0 to rail-5, wire, dim, ok, warn, bad, info, title, name, selected, bar,
    bar-empty.
    """
    return lay_out(
        scene,
        width=width,
        selected=selected,
        all_edges=all_edges,
        ascii=ascii,
        figures=figures,
        by=by,
    ).drawing


def lay_out(
    scene: GraphModel,
    *,
    width: int,
    selected: str | None,
    all_edges: bool,
    ascii: bool,
    figures: Mapping[str, Figures] | None = None,
    by: str = "",
) -> Sheet:
    """The same drawing as `draw`, whose rows can be written again."""
    glyphs = ASCII if ascii else BOX
    titled, own = split_networks(scene)
    most = (width := max(12, width)) // 6
    headed, titles = figures is not None, min(len(titled), most) + (len(titled) > most)
    lines, height = _places(scene, titles, headed=headed)
    rails = plan_rails(scene, titled, own, lines, most)
    grid = rail_grid(len({rail.column for rail in rails}), width)
    touched = _touched(scene, selected)
    arcs = plan_arcs(scene, lines, touched, all_edges)
    told = _longest_told(scene, arcs, lines)
    canvas, sizes = Canvas(grid[2], height, glyphs), (width, grid[2], height)
    columns, upright, tracks, hints = _fit_arcs(scene, arcs, glyphs, sizes, told, figures=headed)
    draw_rails(canvas, scene, rails, lines, glyphs, grid[:2], selected)
    related, broken = _related(scene, touched), {a.source: a for a in arcs if a.broken}
    page = RowContext(width, glyphs, columns, canvas, upright, hints, selected, related, broken)
    above = dict(enumerate(_titles(page, titled, rails, most, grid, _members(scene, touched))))
    if headed and scene.groups:
        above[titles] = figures_heading(page, titles, by)
    rows = {row.id: row for group in scene.groups for row in group.rows if row.id in lines}
    known = {id: (figures or {}).get(id, Figures()) for id in rows}
    mine = _own_rails(rails, own)
    rest: dict[int, Callable[[], Line]] = {
        lines[id]: partial(row_line, page, lines[id], row, known[id]) for id, row in rows.items()
    }
    for group in scene.groups:
        y = lines[group.id]
        rest[y] = partial(heading_line, page, y, group, mine.get(group.id, []))
    drawing = Drawing(DrawnLines(height, partial(_line, page, above, rest)), lines, tuple(lines))
    return Sheet(drawing, page, rows, tuple(arcs), tracks, _cells_of(rails, grid), titles)


def _own_rails(
    rails: Sequence[Rail], own: Mapping[str, Sequence[NetworkLine]]
) -> dict[str, list[Rail]]:
    """By group id the rails of its own networks, from left to right."""
    groups = {network: id for id, networks in own.items() for network in networks}
    result: dict[str, list[Rail]] = {}
    for rail in rails:
        if rail.network in groups:
            result.setdefault(groups[rail.network], []).append(rail)
    return result


def _line(
    page: RowContext, above: Mapping[int, Line], rest: Mapping[int, Callable[[], Line]], y: int
) -> Line:
    """What stands above the groups, a heading, a row, or what is between."""
    return above.get(y) or (rest[y]() if y in rest else ()) or gap_line(page, y)


def _cells_of(rails: Sequence[Rail], grid: tuple[int, int, int]) -> tuple[tuple[int, Rail], ...]:
    """Each rail with its cell."""
    return tuple((grid[1] + rail.column * grid[0], rail) for rail in rails)


def _titles(
    page: RowContext,
    titled: Sequence[NetworkLine],
    rails: Sequence[Rail],
    most: int,
    grid: tuple[int, int, int],
    members: frozenset[str],
) -> list[Line]:
    """The lines of the networks that have one of their own, and one for those without a column."""
    lines = [
        title_line(page, rails[y], grid[1] + y * grid[0], members)
        for y in range(min(len(titled), most))
    ]
    return [*lines, more_line(page, most, titled[most:])] if len(titled) > most else lines


def plain_text(drawing: Drawing) -> str:
    """The drawing without styles, one line each, ended by a line break."""
    return "".join("".join(segment.text for segment in line) + "\n" for line in drawing.lines)


def _places(scene: GraphModel, titles: int, *, headed: bool) -> tuple[dict[str, int], int]:
    """The line of every group and visible row, and the number of lines; `headed`: the columns have
    names."""
    lines: dict[str, int] = {}
    y = titles + (1 if (titles or headed) and scene.groups else 0)
    for at, group in enumerate(scene.groups):
        if at and not scene.groups[at - 1].collapsed:
            y += 1
        lines[group.id] = y
        y += 1
        for row in () if group.collapsed else group.rows:
            lines[row.id] = y
            y += 1
    return lines, y


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


def _longest_told(scene: GraphModel, arcs: Sequence[Arc], lines: Mapping[str, int]) -> int:
    """Cells of the longest note with the name of a target that is not reached behind it."""
    broken = {arc.source: arc for arc in arcs if arc.broken}
    rows = (row for group in scene.groups for row in group.rows)
    return max(
        (
            shown_width(f"{note_of(row, counted=False)[0]} → {broken[y].label}")
            for row in rows
            if (y := lines.get(row.id, -1)) in broken
        ),
        default=0,
    )


def _fit_arcs(
    scene: GraphModel,
    arcs: Sequence[Arc],
    glyphs: Glyphs,
    sizes: tuple[int, int, int],
    told: int,
    *,
    figures: bool,
) -> tuple[Columns, Canvas | None, dict[int, int], dict[int, Arc]]:
    """Columns, the drawn arcs if there is room with the cell of each target's, and per source line
    the most important arc that could not be drawn. `sizes`: cells of a line, cells of the rails,
    lines; `told`: cells of the longest note with a target behind it."""
    width, rails, height = sizes
    wanted = max(arc_tracks(arcs).values(), default=-1) + 1
    # Room is kept for tracks that are not drawn yet, or the columns would jump with every move of
    # the cursor.
    room = max(2 * wanted + 1, 13) if scene.edges else 0
    columns = columns_for(scene, width, rails, room, told, figures=figures)
    canvas, left_out, cells = None, list(arcs), dict[int, int]()
    if columns.arcs and arcs:
        step = 2 if 3 + 2 * (wanted - 1) <= columns.arcs else 1
        tracks = arc_tracks(arcs, (columns.arcs - 3) // step + 1)
        cells = {target: 2 + track * step for target, track in tracks.items()}
        canvas = Canvas(columns.arcs, height, glyphs)
        draw_arcs(canvas, glyphs, [arc for arc in arcs if arc.target in cells], cells)
        left_out = [arc for arc in arcs if arc.target not in cells]
    hints = {
        arc.source: arc for arc in left_out
    }  # arcs come in order of weight: the last one stays
    if hints and not columns.arcs:
        longest = max(shown_width(arc.label) for arc in hints.values())
        columns = columns_for(scene, width, rails, 0, longest + 4, figures=figures)
    return columns, canvas, cells, hints
