"""Which line of a TOML text each key of its steps stands on: the standard library's reader does
not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from nebtui.light_dataclass import dataclass

_HEADER = re.compile(r"\s*\[+\s*([^\]#]*?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*[.=]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
_QUOTES = ('"""', "'''")


@dataclass(slots=True)
class Block:
    """The top of the file, or one `[[step]]`: its first line and the lines of its keys."""

    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """The line of a key, of the whole block where it has none of its own."""
        return self.keys.get(key, self.line)


def blocks(text: str) -> tuple[Block, ...]:
    """The top of the file, then each step in its order."""
    found = [Block(1)]
    inner = ""
    for number, line in _outside(text):
        if (header := _HEADER.match(line)) and line.lstrip().startswith("["):
            name = header.group(1).replace(" ", "")
            if line.lstrip().startswith("[[") and name == "step":
                found.append(Block(number))
                inner = ""
            else:
                inner = name.removeprefix("step.")
                found[-1].keys.setdefault(inner, number)
        elif key := _KEY.match(line):
            name = key.group(1).strip("\"'")
            found[-1].keys.setdefault(f"{inner}.{name}" if inner else name, number)
    return tuple(found)


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, from 1, without those inside a text of several lines or a list
    of several lines."""
    closing, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth == 0:
            yield number, line
        opened = next((quote for quote in _QUOTES if line.count(quote) % 2), "")
        if opened:
            closing = opened
            continue
        bare = _STRING.sub("", line)
        if depth or not bare.lstrip().startswith("["):
            depth = max(0, depth + bare.count("[") - bare.count("]"))
