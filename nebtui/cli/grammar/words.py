"""Verbs, options and what can stand at each place, read from the argument parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import Literal

from nebtui.light_dataclass import dataclass

Kind = Literal["words", "file", "projects", "services", "names", "places", "any"]
"""`words`: one of these; the kept ones are what `nebtui completions KIND` prints."""
RULE = "RULE"
_KINDS: dict[str, Kind] = {
    "PATH": "file",
    "FILE": "file",
    "PROJECT": "projects",
    "NAME": "projects",
    "SERVICE": "services",
    "PROJECT/SERVICE": "services",
    "PROJECT[/SERVICE]": "places",
    "S": "names",
}
"""By what the help calls a place."""


@dataclass(frozen=True, slots=True)
class Place:
    """What can stand somewhere. `shown`: as the help calls it; `many`: it may be repeated;
    `optional`: it may be left out."""

    shown: str
    kind: Kind
    words: tuple[str, ...] = ()
    told: str = ""
    many: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `value`: None where it takes none."""

    flags: tuple[str, ...]
    told: str
    value: Place | None = None


@dataclass(frozen=True, slots=True)
class VerbGrammar:
    """One verb, or nebtui without one (name "")."""

    name: str
    told: str
    more: str
    options: tuple[Option, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The whole command line."""

    top: VerbGrammar
    verbs: tuple[VerbGrammar, ...]

    @property
    def every(self) -> tuple[VerbGrammar, ...]:
        """nebtui without a verb, and all verbs."""
        return (self.top, *self.verbs)

    @property
    def valued(self) -> tuple[str, ...]:
        """The flags behind which a value stands, those of all verbs."""
        flags = (f for v in self.every for o in v.options if o.value for f in o.flags)
        return tuple(dict.fromkeys(flags))


def grammar_of(parser: argparse.ArgumentParser, rules: Iterable[str]) -> Grammar:
    """The grammar of a parser; `rules`: names of the rules, for where one is asked for."""
    named = tuple(rules)
    verbs = (
        _verb(name, sub, named)
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, sub in action.choices.items()
    )
    return Grammar(_verb("", parser, named), tuple(verbs))


def _verb(name: str, parser: argparse.ArgumentParser, rules: tuple[str, ...]) -> VerbGrammar:
    shown = [a for a in parser._actions if a.help is not argparse.SUPPRESS]
    places = (
        _place(action, rules)
        for action in shown
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
    )
    return VerbGrammar(
        name,
        parser.description or "",
        parser.epilog or "",
        tuple(_options(shown, rules)),
        tuple(places),
    )


def _options(actions: Iterable[argparse.Action], rules: tuple[str, ...]) -> Iterator[Option]:
    for action in actions:
        if action.option_strings:
            value = None if action.nargs == 0 else _place(action, rules)
            yield Option(tuple(action.option_strings), action.help or "", value)


def _place(action: argparse.Action, rules: tuple[str, ...]) -> Place:
    shown = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    many = action.nargs in ("*", "+") or (isinstance(action.nargs, int) and action.nargs > 1)
    kind: Kind = _KINDS.get(shown, "any")
    words: tuple[str, ...] = ()
    if action.choices is not None:
        kind, words = "words", tuple(map(str, action.choices))
    elif shown == RULE:
        kind, words = "words", rules
    return Place(shown, kind, words, action.help or "", many, action.nargs in ("?", "*"))
