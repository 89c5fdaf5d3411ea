"""Asks registries before a pull; off the screen's thread."""

from __future__ import annotations

from nebtui.action import AskRegistry
from nebtui.analysis.upstream import PINNED, upstream
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host


def asked_upstream(host: Host, snapshot: Snapshot, name: str) -> str:
    """Whether the registry has a newer image of this name, in one sentence."""
    if PINNED in name:
        return upstream(snapshot, name, "")
    *_, last = host.do(AskRegistry(name))
    problem = last.text if last.exit_code else ""
    return upstream(snapshot, name, "" if problem else last.text, problem)
