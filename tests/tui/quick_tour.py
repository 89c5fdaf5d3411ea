"""`nebtui tour` on a demo box that lives faster than a person: `python -m tests.tui.quick_tour`."""

from __future__ import annotations

import os
import sys

import nebtui.cli.tour
from nebtui.cli.app import demo_host
from nebtui.cli.arguments import parser
from nebtui.hosts.simulated import SimulatedHost
from nebtui.settings import Settings

SPEED = 10.0
"""Seconds of the box in one of ours: the engine waits longer and longer before it starts a
container again, and a start takes half a minute."""


def quick_host(scenario: str) -> SimulatedHost:
    """The demo box in a hurry; in all else it is the one of `demo_host`."""
    return SimulatedHost(scenario, speed=SPEED)


if __name__ == "__main__":
    assert vars(nebtui.cli.tour)["demo_host"] is demo_host
    vars(nebtui.cli.tour)["demo_host"] = quick_host
    arguments = parser().parse_args(["tour"])
    settings = Settings(state_dir=os.environ["NEBTUI_STATE"])
    sys.exit(nebtui.cli.tour.run(arguments, settings, os.environ))
