"""`nebtui config`: the effective settings and the file they come from."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping

from nebtui.settings import Settings, described, settings_file


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print every setting with its value and where it comes from."""
    path = settings_file(environ)
    given = described(settings)
    defaults = described(Settings())
    if arguments.format == "json":
        print(json.dumps({"version": 1, "file": str(path), "settings": given}, indent=2, default=list))
        return 0
    print(f"{path}{'' if path.exists() else ' (not there: defaults)'}")
    for name, value in given.items():
        told = ", ".join(value) if isinstance(value, tuple) else value
        print(f"  {name:<10} {told if told != '' else '–'}  ({'default' if value == defaults[name] else 'set'})")
    return 0
