"""Versions of nebtui as they are written, and which of two is the older one."""

from __future__ import annotations

import re

_VERSION = re.compile(r"(\d{1,9}(?:\.\d{1,9})*)(.*)", re.ASCII)


def older(one: str, other: str) -> bool:
    """Whether a version came before another: by its numbers, and where they are the same the one
    that has more behind them (`1.0rc1`) before the one that has not. False for what is none, and
    where it is not known."""
    first, second = _VERSION.fullmatch(one), _VERSION.fullmatch(other)
    if first is None or second is None:
        return False
    if _numbers(first[1]) != _numbers(second[1]):
        return _numbers(first[1]) < _numbers(second[1])
    return _early(first[2]) and not second[2]


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _early(rest: str) -> bool:
    """A part behind the numbers that means a version before them: not `.post1`, nor `+local`."""
    return rest.lstrip(".-_").startswith(("dev", "a", "b", "rc"))
