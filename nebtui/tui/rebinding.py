"""Keys that a person chose: the table's with other letters, and those of their own commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nebtui.settings import Settings, SettingsError
from nebtui.tui.key import Key
from nebtui.tui.key_table import KEYS

BESIDE: tuple[frozenset[str], ...] = (
    frozenset({"everywhere", "moving", "fixing", "acting", "replay", "tour"}),
    frozenset({"everywhere", "review", "tour"}),
    frozenset({"everywhere", "timeline", "tour"}),
    frozenset({"everywhere", "logs", "tour"}),
    frozenset({"confirm"}),
)
"""Places of the table whose keys are bound at the same time."""


def name_of(key: Key) -> str:
    """The id of a key in the settings and in Textual's keymap: `acting.restart`."""
    return f"{key.where}.{key.id}"


def keymap(settings: Settings) -> dict[str, str]:
    """What Textual is to bind instead of the table's keys, by id. Raises SettingsError, with the
    line, for an id that is not there and for two keys that would be one."""
    known = {name_of(key): key for key in KEYS}
    for id, _, place in settings.keys:
        if id not in known:
            near = [name for name in known if name.endswith(f".{id.rpartition('.')[2]}")]
            hint = f"; {near[0]} is" if near else "; `nebtui config --keys` lists them"
            raise SettingsError(f"{place}: {id} is not a key{hint}")
    changed = {id: keys for id, keys, _ in settings.keys}
    table = rebound(changed)
    for id, _, place in settings.keys:
        if clash := _clash(known[id].where, id, table, settings):
            raise SettingsError(f"{place}: {changed[id]} is taken by {clash}")
    for command in settings.commands:
        if command.key and (clash := _taken(command.key, table)):
            raise SettingsError(f"command {command.name}: {command.key} is taken by {clash}")
    return changed


def rebound(changed: Mapping[str, str]) -> tuple[Key, ...]:
    """The table of keys with these instead."""
    return tuple(
        replace(key, keys=changed[name_of(key)], display=changed[name_of(key)])
        if name_of(key) in changed
        else key
        for key in KEYS
    )


def _clash(where: str, id: str, table: tuple[Key, ...], settings: Settings) -> str:
    """Who else has one of a key's keys on a screen where both are, "" for nobody."""
    mine = next(set(key.keys.split(",")) for key in table if name_of(key) == id)
    rooms = [room for room in BESIDE if where in room]
    for key in table:
        beside = any(key.where in room for room in rooms)
        if beside and name_of(key) != id and mine & set(key.keys.split(",")):
            return name_of(key)
    return next((f"the command {c.name}" for c in settings.commands if c.key in mine), "")


def _taken(letter: str, table: tuple[Key, ...]) -> str:
    names: Iterator[str] = (
        name_of(key) for key in table if key.where in BESIDE[0] and letter in key.keys.split(",")
    )
    return next(names, "")
