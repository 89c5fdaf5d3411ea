"""`nebtui check`: findings as text, JSON, SARIF or annotations of GitHub."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from nebtui import rules
from nebtui.cli.common import asked_for, complain, look, selected
from nebtui.cli.errors import CommandError
from nebtui.cli.found_on import found_on
from nebtui.cli.gate import gated
from nebtui.cli.judged import JudgedBox
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json
from nebtui.cli.repository import root_of
from nebtui.report import text_output
from nebtui.report.contract.findings import CheckJson
from nebtui.rules.rule import SEVERITIES, Options
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the findings of the selected projects; 1 if one is at or above --fail-on, 2 if a file
    was unusable."""
    if len(arguments.boxes) > 1:
        return _several(arguments, environ)
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
        if not snapshot.projects and snapshot.engine is None and not arguments.no_engine:
            raise CommandError(snapshot.engine_problem or "no engine and no compose file here")
        keys = selected(snapshot, arguments, settings, environ)
        examined = rules.examine(snapshot, settings.allow)
        mine = asked_for(examined.findings, snapshot, keys, arguments)
        found = gated(found_on("", mine, snapshot, host), arguments, environ, root_of(arguments))
        broken = complain(snapshot, keys, arguments, examined.failures)
        failures = examined.failures
        box = JudgedBox("", snapshot, keys, found, failures, host, settings, arguments)
        _say(box)
    return 2 if broken else box.status


def _say(box: JudgedBox) -> None:
    """Print the one box that is looked at."""
    arguments = box.arguments
    if arguments.format == "sarif":
        _say_sarif([box])
    elif arguments.format == "json":
        say_json(_as_json(box, arguments.boxes[0].name or None))
    elif arguments.format == "github":
        _say_github([box])
    else:
        say(
            "\n".join(
                [
                    *text_output.findings(box.shown),
                    *text_output.hardly_checked(box.outside),
                    *text_output.overlays(box.projects),
                    text_output.checked(box.projects, box.shown),
                ]
            )
        )


def _several(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """The findings of each box under its name; 2 where one could not be looked at."""
    # Loaded where it is needed: `check` of one box is to start at once.
    from nebtui.cli.several import across, looking

    with looking(arguments) as boxes:
        every = [
            one for b in boxes for one in found_on(b.name, b.examined.findings, b.snapshot, b.host)
        ]
        left = gated(every, arguments, environ, root_of(arguments))
        worst, judged = 0, []
        for b in boxes:
            failures = b.examined.failures
            broken = complain(b.snapshot, b.keys, arguments, failures)
            found = [one for one in left if one.box == b.name]
            box = JudgedBox(
                b.name, b.snapshot, b.keys, found, failures, b.host, b.settings, arguments
            )
            judged.append(box)
            worst = max(worst, 2 if broken or b.silent else box.status)
        if arguments.format == "json":
            from nebtui.report import json_output

            rows = [_as_json(box, box.name) for box in judged]
            say_json(json_output.checks(rows, (one for one in across(boxes) if one.broken)))
        elif arguments.format == "sarif":
            _say_sarif(judged)
        elif arguments.format == "github":
            _say_github(judged)
        else:
            say(line for box in judged for line in _lines(box))
    return worst


def _lines(box: JudgedBox) -> list[str]:
    """One of several boxes as text."""
    silent = box.snapshot.engine is None and not box.snapshot.projects
    last = "not looked at" if silent else text_output.checked(box.projects, box.shown)
    return [*text_output.findings(box.shown), f"{box.name}: {last}"]


def _as_json(box: JudgedBox, host: str | None) -> CheckJson:
    from nebtui.report import json_output

    return json_output.check(box.projects, box.shown, box.wrong, box.outside, host)


def _say_github(boxes: list[JudgedBox]) -> None:
    """Annotations, the worst of all boxes first: GitHub shows ten of a level."""
    from nebtui.report.github import commands

    wrong = [
        replace(one, message=f"{box.name}: {one.message}") if box.name else one
        for box in boxes
        for one in box.wrong
    ]
    found = [one for box in boxes for one in box.placed]
    found.sort(key=lambda one: SEVERITIES.index(one.finding.severity))
    root = root_of(boxes[0].arguments)
    ends = (text_output.checked(box.projects, box.shown) for box in boxes)
    last = (f"{b.name}: {end}" if b.name else end for b, end in zip(boxes, ends, strict=True))
    say([*commands(found, wrong, root), *last])


def _say_sarif(boxes: list[JudgedBox]) -> None:
    """A run for each box. Its modules take time to load, and only this format needs them."""
    from nebtui.fixing.offers import offers
    from nebtui.report.sarif import sarif, sarif_run

    root = root_of(boxes[0].arguments)
    runs = []
    for box in boxes:
        options = Options(network=box.settings.network)
        patches = offers(box.snapshot, box.shown, options, box.host)
        failed = [*box.snapshot.failures.values(), *box.failures]
        if box.name and box.snapshot.engine_problem:
            failed.append(f"no engine: {box.snapshot.engine_problem}")
        runs.append(
            sarif_run(
                box.placed,
                box.wrong,
                failed,
                rules=rules.every(),
                patches=patches,
                root=root,
                box=box.name,
            )
        )
    say_json(sarif(runs))
