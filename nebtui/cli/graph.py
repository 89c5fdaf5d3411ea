"""`nebtui graph`: networks and edges as text, JSON, or in a language that draws them."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Iterable, Mapping
from contextlib import closing

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.cli.common import complain, look, selected, whole
from nebtui.cli.looking import host_for
from nebtui.cli.output import ascii_only, say, say_json
from nebtui.cli.several import across, looking, say_across, several
from nebtui.facts.snapshot import Snapshot
from nebtui.report import graph_text, json_output
from nebtui.report.diagram import diagram
from nebtui.report.diagram_of_boxes import diagram_of_boxes
from nebtui.report.dot import dot
from nebtui.report.mermaid import mermaid
from nebtui.rules.rule import Finding
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the graph of the selected projects; 2 if one of them was unusable."""
    if several(arguments):
        return _several(arguments)
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
    keys = selected(snapshot, arguments, settings, environ)
    broken = complain(snapshot, keys, arguments)
    chosen = narrowed(snapshot, keys)
    if arguments.format == "json":
        named = arguments.boxes[0].name or None
        say_json(json_output.graph(chosen, named, whole=whole(arguments)))
    elif arguments.format == "mermaid":
        say(mermaid(diagram(chosen, whole=whole(arguments))))
    elif arguments.format == "dot":
        say(dot(diagram(chosen, whole=whole(arguments))))
    else:
        _say_drawing(chosen, rules.find(snapshot, settings.allow), ascii=ascii_only(settings))
    return 2 if broken else 0


def _say_drawing(chosen: Snapshot, found: Iterable[Finding], *, ascii: bool) -> None:
    width = min(shutil.get_terminal_size((120, 40)).columns, 200)
    say("\n".join(graph_text.graph(chosen, found, width, ascii_only=ascii)))


def _several(arguments: Namespace) -> int:
    """The graph of each box under its name; 2 where one could not be looked at."""
    with looking(arguments) as boxes:
        worst = 0
        for box in boxes:
            broken = complain(box.snapshot, box.keys, arguments, box.examined.failures)
            worst = max(worst, 2 if broken or box.silent else 0)
        every = whole(arguments)
        if arguments.format == "json":
            rows = [json_output.graph(b.chosen, b.name, whole=every) for b in boxes]
            say_json(json_output.graphs(rows, across(boxes)))
        elif arguments.format in ("mermaid", "dot"):
            shown = {box.name: box.chosen for box in boxes}
            drawn = diagram_of_boxes(shown, across(boxes), whole=every)
            say(mermaid(drawn) if arguments.format == "mermaid" else dot(drawn))
        else:
            ascii = ascii_only(arguments.boxes[0].settings)
            for at, box in enumerate(boxes):
                say(f"{chr(10) if at else ''}{box.name}")
                _say_drawing(box.chosen, box.examined.findings, ascii=ascii)
            say_across(across(boxes))
    return worst
