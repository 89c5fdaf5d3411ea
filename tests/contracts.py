"""A contract for import-linter: every room lists what it may import, and nothing else may come in.

A list of forbidden modules lets each new file slip past; a list of allowed ones does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """Each line of `rooms` is `room: what it may import`; the rooms are modules or packages below
    the root package, the rest are rooms, modules in them, libraries and guarded parts of the
    standard library. The longest room that contains a module is the module's room. `common` is what
    any room may import."""

    type_name = "rooms"
    rooms = fields.ListField(subfield=fields.StringField())
    guarded = fields.ListField(subfield=fields.StringField())
    common = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Kept where every import of every module is on its room's line."""
        root = str(self.session_options["root_packages"][0])
        # The fields hold lists of strings once the contract is read; their declared type is the
        # field.
        rooms, guarded = cast("list[str]", self.rooms), cast("list[str]", self.guarded)
        common = tuple(cast("list[str]", self.common))
        lines = {room: allowed + common for room, allowed in parsed(rooms)}
        broken = list(violations(graph, root, lines, frozenset(guarded)))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that is not allowed."""
        for sentence in check.metadata["broken"]:
            output.print_error(sentence, bold=False)


def parsed(rooms: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(room, what it may import) of each line."""
    for line in rooms:
        room, _, allowed = line.partition(":")
        yield room.strip(), tuple(allowed.split())


def violations(
    graph: ImportGraph, root: str, rooms: Mapping[str, tuple[str, ...]], guarded: frozenset[str]
) -> Iterator[str]:
    """One sentence for each module without a room and each import that no line allows."""
    for module in sorted(m for m in graph.modules if m == root or m.startswith(f"{root}.")):
        name = module.removeprefix(f"{root}.")
        room = room_of(name, rooms)
        if room is None:
            yield f"{module} is in no room; add it to the list in pyproject.toml"
            continue
        for target in sorted(graph.find_modules_directly_imported_by(module)):
            inside = target == root or target.startswith(f"{root}.")
            if not inside and target in sys.stdlib_module_names and target not in guarded:
                continue
            wanted = target.removeprefix(f"{root}.")
            if not any(within(wanted, part) for part in (room, *rooms[room])):
                yield f"{module} imports {target}, which room {room} may not"


def room_of(name: str, rooms: Mapping[str, tuple[str, ...]]) -> str | None:
    """The innermost room that holds a module; None where none does."""
    return max((room for room in rooms if within(name, room)), key=len, default=None)


def within(name: str, room: str) -> bool:
    """True if a module is the room or lies below it."""
    return name == room or name.startswith(f"{room}.")
