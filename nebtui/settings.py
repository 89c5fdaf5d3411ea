"""The user's settings: one frozen dataclass from TOML, read once by the command line and handed
down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir, user_state_dir

from nebtui.engine_address import EngineAddressError, box_name, checked
from nebtui.light_dataclass import dataclass
from nebtui.user_commands import UserCommand, UserCommandError, line_of, line_of_key, user_command


class SettingsError(ValueError):
    """The settings file cannot be used; one sentence names file, key and what is wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set. `[search] roots/depth`, `[rules] allow`, `[fix] network/one_key`,
    `[throughput] ask_ollama`, `[hosts]`, `[keys]`, `[[command]]`, top-level `theme` and `ascii`."""

    roots: tuple[str, ...] = ()
    """Folders searched for compose files besides the working directory."""
    depth: int = 4
    allow: tuple[str, ...] = ()
    network: str = "nebtui-shared"
    one_key: bool = False
    ask_ollama: bool = False
    """Ask Ollama servers for a few tokens of a loaded model now and then, to know their speed."""
    theme: str = ""
    ascii: bool = False
    """No character beyond ASCII on the screen and in what is printed; a locale that has no others
    asks for the same."""
    keys: tuple[tuple[str, str, str], ...] = ()
    """`[keys]`: the id of a key, its new keys, and the place in the file for errors."""
    commands: tuple[UserCommand, ...] = ()
    """`[[command]]`."""
    hosts: tuple[tuple[str, str], ...] = ()
    """`[hosts]`: names of boxes and the addresses of their engines, as they stand there."""
    problem: str = ""
    """Why the settings are all defaults although there may be a file, one sentence; ""
    otherwise."""
    kept: bool = True
    """What is written can be taken back: the state folder can be used."""
    state_dir: str = ""
    """Where the journal and the remembered projects are kept."""


_KEYS: Mapping[tuple[str, ...], tuple[str, type]] = {
    ("search", "roots"): ("roots", list),
    ("search", "depth"): ("depth", int),
    ("rules", "allow"): ("allow", list),
    ("fix", "network"): ("network", str),
    ("fix", "one_key"): ("one_key", bool),
    ("throughput", "ask_ollama"): ("ask_ollama", bool),
    ("theme",): ("theme", str),
    ("ascii",): ("ascii", bool),
}


_WORDS = {list: "a list of texts", int: "a whole number", bool: "true or false", str: "a text"}


def settings_file(environ: Mapping[str, str]) -> Path:
    """`$NEBTUI_CONFIG`, else `nebtui/config.toml` in the user's configuration folder."""
    return Path(environ.get("NEBTUI_CONFIG") or Path(user_config_dir("nebtui")) / "config.toml")


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The effective settings; raises SettingsError."""
    path = settings_file(environ)
    state_dir = environ.get("NEBTUI_STATE") or user_state_dir("nebtui")
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib  # most runs have no file to read

        data = tomllib.loads(text)
    except FileNotFoundError:
        return Settings(state_dir=state_dir)
    except OSError as error:
        if not environ.get("NEBTUI_CONFIG"):
            # Nobody asked for this file: a home that cannot be looked into is no reason to stop.
            told = f"{path.parent} cannot be read ({error.strerror}): the settings are defaults"
            return Settings(state_dir=state_dir, problem=told)
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}; fix the file or remove it"
        ) from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsError(f"{path}: {error}; fix the file or remove it") from None
    keys = _rebound(path, text, data.pop("keys", {}))
    commands = _commands(path, text, data.pop("command", []))
    hosts = _hosts(path, text, data.pop("hosts", {}))
    plain = dict(_read(path, data, ()))
    return Settings(state_dir=state_dir, keys=keys, commands=commands, hosts=hosts, **plain)


def _rebound(path: Path, text: str, table: object) -> tuple[tuple[str, str, str], ...]:
    if not isinstance(table, dict) or not all(isinstance(key, str) for key in table.values()):
        place = f"{path}:{line_of(text, '[keys]')}"
        raise SettingsError(f'{place}: keys is a table of texts: "acting.restart" = "f5"')
    return tuple((id, key, f"{path}:{line_of_key(text, id)}") for id, key in table.items())


def _hosts(path: Path, text: str, table: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(table, dict):
        place = f"{path}:{line_of_key(text, 'hosts')}"
        raise SettingsError(f'{place}: hosts is a table of texts: gpu1 = "ssh://me@gpu1"')
    result = []
    for name, address in table.items():
        place = f"{path}:{line_of_key(text, name)}"
        if not isinstance(address, str):
            raise SettingsError(f'{place}: the address of a box is a text: {name} = "ssh://me@box"')
        try:
            result.append((box_name(name), checked(address)))
        except EngineAddressError as error:
            raise SettingsError(f"{place}: {error}") from None
    return tuple(result)


def _commands(path: Path, text: str, tables: object) -> tuple[UserCommand, ...]:
    if not isinstance(tables, list):
        raise SettingsError(f"{path}:{line_of(text, '[command]')}: write [[command]]")
    result = []
    for nth, table in enumerate(tables):
        try:
            result.append(user_command(table))
        except UserCommandError as error:
            raise SettingsError(f"{path}:{line_of(text, '[[command]]', nth)}: {error}") from None
    return tuple(result)


def _read(path: Path, table: Mapping[str, Any], prefix: tuple[str, ...]) -> list[tuple[str, Any]]:
    result: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = (*prefix, key)
        if isinstance(value, dict):
            result += _read(path, value, name)
            continue
        if name not in _KEYS:
            raise SettingsError(
                f"{path}: {'.'.join(name)} is not a setting; known: {', '.join(known())}"
            )
        field, kind = _KEYS[name]
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if type(value) is not kind or (kind is list and not texts):
            raise SettingsError(f"{path}: {'.'.join(name)} must be {_WORDS[kind]}")
        result.append(
            (
                field,
                tuple(os.path.expanduser(v) for v in value) if isinstance(value, list) else value,
            )
        )
    return result


def known() -> tuple[str, ...]:
    """The names of all settings as they stand in the file."""
    return (*(".".join(key) for key in _KEYS), "keys", "command", "hosts")


def described(settings: Settings) -> dict[str, Any]:
    """The effective settings by their names in the file, then where the state is kept, for `nebtui
    config`."""
    given = {".".join(key): getattr(settings, field) for key, (field, _) in _KEYS.items()}
    own: dict[str, Any] = {
        "keys": tuple(f"{id} = {key}" for id, key, _ in settings.keys),
        "command": tuple(command.name for command in settings.commands),
        "hosts": tuple(f"{name} = {address}" for name, address in settings.hosts),
    }
    return {**given, **own, "state_dir": settings.state_dir}
