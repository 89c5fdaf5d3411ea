"""`nebtui status`: projects and services, once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.cli.common import complain, look, say_status, selected, status_of, strangers, whole
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json, say_masked
from nebtui.cli.several import LookedBox, across, looking, say_across, several
from nebtui.report import json_output
from nebtui.report.exposition import exposition
from nebtui.report.metrics import metrics
from nebtui.report.metrics_of_boxes import metrics_of_boxes
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the selected projects; the exit status is that of `check`."""
    if several(arguments):
        return _several(arguments)
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot, now = look(host, settings), host.now()
    keys = selected(snapshot, arguments, settings, environ)
    examined = rules.examine(snapshot, settings.allow)
    result = [f for f in examined.findings if f.project in keys]
    chosen = narrowed(snapshot, keys)
    # The text itself says when there is no engine.
    text = replace(chosen, engine_problem="") if arguments.format == "text" else chosen
    broken = complain(text, keys, arguments, examined.failures)
    if arguments.format == "prometheus":
        box = arguments.boxes[0].name
        page = metrics(chosen, result, now, whole=whole(arguments))
        say_masked(exposition(metrics_of_boxes({box: page}) if box else page))
    else:
        say_status(chosen, arguments, result, now)
    absent = not snapshot.projects and snapshot.engine is None and not arguments.no_engine
    return 2 if broken or absent else status_of(result, arguments.fail_on)


def _several(arguments: Namespace) -> int:
    """All of them; 2 where one could not be looked at, the others are printed all the same."""
    with looking(arguments) as boxes:
        worst = 0
        for box in boxes:
            # The text itself says when there is no engine.
            told = replace(box.snapshot, engine_problem="") if arguments.format == "text" else None
            broken = complain(told or box.snapshot, box.keys, arguments, box.examined.failures)
            found = status_of(list(box.examined.findings), arguments.fail_on)
            worst = max(worst, 2 if broken or box.silent else found)
        if arguments.format == "prometheus":
            every = whole(arguments)
            pages = {
                b.name: metrics(b.chosen, b.examined.findings, b.now, whole=every) for b in boxes
            }
            say_masked(exposition(metrics_of_boxes(pages)))
        else:
            say_boxes(boxes, arguments)
    return worst


def say_boxes(boxes: list[LookedBox], arguments: Namespace) -> None:
    """Print the status of each under its name."""
    if arguments.format == "json":
        every = whole(arguments)
        rows = [
            json_output.status(
                b.chosen, strangers(b.snapshot, arguments), b.now, b.name, whole=every
            )
            for b in boxes
        ]
        say_json(json_output.statuses(rows, across(boxes)))
        return
    for at, box in enumerate(boxes):
        if at:
            say()
        say_status(box.chosen, arguments, list(box.examined.findings), box.now, box.name)
    say_across(across(boxes))
