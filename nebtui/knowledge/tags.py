"""Conditions on image tags: `>=1.0`, `server*`, `!cpu*`, several with commas between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?=$|[-+._])")
_COMPARISON = re.compile(r"(>=|<=|<|>)(\d+(?:\.\d+)*)")


def admits(tags: str, tag: str) -> bool:
    """True if a tag meets all conditions: comparisons (a tag without a version passes) and
    globs."""
    return all(_holds(condition.strip(), tag) for condition in tags.split(",") if condition.strip())


def _holds(condition: str, tag: str) -> bool:
    comparison = _COMPARISON.fullmatch(condition)
    if comparison is None:
        wanted = not condition.startswith("!")
        return fnmatchcase(tag, condition.lstrip("!")) is wanted
    version = _VERSION.match(tag)
    if version is None:
        return True
    left, right = _padded(version[1], comparison[2])
    match comparison[1]:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left < right


def _padded(*versions: str) -> Iterable[tuple[int, ...]]:
    """Versions as tuples of one length, so that `1` equals `1.0`."""
    parts = [tuple(int(number) for number in version.split(".")) for version in versions]
    longest = max(len(part) for part in parts)
    return [part + (0,) * (longest - len(part)) for part in parts]
