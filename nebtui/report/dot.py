"""The graph in Graphviz' language: `nebtui graph --format dot | dot -Tsvg`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.report.diagram import LEGEND, Diagram, DiagramLine, DiagramNode

_LOOKS: Mapping[str, str] = {
    "member": "dir=none, color=gray60",
    "depends": "",
    "references": "style=dashed",
    "talks": "penwidth=2.5",
}
_BROKEN = 'style=dashed, arrowhead=tee, color="#d1242f", fontcolor="#d1242f"'


def dot(drawn: Diagram) -> Iterator[str]:
    """A line each: projects as clusters, networks as hexagons, then the lines between them."""
    yield f"// {LEGEND}"
    yield "digraph nebtui {"
    yield "  rankdir=LR"
    yield '  node [shape=box, fontname="sans-serif"]'
    yield '  edge [fontname="sans-serif", fontsize=10]'
    for cluster in drawn.clusters:
        yield f"  subgraph cluster_{cluster.id} {{"
        yield f"    label={quoted(cluster.label)}"
        yield from (f"    {_node(node)}" for node in cluster.nodes)
        yield "  }"
    for network in drawn.networks:
        yield f"  {network.id} [label={quoted(network.label)}, shape=hexagon]"
    yield from (f"  {_arrow(line)}" for line in drawn.lines)
    yield "}"


def _node(node: DiagramNode) -> str:
    lines = "\\n".join(escaped(part) for part in (node.label, node.state) if part)
    return f'{node.id} [label="{lines}"' + (', color="#d1242f"]' if node.bad else "]")


def _arrow(line: DiagramLine) -> str:
    look = _BROKEN if line.broken else _LOOKS[line.kind]
    parts = ", ".join(
        part for part in (f"label={quoted(line.label)}" * bool(line.label), look) if part
    )
    return f"{line.source} -> {line.target}" + (f" [{parts}]" if parts else "")


def quoted(text: str) -> str:
    """A text as a quoted label."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """A text inside a quoted label: `&` begins an HTML entity there, and as entities quote and
    backslash neither end it nor can be parted from each other by the masking on the way out.
    Graphviz reads its own escapes after the entities, hence two backslashes."""
    return text.replace("&", "&amp;").replace("\\", "&#92;&#92;").replace('"', "&quot;")
