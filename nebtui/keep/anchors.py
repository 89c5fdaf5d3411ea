"""Where a splice stands, told by digests of the lines around it: it is found again after edits
elsewhere in the file.

Digests, because the journal must not hold a text that nebtui did not change; of env files they tell
names only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from nebtui.light_dataclass import dataclass
from nebtui.text.digest import blake2

_AROUND = 3
_START, _END = "start", "end"
"""Stand for the line before the first and the line after the last one."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The lines a splice touches in the new text, and what stands around them; lines next to it
    first."""

    line: int
    """Number of the first line touched, from 1."""
    lead: int
    """Bytes of that line before the splice."""
    lines: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]
    chain: str
    """The less indented lines that lead to it: the service, `services:`."""


class Lines:
    """The lines of a text with their ends, where each starts, without its end, and a short digest
    of that.

    Of a line of an env file the digest is that of the name.
    """

    def __init__(self, data: bytes, *, env: bool) -> None:
        self.data = data
        self.lines = data.splitlines(keepends=True)
        self.starts = [0, *accumulate(map(len, self.lines))]
        self.bare = [line.rstrip(b"\r\n") for line in self.lines]
        self.keys = tuple(_key(line.partition(b"=")[0] if env else line) for line in self.bare)

    def anchor(self, start: int, length: int) -> Anchor:
        """The anchor of some bytes of the text."""
        count = len(self.lines)
        first = bisect_right(self.starts, start) - 1
        if first == count and count and not self.lines[-1].endswith((b"\n", b"\r")):
            first -= 1  # at the end of an unfinished line
        lead = start - self.starts[first]
        last = first
        while last < count and (self.starts[last] < start + length or (last == first and lead)):
            last += 1
        above, below = self.around(first, last)
        return Anchor(first + 1, lead, self.keys[first:last], above, below, self.chain(first, last))

    def around(self, first: int, last: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keys above and below some lines, the nearest first."""
        above = (*reversed(self.keys[max(0, first - _AROUND) : first]), _START)
        below = (*self.keys[last : last + _AROUND], _END)
        return above[:_AROUND], below[:_AROUND]

    def chain(self, first: int, last: int) -> str:
        """The digest of the lines above that are less and less indented; blank lines and comments
        lead nowhere."""
        indents = [_indent(line) for line in self.lines[first:last] if _leads(line)]
        # Where nothing stands (lines were removed) the nearest line above counts whatever its
        # indent.
        limit = indents[0] if indents else 1 << 30
        result = []
        for index in range(first - 1, -1, -1):
            if limit == 0:
                break
            if _leads(self.lines[index]) and _indent(self.lines[index]) < limit:
                limit = _indent(self.lines[index])
                result.append(self.keys[index])
        return _key(" ".join(result).encode())


def shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two sequences have in common at their start."""
    limit = min(len(one), len(other))
    return next((index for index in range(limit) if one[index] != other[index]), limit)


def _key(data: bytes) -> str:
    return blake2(data, 6)


def _leads(line: bytes) -> bool:
    return not line.lstrip().startswith(b"#") and bool(line.strip())


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))
