"""The one place through which text leaves a command: what files, containers and paths hold cannot
steer the terminal, secrets in it are masked, and where only ASCII is shown it is ASCII."""

from __future__ import annotations

import codecs
import io
import json
import locale
import sys
from collections.abc import Iterable

from nebtui.settings import Settings
from nebtui.text.ascii import GLYPHS, in_ascii
from nebtui.text.mask import mask, masked
from nebtui.text.terminal import plain

SHOWN, HANDED_ON = "nebtui-shown", "nebtui-handed-on"
"""Names of what is done with a character that ASCII has not: on a terminal, and in a pipe."""


def ascii_only(settings: Settings | None = None) -> bool:
    """Whether the locale, or the settings, want nothing but ASCII."""
    return "utf" not in locale.getencoding().lower() or bool(settings and settings.ascii)


def prepare(*, ascii: bool) -> None:
    """Set up both standard streams. A character that they cannot show is replaced, no traceback; in
    ASCII nebtui's own become their likeness, also in what argparse prints."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if ascii:
            stream.reconfigure(encoding="ascii", errors=SHOWN if stream.isatty() else HANDED_ON)
        else:
            stream.reconfigure(errors="replace")


def _shown(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return in_ascii(error.object[error.start : error.end]), error.end


def _handed_on(error: UnicodeError) -> tuple[bytes, int]:
    """Other people's text stays what it is where no terminal shows it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    chars = (GLYPHS.get(char, char) for char in error.object[error.start : error.end])
    return "".join(chars).encode("utf-8", "replace"), error.end


codecs.register_error(SHOWN, _shown)
codecs.register_error(HANDED_ON, _handed_on)


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


def say_json_line(data: object) -> None:
    """The same on one line, as a stream of objects has it."""
    print(plain(json.dumps(masked(data), default=list)))


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
