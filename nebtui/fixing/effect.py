"""What a patch does, in words: the consequence first, for a person who decides on it."""

from __future__ import annotations

from nebtui.fixing.patch import Patch

MOST = 4
"""Names before the rest is counted."""


def effect(patch: Patch) -> tuple[str, ...]:
    """`edits 2 files of 2 projects`, `creates network ux-shared`, `then up recreates qdrant,
    planner`; parts that there is nothing to say of are left out."""
    edited = [change for change in patch.files if change.before is not None and change.after]
    created = [change for change in patch.files if change.before is None]
    projects = len({item.project for item in patch.recreate})
    of = f" of {projects} projects" if projects > 1 else ""
    parts = []
    if edited:
        parts.append(f"edits {_count(len(edited), 'file')}{of}")
    if created:
        parts.append(f"creates {_count(len(created), 'file')}")
    if patch.networks:
        plural = "s" if len(patch.networks) > 1 else ""
        parts.append(f"creates network{plural} {_list(list(patch.networks))}")
    if patch.recreate:
        names = [name for item in patch.recreate for name in item.services]
        whole = [f"all of {item.project.name}" for item in patch.recreate if not item.services]
        stack = all(item.stack for item in patch.recreate)
        verb = "then a deployment replaces the tasks of" if stack else "then up recreates"
        parts.append(f"{verb} {_list(list(dict.fromkeys([*names, *whole])))}")
    return tuple(parts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _list(names: list[str]) -> str:
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + rest
