"""`nebtui check`: findings as text or JSON."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.cli.common import (
    complain,
    host_for,
    look,
    problems,
    selected,
    status_of,
    strangers,
    visible,
)
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json
from nebtui.report import json_output, text_output
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
    result = [f for f in examined.findings if f.project in keys]
    shown = visible(result, arguments)
    broken = complain(snapshot, keys, arguments, examined.failures)
    others = strangers(snapshot, arguments)
    looked = [snapshot.projects[key] for key in keys]
    if arguments.format == "json":
        wrong = problems(snapshot, keys, arguments)
        say_json(json_output.check(looked, shown, wrong, others))
    else:
        say(
            "\n".join(
                [
                    *text_output.findings(shown),
                    *text_output.not_checked(others),
                    *text_output.overlays(looked),
                    text_output.checked(looked, shown),
                ]
            )
        )
    return 2 if broken else status_of(result, arguments.fail_on)
