"""`nebtui check`: findings as text, JSON, SARIF or annotations of GitHub."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.cli.common import complain, look, problems, selected, status_of, strangers, visible
from nebtui.cli.errors import CommandError
from nebtui.cli.gate import gated
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json
from nebtui.cli.repository import root_of
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.report import text_output
from nebtui.rules.rule import Finding, Options
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the findings of the selected projects; 1 if one is at or above --fail-on, 2 if a file
    was unusable."""
    if len(arguments.boxes) > 1:
        return _several(arguments)
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
        if not snapshot.projects and snapshot.engine is None and not arguments.no_engine:
            raise CommandError(snapshot.engine_problem or "no engine and no compose file here")
        keys = selected(snapshot, arguments, settings, environ)
        examined = rules.examine(snapshot, settings.allow)
        others = {container.name for container in strangers(snapshot, arguments)}
        mine = [
            f
            for f in examined.findings
            if (f.project in keys if f.project else f.subject in others)
        ]
        result = gated(mine, arguments, environ, root_of(arguments))
        broken = complain(snapshot, keys, arguments, examined.failures)
        shown = visible(result, arguments)
        if arguments.format == "sarif":
            options = Options(network=settings.network)
            _say_sarif(snapshot, keys, shown, arguments, examined.failures, options, host)
        else:
            _say(snapshot, keys, shown, arguments)
    return 2 if broken else status_of(result, arguments.fail_on)


def _say(
    snapshot: Snapshot,
    keys: tuple[ProjectKey, ...],
    shown: list[Finding],
    arguments: Namespace,
) -> None:
    others = strangers(snapshot, arguments)
    looked = [snapshot.projects[key] for key in keys]
    wrong = problems(snapshot, keys, arguments)
    if arguments.format == "json":
        from nebtui.report import json_output

        host = arguments.boxes[0].name or None
        say_json(json_output.check(looked, shown, wrong, others, host))
    elif arguments.format == "github":
        from nebtui.report.github import commands

        say([*commands(shown, wrong, root_of(arguments)), text_output.checked(looked, shown)])
    else:
        say(
            "\n".join(
                [
                    *text_output.findings(shown),
                    *text_output.hardly_checked(others),
                    *text_output.overlays(looked),
                    text_output.checked(looked, shown),
                ]
            )
        )


def _several(arguments: Namespace) -> int:
    """The findings of each box under its name; 2 where one could not be looked at."""
    # Loaded where they are needed: `check` of one box is to start at once.
    from nebtui.cli.several import across, looked_at, say_across
    from nebtui.report import json_output

    for given in ("baseline", "write_baseline", "diff"):
        if getattr(arguments, given):
            told = given.replace("_", "-")
            raise CommandError(f"--{told} is about files of one machine: name one --host")
    if arguments.format not in ("text", "json"):
        raise CommandError(f"--format {arguments.format} is about one box: name one --host")
    rows, worst = [], 0
    boxes = looked_at(arguments)
    for box in boxes:
        broken = complain(box.snapshot, box.keys, arguments, box.examined.failures)
        shown = visible(list(box.examined.findings), arguments)
        silent = 2 if broken or box.silent else 0
        worst = max(worst, silent, status_of(list(box.examined.findings), arguments.fail_on))
        looked = [box.snapshot.projects[key] for key in box.keys]
        if arguments.format == "json":
            wrong = problems(box.snapshot, box.keys, arguments)
            others = strangers(box.snapshot, arguments)
            rows.append(json_output.check(looked, shown, wrong, others, box.name))
        else:
            last = "not looked at" if box.silent else text_output.checked(looked, shown)
            say([*text_output.findings(shown), f"{box.name}: {last}"])
    wrong_across = tuple(one for one in across(boxes) if one.broken)
    if arguments.format == "json":
        say_json(json_output.checks(rows, wrong_across))
    else:
        say_across(wrong_across)
    return max(worst, int(bool(wrong_across)))


def _say_sarif(
    snapshot: Snapshot,
    keys: tuple[ProjectKey, ...],
    shown: list[Finding],
    arguments: Namespace,
    failures: tuple[str, ...],
    options: Options,
    host: Host,
) -> None:
    """Its modules take time to load, and only this format needs them."""
    from nebtui.fixing.offers import offers
    from nebtui.report.sarif import sarif

    failed = (*snapshot.failures.values(), *failures)
    patches = offers(snapshot, shown, options, host)
    wrong = problems(snapshot, keys, arguments)
    root = root_of(arguments)
    say_json(sarif(shown, wrong, failed, rules=rules.every(), patches=patches, root=root))
