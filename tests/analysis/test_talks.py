"""Who really talks to whom: from socket tables to edges of the graph."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.talks import Talk, talks
from nebtui.facts.changes import ProcessesSeen
from nebtui.facts.declared import Service
from nebtui.facts.observed import Attachment, Container
from nebtui.facts.process import Peer, Process
from nebtui.graph.from_snapshot import graph_model
from nebtui.hosts.kernel.procfs import peers, readable
from nebtui.report.json_output import graph
from tests.builders import at, box, container, project

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 020013AC:1F40 030013AC:9C42 01 00000000:00000000 00:00000000 00000000     0        0 2
   2: 020013AC:9C44 030013AC:1538 01 00000000:00000000 00:00000000 00000000     0        0 3
   3: 020013AC:9C46 040013AC:18EB 06 00000000:00000000 00:00000000 00000000     0        0 4
   4: 0100007F:9C48 0100007F:1F40 01 00000000:00000000 00:00000000 00000000     0        0 5
   5: 020013AC:9C4A 050013AC:0050 02 00000000:00000000 00:00000000 00000000     0        0 6
   6: short
"""
SHOP = project("shop", Service("app"), Service("db"), Service("cache"))


def on(name: str, ip: str) -> Container:
    """A running container with an address."""
    return replace(container(f"shop/{name}"), attachments=(Attachment("shop_default", ip),))


def test_peers_are_those_it_connected_to() -> None:
    """Established and just ended ones; those that came to a port it listens on, loopback and half
    open ones are none."""
    assert peers((TABLE, "")) == (Peer("172.19.0.3", 5432), Peer("172.19.0.4", 6379))
    assert peers(()) == ()


def test_addresses_of_both_families_are_read() -> None:
    """IPv4, IPv4 in IPv6's clothes, IPv6, and nonsense."""
    assert readable("030013AC") == "172.19.0.3"
    assert readable("0000000000000000FFFF0000030013AC") == "172.19.0.3"
    assert readable("000080FE00000000FF005450B6AD1DFE") == "fe80::5054:ff:fe1d:adb6"
    assert readable("xyz") == ""


def test_connections_are_edges_between_services() -> None:
    """An address is the container's that has it; one that two have is nobody's; strangers and
    oneself are left out."""
    process = Process(
        "shop-app-1",
        7,
        0,
        0,
        peers=(
            Peer("10.0.0.2", 5432),
            Peer("10.0.0.3", 6379),
            Peer("10.0.0.1", 80),
            Peer("10.9.9.9", 1),
        ),
    )
    snapshot = box(
        SHOP,
        on("app", "10.0.0.1"),
        on("db", "10.0.0.2"),
        on("cache", "10.0.0.3"),
        ProcessesSeen((process,)),
    )
    assert talks(snapshot) == (
        Talk(at("shop/app"), at("shop/cache"), 6379),
        Talk(at("shop/app"), at("shop/db"), 5432),
    )
    told = [
        (edge["from"], edge["to"]) for edge in graph(snapshot)["edges"] if edge["kind"] == "talks"
    ]
    assert told == [("shop/app", "shop/cache"), ("shop/app", "shop/db")]
    edges = graph_model(snapshot).edges
    assert [(edge.kind, edge.calm) for edge in edges] == [("talks", False), ("talks", False)]
    twice = box(SHOP, on("app", "10.0.0.1"), on("db", "10.0.0.2"), on("cache", "10.0.0.2"))
    assert talks(twice) == ()
