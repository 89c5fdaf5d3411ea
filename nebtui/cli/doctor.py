"""`nebtui doctor`: what nebtui stands on, what does not hold, and what to do about it."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict

from nebtui.cli.output import say
from nebtui.facts.link import GLYPHS
from nebtui.hosts.doctor import examine
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print one line a link; 1 if one is broken."""
    links = list(examine(environ, settings.state_dir, ask_engine=not arguments.no_engine))
    if arguments.format == "json":
        say(json.dumps({"version": 1, "links": [asdict(link) for link in links]}, indent=2))
    else:
        for link in links:
            say(f"{GLYPHS[link.state]} {link.state:<7} {link.name:<12} {link.message}")
            if link.remedy and link.state != "ok":
                say(f"{'':<23}→ {link.remedy}")
    return int(any(link.state == "broken" for link in links))
