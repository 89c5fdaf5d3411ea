"""What a service uses: sums over what runs, and nothing invented where nobody measured."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.usage import ServiceUsage, usage
from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.observed import Container, Inspection, PortBinding
from nebtui.facts.samples import ContainerSample
from nebtui.report import json_output, text_output
from tests.builders import at, box, container, project

NOW = 1_000.0
KEY = at("p/a")
WEB, BOTH = PortBinding(80, 8080, "0.0.0.0"), PortBinding(80, 8080, "::")


def begun(number: int, started: float, state: str = "running") -> Container:
    """A replica that was started then."""
    return replace(
        container("p/a", state, number=number),
        inspection=Inspection(started=started),
        ports=(WEB, BOTH, PortBinding(81), PortBinding(53, 53, "127.0.0.1", "udp")),
    )


BOX = box(
    project("p", Service("a"), Service("b")),
    begun(1, 400.0),
    begun(2, 900.0),
    begun(3, 950.0, "exited"),
    changes.Sampled(
        NOW,
        (
            ContainerSample("p-a-1", NOW, 1.5, 1 << 20),
            ContainerSample("p-a-2", NOW, None, 2 << 20),
            ContainerSample("p-a-3", NOW, 50.0, 9 << 20),
        ),
    ),
)


def test_sums_over_what_runs() -> None:
    """The ended replica counts for nothing; the youngest has the uptime; published ports once."""
    found = usage(BOX, KEY, NOW)
    assert (found.running, found.cpu, found.memory, found.uptime) == (2, 1.5, 3 << 20, 100.0)
    assert [(p.host_port, p.port) for p in found.ports] == [(8080, 80), (53, 53)]
    assert found.words == "cpu 1.5 %  mem 3.0 MiB  up 1 min  8080→80  53→53/udp"


def test_what_is_not_known_is_none() -> None:
    """No reading, no inspection, no time, no container: never 0, and shown as a dash."""
    bare = box(project("p", Service("a")), container("p/a"))
    assert usage(bare, KEY, NOW) == ServiceUsage(1)
    assert usage(bare, KEY, NOW).words == "cpu – %  mem –  up –"
    assert usage(BOX, KEY, None).uptime is None
    assert usage(BOX, at("p/b"), NOW) == ServiceUsage()
    assert usage(BOX, at("p/b"), NOW).words == ""
    # The engine's clock may be ahead of this one.
    assert usage(BOX, KEY, 1.0).uptime == 0.0


def test_status_tells_them() -> None:
    """In the row and in the JSON."""
    (row,) = (line for line in text_output.status(BOX, now=NOW) if " a " in line)
    assert "cpu 1.5 %  mem 3.0 MiB  up 1 min  8080→80" in row
    (told,) = json_output.status(BOX, now=NOW)["projects"]
    service = told["services"][0]
    figures = service["cpu_percent"], service["memory_bytes"], service["uptime_seconds"]
    assert figures == (1.5, 3 << 20, 100.0)
    assert service["ports"][0] == {
        "port": 80,
        "published": 8080,
        "protocol": "tcp",
        "host_ip": "::",
    }
