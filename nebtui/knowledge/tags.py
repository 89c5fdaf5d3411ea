"""Conditions on image tags: `>=1.0`, `server*`, `!cpu*`, several with commas between."""

from __future__ import annotations

import math
import re
from fnmatch import fnmatchcase

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?=$|[-+._])")
LONGEST = 8
"""Parts of a version that are compared."""
NEWEST = math.inf
"""What stands for a part that a tag lacks: `mariadb:10` is the newest of 10."""
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
    most = NEWEST if comparison[1] == "<=" else 0.0
    left, right = _parts(version[1], NEWEST), _parts(comparison[2], most)
    match comparison[1]:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left < right


def _parts(version: str, missing: float) -> tuple[float, ...]:
    """A version as numbers, with what stands for the parts that it lacks."""
    given = [float(number) for number in version.split(".")]
    return tuple(given + [missing] * (LONGEST - len(given)))
