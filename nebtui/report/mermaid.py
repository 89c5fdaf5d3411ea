"""The graph as a Mermaid flowchart, which GitHub, GitLab and many editors draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.report.diagram import LEGEND, Diagram, DiagramLine, DiagramNode

_ARROWS: Mapping[str, str] = {
    "member": "---",
    "depends": "-->",
    "references": "-.->",
    "talks": "==>",
}
_BROKEN = "-.-x"
_KEPT = frozenset(" _.-")


def mermaid(drawn: Diagram) -> Iterator[str]:
    """A line each: projects as subgraphs, networks as hexagons, then the lines between them."""
    yield "flowchart LR"
    yield f"  %% {LEGEND}"
    for cluster in drawn.clusters:
        yield f"  subgraph {cluster.id}[{quoted(cluster.label)}]"
        yield from (f"    {node.id}[{_named(node)}]" for node in cluster.nodes)
        yield "  end"
    yield from (f"  {network.id}{{{{{quoted(network.label)}}}}}" for network in drawn.networks)
    yield from (f"  {_arrow(line)}" for line in drawn.lines)
    bad = [node.id for cluster in drawn.clusters for node in cluster.nodes if node.bad]
    if bad:
        yield "  classDef bad stroke:#d1242f,stroke-width:2px"
        yield f"  class {','.join(bad)} bad"
    broken = [str(number) for number, line in enumerate(drawn.lines) if line.broken]
    if broken:
        yield f"  linkStyle {','.join(broken)} stroke:#d1242f"


def _arrow(line: DiagramLine) -> str:
    arrow = _BROKEN if line.broken else _ARROWS[line.kind]
    text = f"|{quoted(line.label)}|" if line.label else ""
    return f"{line.source} {arrow}{text} {line.target}"


def _named(node: DiagramNode) -> str:
    lines = "<br/>".join(escaped(part) for part in (node.label, node.state) if part)
    return f'"{lines}"'


def quoted(text: str) -> str:
    """A text as a label."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """A text inside a label: what is neither letter nor digit nor plain punctuation becomes its
    code (`#34;`), so that no quote, tag, comment, `%%{directive}%%` or Markdown begins in it. The
    colon too: Mermaid looks for `style…:…#…;` in every line before it parses it."""
    return "".join(c if c.isalnum() or c in _KEPT else f"#{ord(c)};" for c in text)
