"""`nebtui status`: projects and services, once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.cli.common import complain, look, say_status, selected, status_of
from nebtui.cli.looking import host_for
from nebtui.cli.output import say_masked
from nebtui.report.exposition import exposition
from nebtui.report.metrics import metrics
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the selected projects; the exit status is that of `check`."""
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
        say_masked(exposition(metrics(chosen, result, now)))
    else:
        say_status(chosen, arguments, result, now)
    absent = not snapshot.projects and snapshot.engine is None and not arguments.no_engine
    return 2 if broken or absent else status_of(result, arguments.fail_on)
