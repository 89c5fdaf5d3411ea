"""Simulated programs write what happens to them."""

from __future__ import annotations

from pathlib import Path

from nebtui.action import Up
from nebtui.facts.declared import ServiceKey
from nebtui.host import LogRequest
from nebtui.hosts.simulated import SimulatedHost
from nebtui.store import settle
from tests.clock import HandClock


def demo(folder: Path, clock: HandClock) -> tuple[SimulatedHost, dict[str, ServiceKey]]:
    """The demo box, seen once, and its services by name."""
    host = SimulatedHost("all", folder=str(folder), clock=clock)
    return host, {str(key): key for key, _ in settle(host).services()}


def test_troubles_and_ports_are_in_the_log(tmp_path: Path) -> None:
    """A service that cannot reach another one writes so, one that listens says where; the last
    lines of each are given in the order of time."""
    host, keys = demo(tmp_path, HandClock())
    log = host.logs(LogRequest(tuple(keys.values()), tail=3, follow=False))
    lines = log.take(10_000)
    assert log.ended
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    of = {key: [line for line in lines if line.service == key] for key in keys.values()}
    assert max(map(len, of.values())) == 3
    assert any("listening on" in line.text for line in lines)
    errors = [line for line in lines if line.text.startswith("ERROR")]
    assert errors
    assert {line.source for line in errors} == {"stderr"}
    host.close()


def test_a_log_goes_on_in_the_next_container(tmp_path: Path) -> None:
    """A service that is recreated while its log is followed goes on in it."""
    clock = HandClock()
    host, keys = demo(tmp_path, clock)
    key = keys["gantry/reader"] if "gantry/reader" in keys else next(iter(keys.values()))
    log = host.logs(LogRequest((key,), tail=0))
    assert log.take(10) == ()
    list(host.do(Up(key.project, (key.service,), force_recreate=True)))
    (line,) = [one for one in log.take(100) if "starting" in one.text and one.service == key]
    assert line.container
    assert not log.ended
    log.close()
    assert log.ended
    host.close()
