"""`nebtui demo`: the same app on the simulated box; what it writes stays in a temporary folder."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace

from nebtui.cli.app import demo_host, demo_tour, show
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Open a scenario; its journal is not the user's. The tour is of the whole box."""
    tour = demo_tour(arguments, settings, environ) if arguments.scenario == "all" else None
    with tempfile.TemporaryDirectory(prefix="nebtui-demo-") as state_dir:
        return show(
            demo_host(arguments.scenario),
            "demo",
            arguments,
            replace(settings, state_dir=state_dir),
            environ,
            tour=tour,
        )
