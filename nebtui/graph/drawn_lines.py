"""Lines of a drawing, each drawn when it is first asked for: of a thousand a window shows fifty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from nebtui.graph.canvas import Line


class DrawnLines(Sequence[Line]):
    """So many lines; equal to every sequence of equal lines."""

    def __init__(self, number: int, draw: Callable[[int], Line]) -> None:
        """`draw`: the line with an index; asked once for each."""
        self._number = number
        self._draw = draw
        self._drawn: dict[int, Line] = {}

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(self._number)))
        at = index + self._number if index < 0 else index
        if not 0 <= at < self._number:
            raise IndexError(index)
        if at not in self._drawn:
            self._drawn[at] = self._draw(at)
        return self._drawn[at]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(other) == self._number
            and all(mine == line for mine, line in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # two are compared by what they would draw

    def exchanged(self, lines: Mapping[int, Line]) -> DrawnLines:
        """The same with other lines in these places."""
        result = DrawnLines(self._number, self._draw)
        result._drawn = {**self._drawn, **lines}
        return result
