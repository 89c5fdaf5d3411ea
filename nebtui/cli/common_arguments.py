"""The options that all verbs have in common."""

from __future__ import annotations

import argparse
from typing import NoReturn

from nebtui.cli.formats import EVERY, HOSTLESS, WHOLE, formats_told

FIRST = "the first is what it prints unasked"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the usage in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def common_options(default: object, formats: tuple[str, ...], name: str = "") -> Parser:
    """Options accepted before and after the verb; SUPPRESS keeps the second parser from undoing the
    first. `misused` has the reason why one that a verb's help does not list is refused."""
    both = Parser(add_help=False)
    off: object = False if default is None else default
    shown, told = ("FORMAT", formats_told()) if default is None else (None, FIRST)
    both.add_argument(
        "--format",
        choices=formats or EVERY,
        default=default,
        metavar=shown,
        help=told if formats else argparse.SUPPRESS,
    )
    both.add_argument("--no-engine", action="store_true", default=off, help="files only")
    one = argparse.SUPPRESS if name in WHOLE else "only this project"
    both.add_argument("--project", metavar="NAME", default=default, help=one)
    another = "another box: NAME of the settings, ssh://…, tcp://… or a Docker context (repeatable)"
    both.add_argument(
        "--host",
        action="append",
        metavar="BOX",
        default=[] if default is None else default,
        help=argparse.SUPPRESS if name in HOSTLESS else another,
    )
    both.add_argument("--read-only", action="store_true", default=off, help="disable every change")
    both.add_argument(
        "--plain", action="store_true", default=off, help="print once as text, no screen"
    )
    severity: object = "warning" if default is None else default
    both.add_argument(
        "--fail-on",
        choices=("error", "warning", "advice"),
        default=severity,
        help="exit 1 for findings as bad as this or worse (warning)",
    )
    both.add_argument("--all", action="store_true", default=off, help="show advice too")
    return both
