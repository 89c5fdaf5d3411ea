"""Commands and keys of a person's own, as the settings have them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern

PLACES = ("project", "service", "container", "image", "file", "line", "folder")
"""What may stand in braces in a command."""
_PLACE = pattern(r"\{(\w+)\}")


class UserCommandError(ValueError):
    """A command of the settings cannot be used; one sentence without the file."""


@dataclass(frozen=True, slots=True)
class UserCommand:
    """One `[[command]]`. `run` is a list of words: no shell reads them, so that nothing in a name
    is ever read as more than a name."""

    name: str
    run: tuple[str, ...]
    key: str = ""
    """As Textual names keys (`f5`, `ctrl+r`, `K`); "" = in the palette only."""
    terminal: bool = False
    """It needs the terminal: nebtui steps aside until it ends."""

    def needs(self) -> tuple[str, ...]:
        """The places that its words name."""
        return tuple(dict.fromkeys(name for word in self.run for name in _PLACE.findall(word)))

    def filled(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Its argv with the values in their places; a value is never split into words."""
        return tuple(_PLACE.sub(lambda found: values[found[1]], word) for word in self.run)


def user_command(table: Mapping[str, Any]) -> UserCommand:
    """The command of a table `[[command]]`; raises UserCommandError."""
    unknown = sorted({*table} - {"name", "run", "key", "terminal"})
    if unknown:
        raise UserCommandError(f"{unknown[0]} is no part of a command: name, run, key, terminal")
    name, run, key = (table.get(word, "") for word in ("name", "run", "key"))
    terminal = table.get("terminal", False)
    if not isinstance(name, str) or not name.strip():
        raise UserCommandError("a command needs a name")
    if not isinstance(key, str) or not isinstance(terminal, bool):
        raise UserCommandError(f"{name}: key is a text and terminal true or false")
    made = UserCommand(name.strip(), _words(name, run), key.strip(), terminal)
    wrong = [place for place in made.needs() if place not in PLACES]
    if wrong:
        known = ", ".join(f"{{{place}}}" for place in PLACES)
        raise UserCommandError(f"{name}: {{{wrong[0]}}} is not known; known: {known}")
    return made


def _words(name: str, run: object) -> tuple[str, ...]:
    if isinstance(run, list) and run and all(isinstance(word, str) for word in run):
        return tuple(run)
    if not isinstance(run, str) or not run.strip():
        raise UserCommandError(f"{name}: run is a text or a list of texts")
    try:
        return tuple(shlex.split(run))
    except ValueError as error:
        raise UserCommandError(f"{name}: run cannot be split into words: {error}") from None


def line_of(text: str, head: str, nth: int = 0) -> int:
    """The line (from 1) of the nth line of a TOML text that begins so, 1 where there is none."""
    found = [n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(head)]
    return found[nth] if nth < len(found) else 1


def line_of_key(text: str, name: str) -> int:
    """The line (from 1) on which a key of a TOML text is set, 1 where it is not found."""
    assigned = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if assigned.match(line)), 1)
