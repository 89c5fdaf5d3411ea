"""Which column each rail and each arc of the graph runs in, and their strokes."""

from collections.abc import Iterable, Mapping, Sequence

from nebtui.graph.canvas import Canvas, Glyphs
from nebtui.graph.scene import GraphModel, Group, NetworkLine, Row
from nebtui.light_dataclass import dataclass

RAIL_STYLES = 6
_RANK = {"dim": 0, "info": 1, "ok": 2, "warn": 3, "bad": 4}


@dataclass(frozen=True, slots=True)
class Rail:
    """A network as a vertical line from `top` to `bottom` (line indices) in `column` (0 is
    leftmost)."""

    network: NetworkLine
    column: int
    style: str
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge between two lines; `strong` is drawn in its tone, others are only hinted at; `label`
    names the target, `origin` the source, `kind` is that of the edge."""

    source: int
    target: int
    tone: str
    broken: bool
    strong: bool
    label: str
    origin: str
    kind: str

    @property
    def style(self) -> str:
        """The style of its strokes."""
        if not self.strong:
            return "wire"
        return "bad" if self.broken else self.tone

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """Later in this order is drawn over earlier."""
        return self.strong, self.broken, _RANK.get(self.tone, 0)


def coloured(spans: Iterable[tuple[int, int]]) -> list[int]:
    """The first free column for each span (both ends included), in the order given; no two spans in
    one overlap."""
    taken: list[int] = []
    columns = []
    for top, bottom in spans:
        lines = ((1 << (bottom - top + 1)) - 1) << top
        column = next((at for at, used in enumerate(taken) if not used & lines), len(taken))
        if column == len(taken):
            taken.append(0)
        taken[column] |= lines
        columns.append(column)
    return columns


def split_networks(scene: GraphModel) -> tuple[list[NetworkLine], dict[str, list[NetworkLine]]]:
    """Networks that get a title line, and by group id the networks of one group only, each in scene
    order."""
    users: dict[str, list[str]] = {}
    for group in scene.groups:
        for name in {name for row in group.rows for name in row.networks}:
            users.setdefault(name, []).append(group.id)
    titled: list[NetworkLine] = []
    own: dict[str, list[NetworkLine]] = {}
    for network in {network.name: network for network in scene.networks}.values():
        groups = users.get(network.name, [])
        if network.shared or network.external or len(groups) > 1:
            titled.append(network)
        elif groups:
            own.setdefault(groups[0], []).append(network)
    return titled, own


def plan_rails(
    scene: GraphModel,
    titled: Sequence[NetworkLine],
    own: Mapping[str, Sequence[NetworkLine]],
    lines: Mapping[str, int],
    most: int,
) -> list[Rail]:
    """Rails for the titled networks, then for the networks of each open group; at most `most`
    columns in all."""
    last: dict[tuple[str, str], int] = {}
    for group in scene.groups:
        for row in group.rows:
            y = lines.get(row.id, lines[group.id])
            for name in row.networks:
                for whose in ("", group.id):
                    last[whose, name] = max(y, last.get((whose, name), 0))
    rails = [
        Rail(network, y, f"rail-{y % RAIL_STYLES}", y, last.get(("", network.name), y))
        for y, network in enumerate(titled[:most])
    ]
    spans = [
        (network, lines[group.id], last[group.id, network.name])
        for group in scene.groups
        if not group.collapsed
        for network in own.get(group.id, ())
    ]
    for (network, top, bottom), column in zip(
        spans, coloured((top, end) for _, top, end in spans), strict=True
    ):
        if column + len(titled) < most:
            # The running number gives neighbouring projects different colours in the same column.
            rails.append(
                Rail(network, column + len(titled), f"rail-{len(rails) % RAIL_STYLES}", top, bottom)
            )
    return rails


def plan_arcs(
    scene: GraphModel, lines: Mapping[str, int], touched: frozenset[str] | None, all_edges: bool
) -> list[Arc]:
    """Arcs between visible lines; `touched` holds the row ids of the selection, None when nothing
    is selected."""
    homes: dict[str, tuple[Group, Row]] = {
        row.id: (group, row) for group in scene.groups for row in group.rows
    }
    arcs: dict[tuple[int, int], Arc] = {}
    for edge in scene.edges:
        asked = touched is not None and (edge.source in touched or edge.target in touched)
        if (
            not (edge.calm or all_edges or asked)
            or edge.source not in homes
            or edge.target not in homes
        ):
            continue
        (from_group, asking), (group, row) = homes[edge.source], homes[edge.target]
        source = lines.get(edge.source, lines[from_group.id])
        target = lines.get(edge.target, lines[group.id])
        label, origin = row.name, asking.name
        if group.id != from_group.id:
            label, origin = f"{group.title}/{row.name}", f"{from_group.title}/{asking.name}"
        strong = asked or touched is None
        arc = Arc(source, target, edge.tone, edge.broken, strong, label, origin, edge.kind)
        old = arcs.get((source, target))
        if source != target and (old is None or arc.weight > old.weight):
            arcs[source, target] = arc
    return sorted(arcs.values(), key=lambda arc: arc.weight)


def arc_tracks(arcs: Sequence[Arc], most: int | None = None) -> dict[int, int]:
    """The track of each target line, one per target; short ones inside, or important ones where
    only `most` fit."""
    spans: dict[int, tuple[int, int]] = {}
    weights: dict[int, tuple[bool, bool, int]] = {}
    for arc in arcs:
        top, bottom = spans.get(arc.target, (arc.target, arc.target))
        spans[arc.target] = min(top, arc.source), max(bottom, arc.source)
        weights[arc.target] = max(weights.get(arc.target, arc.weight), arc.weight)
    targets = sorted(spans, key=lambda line: (spans[line][1] - spans[line][0], line))
    tracks = dict(zip(targets, coloured(spans[line] for line in targets), strict=True))
    if most is None or max(tracks.values(), default=0) < most:
        return tracks
    targets.sort(key=lambda line: weights[line], reverse=True)
    tracks = dict(zip(targets, coloured(spans[line] for line in targets), strict=True))
    return {line: track for line, track in tracks.items() if track < most}


def draw_arcs(
    canvas: Canvas, glyphs: Glyphs, arcs: Sequence[Arc], cells: Mapping[int, int]
) -> None:
    """Strokes of the arcs (in drawing order), each down the cell of its target, then their ends: an
    arrow at targets, a cross at broken sources."""
    for arc in arcs:
        x = cells[arc.target]
        canvas.upright(x, min(arc.source, arc.target), max(arc.source, arc.target), arc.style)
        for y in (arc.source, arc.target):
            canvas.level(y, 0, x, arc.style)
            canvas.knot(x, y)
    arrows = {arc.target: arc.style for arc in arcs}
    for y, style in arrows.items():
        canvas.mark(0, y, glyphs.arrow, style)
    for arc in arcs:
        if arc.broken:
            canvas.mark(1 if arc.source in arrows else 0, arc.source, glyphs.cross, arc.style)
