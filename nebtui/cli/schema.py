"""`nebtui schema VERB`: the JSON Schema of what the verb prints with `--format json`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from nebtui.cli.output import say_json
from nebtui.report.contract.verbs import schema_of
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print it."""
    say_json(schema_of(arguments.of))
    return 0
