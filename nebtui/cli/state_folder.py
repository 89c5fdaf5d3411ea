"""What becomes of a run whose state folder cannot be used: it goes on, and changes nothing."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from dataclasses import replace

from nebtui.cli.errors import CommandError
from nebtui.disk.folders import unusable
from nebtui.settings import Settings

REMEDY = "set NEBTUI_STATE to a folder of yours"
ANYWAY = ("doctor", "config", "rule", "schema", "completions", "man")
"""Verbs that keep nothing, and tell the folder as it is."""


def with_state(settings: Settings, arguments: Namespace) -> Settings:
    """The settings with a state folder that can be used: a temporary one where theirs cannot be,
    for what is remembered during the run. Raises CommandError for a verb that writes: without a
    journal nothing could be taken back."""
    why = "" if arguments.verb in ANYWAY else unusable(settings.state_dir)
    if not why:
        return settings
    if getattr(arguments, "write", False) or arguments.verb == "undo":
        raise CommandError(f"{why}: nothing could be taken back, so nothing is written; {REMEDY}")
    defaults = "; settings are defaults" if settings.problem else ""
    problem = f"{why}{defaults}; read-only, as nothing could be taken back: {REMEDY}"
    folder = tempfile.mkdtemp(prefix="nebtui-state-")
    return replace(settings, problem=problem, kept=False, state_dir=folder)
