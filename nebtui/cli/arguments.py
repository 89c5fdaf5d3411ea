"""The command line's grammar (a contract): verbs, their options, and the options common to all."""

from __future__ import annotations

import argparse
from typing import NoReturn

from nebtui import __version__

SCENARIOS = ("all", "race", "cut-network", "cpu-fallback", "foreign-user", "sandbox")


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the usage in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> Parser:
    """The parser; `verb` is None for the live box."""
    common = _common(argparse.SUPPRESS)
    top = Parser(
        prog="nebtui",
        description="The Compose projects of this machine: seen, explained, repaired.",
        parents=[_common(None)],
    )
    top.add_argument("--version", action="version", version=f"nebtui {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)

    def verb(name: str, told: str) -> Parser:
        return verbs.add_parser(name, help=told, description=told, parents=[common])

    demo = verb("demo", "the same app on a simulated box")
    demo.add_argument("scenario", nargs="?", choices=SCENARIOS, default="all")
    where = "compose file or folder; none = every project on the host"
    verb("check", "print findings").add_argument("paths", nargs="*", metavar="PATH", help=where)
    _fix(verb("fix", "print the diff of fixes; --write writes them"))
    undo = verb("undo", "undo the last written patch")
    undo.add_argument("--list", action="store_true", help="list what can be undone")
    undo.add_argument("number", nargs="?", type=int, metavar="N", help="the entry to undo")
    for name, told in (
        ("status", "projects and services, once"),
        ("graph", "networks and edges, once"),
    ):
        verb(name, told).add_argument("paths", nargs="*", metavar="PATH")
    _startup(
        verb("startup", "the last start of a project as a timeline; exit 1 when a race was seen")
    )
    gpu = verb("gpu", "GPUs, the containers on them, and the chain from driver to container")
    gpu.add_argument(
        "names", nargs="*", metavar="SERVICE", help="show the steps of this service (or P/SERVICE)"
    )
    verb("doctor", "what of engine, Compose, permissions and GPUs works")
    rule = verb("rule", "the manual of a rule; none = the table")
    rule.add_argument("name", nargs="?")
    verb("config", "the effective settings")
    return top


def _startup(startup: Parser) -> None:
    startup.add_argument("name", nargs="?", metavar="PROJECT", help="none = every project")
    startup.add_argument(
        "--up",
        action="store_true",
        help="start the project now (its containers are recreated) and watch until it settles",
    )
    startup.add_argument("--yes", action="store_true", help="do not ask before --up")
    startup.add_argument(
        "--timeout", type=float, default=60.0, metavar="SECONDS", help="watch so long (60)"
    )


def _fix(fix: Parser) -> None:
    fix.add_argument("paths", nargs="*", metavar="PATH")
    fix.add_argument(
        "--rule", action="append", default=[], metavar="R", help="only this rule (repeatable)"
    )
    fix.add_argument(
        "--service", action="append", default=[], metavar="S", help="only this service (repeatable)"
    )
    fix.add_argument(
        "--to", metavar="PROJECT/SERVICE", help="which service is meant where several answer a name"
    )
    fix.add_argument(
        "--unsafe", action="store_true", help="include fixes that may change running behaviour"
    )
    fix.add_argument("--write", action="store_true", help="write them (one undo entry)")
    fix.add_argument(
        "--override", action="store_true", help="put the changes into the override file"
    )


def _common(default: object) -> Parser:
    """Options accepted before and after the verb; SUPPRESS keeps the second parser from undoing the
    first."""
    both = Parser(add_help=False)
    off: object = False if default is None else default
    text: object = "text" if default is None else default
    both.add_argument("--format", choices=("text", "json"), default=text)
    both.add_argument("--no-engine", action="store_true", default=off, help="files only")
    both.add_argument("--project", metavar="NAME", default=default, help="only this project")
    both.add_argument("--read-only", action="store_true", default=off, help="disable every change")
    both.add_argument(
        "--plain", action="store_true", default=off, help="print once as text, no screen"
    )
    severity: object = "warning" if default is None else default
    both.add_argument("--fail-on", choices=("error", "warning", "advice"), default=severity)
    both.add_argument("--all", action="store_true", default=off, help="show advice too")
    return both
