"""The rules of other packages: each an object of class Rule behind an entry point of the group
`nebtui.rules`."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, cast

from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import SEVERITIES, Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "nebtui.rules"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True)
class InstalledRules:
    """The rules that could be loaded, by name, and one sentence for each that could not."""

    rules: tuple[Rule, ...] = ()
    failures: tuple[str, ...] = ()


@cache
def installed(taken: frozenset[str]) -> InstalledRules:
    """The rules of other packages, loaded once; `taken` are names that are no longer free."""
    if not _any_declared(tuple(sys.path)):
        return InstalledRules()
    # 20 ms to load and to search, which only those pay who have such a package.
    from importlib.metadata import entry_points

    rules: dict[str, Rule] = {}
    failures: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            rule = _loaded(point)
        except (Exception, SystemExit) as error:
            failures.append(_failure(point, f"{type(error).__name__}: {error}"))
            continue
        if rule.name in taken or rule.name in rules:
            failures.append(_failure(point, "another rule has this name"))
            continue
        rules[rule.name] = rule
    return InstalledRules(tuple(rules.values()), tuple(failures))


def _any_declared(path: tuple[str, ...]) -> bool:
    """True if an installed package names the group, or where that is not seen at a glance (an
    archive on the path)."""
    for folder in path:
        try:
            names = [name for name in os.listdir(folder or ".") if name.endswith("-info")]
        except NotADirectoryError:
            return True
        except OSError:
            continue
        for name in names:
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    if GROUP.encode() in file.read():
                        return True
            except OSError:
                continue
    return False


def _loaded(point: EntryPoint) -> Rule:
    """The rule behind an entry point; TypeError or ValueError where what is there is none."""
    rule = point.load()
    if not isinstance(rule, Rule):
        raise TypeError(f"{point.value} is no nebtui.rules.rule.Rule")
    name, manual = cast("object", rule.name), cast("object", rule.manual)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("its name must be small letters, digits and hyphens")
    if rule.severity not in SEVERITIES:
        raise ValueError(f"its severity must be one of {', '.join(SEVERITIES)}")
    if not isinstance(manual, str) or not manual.strip():
        raise ValueError("it has no manual")
    return rule


def _failure(point: EntryPoint, why: str) -> str:
    package = f" of {point.dist.name}" if point.dist else ""
    return f"rule {point.name}{package} is left out ({why}); the other rules were applied"
