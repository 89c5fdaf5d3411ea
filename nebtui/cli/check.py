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

        say_json(json_output.check(looked, shown, wrong, others))
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
