"""`nebtui config`: the effective settings and the file they come from."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from nebtui.cli.output import say, say_json
from nebtui.report.contract.own import ConfigJson
from nebtui.settings import Settings, described, settings_file


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print every setting with its value and where it comes from."""
    path = settings_file(environ)
    given = described(settings)
    defaults = described(Settings())
    if arguments.format == "json":
        say_json(as_json(str(path), given))
        return 0
    say(f"{path}{'' if path.exists() else ' (not there: defaults)'}")
    width = max(map(len, given))
    for name, value in given.items():
        say(f"  {name:<{width}}  {toml(value)}  ({source(name, value == defaults[name], environ)})")
    return 0


def as_json(file: str, given: Mapping[str, Any]) -> ConfigJson:
    """The contract of `config --format json`."""
    plain = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}
    return {"version": 1, "file": file, "settings": plain}


def toml(value: object) -> str:
    """A value as it is written in the file."""
    if isinstance(value, tuple):
        return f"[{', '.join(json.dumps(item) for item in value)}]"
    return json.dumps(value)


def source(name: str, default: bool, environ: Mapping[str, str]) -> str:
    """Where a value comes from."""
    if name == "state_dir":
        return "NEBTUI_STATE" if environ.get("NEBTUI_STATE") else "default; moved by NEBTUI_STATE"
    return "default" if default else "set"
