"""`nebtui man`: the manual page."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from nebtui import __version__
from nebtui.cli.arguments import parser
from nebtui.cli.grammar.manual import manual_page
from nebtui.cli.grammar.words import grammar_of
from nebtui.cli.output import say_masked
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print it."""
    say_masked(manual_page(grammar_of(parser(), ()), __version__).split("\n")[:-1])
    return 0
