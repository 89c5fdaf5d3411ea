"""Removing a network that is not there any more is no failure, or undo would try it for ever."""

from __future__ import annotations

from typing import cast

from nebtui.action import CreateNetwork, RemoveNetwork
from nebtui.hosts.actions import through_engine
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import NotFoundError


class GoneEngine:
    """An engine that knows no network."""

    def remove_network(self, name: str) -> None:
        raise NotFoundError(f"network {name} not found")

    def create_network(self, name: str) -> None:
        raise NotFoundError("plugin not found")


def test_a_network_removed_by_hand_counts_as_removed() -> None:
    """The answer is done with exit 0; another missing thing stays a failure."""
    client = cast("EngineClient", GoneEngine())
    (last,) = through_engine(client, RemoveNetwork("shared"))
    assert (last.done, last.exit_code, last.text) == (True, 0, "network shared not found")
    (last,) = through_engine(client, CreateNetwork("shared"))
    assert last.exit_code == 1
