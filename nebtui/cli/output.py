"""The one place through which text leaves a command: what files, containers and paths hold cannot
steer the terminal, and secrets in it are masked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from nebtui.text.mask import mask, masked
from nebtui.text.terminal import plain


def say(text: str | Iterable[str] = "") -> None:
    """Print lines to standard output; a line break inside an item makes a line of its own."""
    _write(text, sys.stdout)


def say_json(data: object) -> None:
    """Print plain data as JSON to standard output. Masked before it is written down: a secret cut
    out of the text could take a quote along."""
    for line in json.dumps(masked(data), indent=2, default=list).split("\n"):
        print(plain(line))


def say_masked(lines: Iterable[str]) -> None:
    """Print lines in whose texts the secrets are masked already: masking a text that is escaped
    could take a backslash or a quote along."""
    for line in lines:
        print(plain(line))


def warn(text: str | Iterable[str]) -> None:
    """Print lines to standard error."""
    _write(text, sys.stderr)


def say_beside(name: str, text: str, colour: int | None) -> None:
    """Print one line of a log beside the name of whose it is, in a colour of the terminal's palette
    (None = no colour)."""
    shown = plain(mask(name))
    head = f"{shown} |" if colour is None else f"\x1b[{colour}m{shown} |\x1b[0m"
    print(head, plain(mask(text)))


def _write(text: str | Iterable[str], stream: object) -> None:
    items = [text] if isinstance(text, str) else text
    for item in items:
        for line in item.split("\n"):
            print(plain(mask(line)), file=stream)  # type: ignore[call-overload]
