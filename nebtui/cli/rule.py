"""`nebtui rule`: the manual of a rule, or the table of rules."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Mapping

from nebtui import rules
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json
from nebtui.report.contract.own import RuleJson, RuleRowJson, RulesJson
from nebtui.report.text_output import LETTERS
from nebtui.rules.manual_page import manual_page, to_type
from nebtui.rules.rule import Rule
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print one manual, or a line for each rule."""
    as_json = arguments.format == "json"
    if arguments.name is None:
        if as_json:
            say_json(_table())
        else:
            for r in rules.every():
                say(f"{LETTERS[r.severity]}  {r.name:<22} {r.key or ' '}  {r.summary}")
        return 0
    try:
        rule = rules.rule(arguments.name)
    except KeyError:
        raise CommandError(f"{arguments.name} is not a rule; `nebtui rule` lists them") from None
    if as_json:
        say_json(_manual(rule))
    else:
        width = shutil.get_terminal_size((80, 24)).columns
        for line in (*manual_page(rule, width), *to_type(rule, width)):
            say("".join(text for text, _ in line))
    return 0


def _table() -> RulesJson:
    return {"version": 1, "rules": [_row(rule) for rule in rules.every()]}


def _row(rule: Rule) -> RuleRowJson:
    return {
        "rule": rule.name,
        "severity": rule.severity,
        "key": rule.key,
        "summary": rule.summary,
    }


def _manual(rule: Rule) -> RuleJson:
    return {"version": 1, **_row(rule), "manual": rule.manual.strip()}
