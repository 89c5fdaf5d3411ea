"""The manual page, in the language of man(7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nebtui.cli.grammar.words import Grammar, Option, Place, VerbGrammar

_EXIT = (
    ("0", "nothing at or above --fail-on was found, or what was asked for was done"),
    ("1", "findings; after fix --write: something is left"),
    ("2", "could not look: bad usage, a file that cannot be used, an engine that is needed"),
)
_ENVIRONMENT = (
    ("NEBTUI_CONFIG", "the file of the settings"),
    ("NEBTUI_STATE", "the folder of what is kept: what can be undone, projects seen, usual speeds"),
    ("DOCKER_HOST, DOCKER_CONTEXT", "which engine; as docker reads them"),
    ("NO_COLOR", "no colours"),
    ("LC_ALL", "another encoding than UTF-8: nothing but ASCII is shown"),
)
_FILES = (
    ("~/.config/nebtui/config.toml", "the settings; nebtui config shows them as they stand"),
    ("~/.local/state/nebtui", "what is kept"),
)


def manual_page(grammar: Grammar, version: str) -> str:
    """The page, its lines ended by a line break. `version`: of the release."""
    common = {option.flags for option in grammar.top.options}
    lines = [
        f'.TH NEBTUI 1 "" "nebtui {version}" "User Commands"',
        ".SH NAME",
        "nebtui \\- terminal manager for the Compose projects of a local AI box",
        ".SH SYNOPSIS",
        ".B nebtui",
        "[\\fIOPTION\\fR]... [\\fIVERB\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...]",
        ".SH DESCRIPTION",
        *_text(grammar.top.told),
        *_text(
            "Without a verb the live box is shown; without an engine the projects found in files; "
            "with neither the demo box. Without a terminal the status is printed once."
        ),
        ".SH OPTIONS",
        *_text("Before or behind the verb:"),
        *_options(grammar.top.options),
        ".SH VERBS",
    ]
    for verb in grammar.verbs:
        lines += _verb(verb, common)
    for title, rows in (("EXIT STATUS", _EXIT), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        lines += [f".SH {title}", *(line for term, told in rows for line in _row(term, told))]
    lines += [".SH SEE ALSO", *_text("docker(1), docker-compose(1); nebtui rule, nebtui tour")]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A text in which nothing is a request or an escape of roff: a hyphen stays a hyphen, and what
    begins a line is no command; beyond ASCII stand code points, which every roff reads."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ")
    safe = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in safe)
    return f"\\&{safe}" if safe[:1] in (".", "'") else safe


def _text(text: str) -> tuple[str, ...]:
    return (".PP", escaped(text)) if text else ()


def _row(term: str, told: str) -> tuple[str, ...]:
    return (".TP", f"\\fB{escaped(term)}\\fR", escaped(told) or "\\&")


def _verb(verb: VerbGrammar, common: set[tuple[str, ...]]) -> Iterator[str]:
    """What is its own: the formats are, the other common options stand above."""
    own = [o for o in verb.options if o.flags not in common or "--format" in o.flags]
    places = " ".join(_shown(place) for place in verb.places)
    yield f".SS nebtui {escaped(f'{verb.name} {places}'.strip())}"
    yield from _text(verb.told[:1].upper() + verb.told[1:] + ".")
    for place in verb.places:
        if told := place.told or (f"one of {', '.join(place.words)}" if place.words else ""):
            yield from _row(place.shown, told)
    yield from _options(own)
    yield from _text(verb.more)


def _shown(place: Place) -> str:
    shown = f"{place.shown}..." if place.many else place.shown
    return f"[{shown}]" if place.optional else shown


def _options(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        taken = ""
        if option.value:
            words = option.value.words
            taken = " " + ("|".join(words) if 0 < len(words) < 10 else option.value.shown)
        yield from _row(", ".join(option.flags) + taken, option.told)
