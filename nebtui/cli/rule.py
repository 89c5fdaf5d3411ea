"""`nebtui rule`: the manual of a rule, or the table of rules."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from nebtui import rules
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json
from nebtui.report.text_output import LETTERS
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print one manual, or a line for each rule."""
    if arguments.name is None:
        if arguments.format == "json":
            rows = [
                {"rule": r.name, "severity": r.severity, "key": r.key, "summary": r.summary}
                for r in rules.every()
            ]
            say_json({"version": 1, "rules": rows})
        else:
            for r in rules.every():
                say(f"{LETTERS[r.severity]}  {r.name:<22} {r.key or ' '}  {r.summary}")
        return 0
    try:
        say(rules.rule(arguments.name).manual.strip())
    except KeyError:
        raise CommandError(f"{arguments.name} is not a rule; `nebtui rule` lists them") from None
    return 0
