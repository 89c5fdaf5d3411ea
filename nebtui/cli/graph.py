"""`nebtui graph`: networks and edges as text, JSON, or in a language that draws them."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.cli.common import complain, look, selected
from nebtui.cli.looking import host_for
from nebtui.cli.output import ascii_only, say, say_json
from nebtui.report import graph_text, json_output
from nebtui.report.diagram import diagram
from nebtui.report.dot import dot
from nebtui.report.mermaid import mermaid
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the graph of the selected projects; 2 if one of them was unusable."""
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
    keys = selected(snapshot, arguments, settings, environ)
    broken = complain(snapshot, keys, arguments)
    chosen = narrowed(snapshot, keys)
    if arguments.format == "json":
        say_json(json_output.graph(chosen))
    elif arguments.format == "mermaid":
        say(mermaid(diagram(chosen)))
    elif arguments.format == "dot":
        say(dot(diagram(chosen)))
    else:
        width = min(shutil.get_terminal_size((120, 40)).columns, 200)
        found, ascii = rules.find(snapshot, settings.allow), ascii_only(settings)
        say("\n".join(graph_text.graph(chosen, found, width, ascii_only=ascii)))
    return 2 if broken else 0
