"""Parses YAML: the events of ruamel.yaml with their marks, and the limits of a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event
from ruamel.yaml.scanner import Scanner

from nebtui.disk.read import MAX_BYTES

MAX_NODES = 100_000
"""Plain data of more nodes is an alias bomb, not a compose file."""
MAX_DEPTH = 100


class NotYamlError(ValueError):
    """The text is not YAML that nebtui reads; `line` counts from 1, 0 = unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def events(text: str) -> Iterator[Event]:
    """The parser's events, each with its marks; raises NotYamlError with the line."""
    with _refusing(text) as (yaml, clean):
        yield from yaml.parse(clean)


class _Scanner(Scanner):
    """ruamel's scanner that takes a tab for white space where Compose does: not where a line's
    indentation is."""

    def scan_to_next_token(self) -> None:
        peek, forward = self.reader.peek, self.reader.forward
        while True:
            blank = " \t" if self.flow_level > 0 or not self.allow_simple_key else " "
            while peek() in blank:
                forward()
            if peek() == "#":
                while peek() not in _LINE_ENDS:
                    forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True


class _BomScanner(_Scanner):
    """Begins at column 0 behind the blank that stands for a byte order mark."""

    def scan_to_next_token(self) -> None:
        if self.reader.index == 0:
            self.reader.forward()
            self.reader.column = 0
        super().scan_to_next_token()


_LINE_ENDS = "\n\0\r\x85\u2028\u2029"


@contextmanager
def _refusing(text: str) -> Iterator[tuple[YAML, str]]:
    """A parser and the text as it takes it; whatever it raises becomes NotYamlError."""
    if len(text) > MAX_BYTES:
        raise NotYamlError(f"larger than {MAX_BYTES // 1_000_000} MB")
    if "\0" in text:
        raise NotYamlError("contains NUL bytes", text.count("\n", 0, text.index("\0")) + 1)
    yaml = YAML(typ="base", pure=True)
    marked = text.startswith("\ufeff")
    yaml.Scanner = _BomScanner if marked else _Scanner
    try:
        # Same length, so that every mark stays an index into the text; ruamel refuses a BOM inside
        # a string.
        yield yaml, " " + text[1:] if marked else text
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is missing at the end of a text is marked behind its last line.
        line = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else 0
        raise NotYamlError(str(error.problem or error.context or "not YAML"), line) from None
    except RecursionError:
        raise NotYamlError("nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise NotYamlError(str(error).splitlines()[0]) from None
