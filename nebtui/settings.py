"""The user's settings: one frozen dataclass from TOML, read once by the command line and handed
down."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir, user_state_dir


class SettingsError(ValueError):
    """The settings file cannot be used; one sentence names file, key and what is wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set. `[search] roots/depth`, `[rules] allow`, `[fix] network/one_key`,
    `[throughput] ask_ollama`, top-level `theme` and `ascii`."""

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
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(state_dir=state_dir)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}; fix the file or remove it"
        ) from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsError(f"{path}: {error}; fix the file or remove it") from None
    return Settings(state_dir=state_dir, **dict(_read(path, data, ())))


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
    return tuple(".".join(key) for key in _KEYS)


def described(settings: Settings) -> dict[str, Any]:
    """The effective settings by their names in the file, then where the state is kept, for `nebtui
    config`."""
    given = {".".join(key): getattr(settings, field) for key, (field, _) in _KEYS.items()}
    return {**given, "state_dir": settings.state_dir}
