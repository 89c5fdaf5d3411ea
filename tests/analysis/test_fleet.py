"""What services of one box need of another: who is meant, and what is published there."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from nebtui.analysis.fleet import BoxFacts, called, crossed, crossings
from nebtui.analysis.published_there import answered
from nebtui.facts.declared import Port, ProjectKey, Service, ServiceKey
from nebtui.facts.observed import Container, Engine, Inspection, PortBinding
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmNode
from tests.swarms import service, swarm, task

KEY = ProjectKey("p", "/srv/p", ("/srv/p/compose.yaml",))
ENGINE = Engine("metal7", "26", "1.45", "ssh://gpu1")


def snapshot(*services: Service, containers: tuple[Container, ...] = ()) -> Snapshot:
    """A box with one project."""
    project = Project(KEY, services={service.name: service for service in services})
    return Snapshot(
        engine=ENGINE, projects={KEY: project}, containers={c.id: c for c in containers}
    )


def container(service: str, *ports: PortBinding, **environment: str) -> Container:
    """One that runs."""
    return Container(
        f"{service}1",
        f"p-{service}-1",
        state="running",
        project="p",
        service=service,
        working_dir="/srv/p",
        ports=ports,
        inspection=Inspection(environment=environment),
    )


def box(name: str, seen: Snapshot, *addresses: str) -> BoxFacts:
    """With its names."""
    return BoxFacts(name, seen, called(name, seen, frozenset(addresses)))


def asking(value: str) -> Snapshot:
    """A box whose service names this address."""
    return replace(snapshot(Service("web", environment={"API_URL": value})), engine=None)


SERVER = snapshot(Service("llm"), containers=(container("llm", PortBinding(8000, 18000)),))


@pytest.mark.parametrize(
    "host", ["gpu1", "GPU1", "metal7", "10.0.0.5", "gpu1.local", "metal7.tail1234.ts.net"]
)
def test_names_that_mean_another_box(host: str) -> None:
    """As the person calls it, as its machine calls itself, its address, and with a domain in which
    the first word names the machine."""
    near = box("near", asking(f"http://{host}:18000"))
    (found,) = crossings([near, box("gpu1", SERVER, "10.0.0.5")])
    assert (found.box, found.other, found.answer) == ("near", "gpu1", "published")
    assert found.target == ServiceKey(KEY, "llm")
    assert not found.broken
    assert f"near p/web → gpu1 {host.lower()}:18000: p/llm publishes it" in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "http://gpu1.example.com:18000",
        "http://gpu2:18000",
        "http://near:18000",
        "http://web:18000",
        "http://gpu1",
        "http://10.0.0.55:18000",
        "http://$HOST:18000",
    ],
)
def test_names_that_mean_no_other_box(text: str) -> None:
    """A public name, an unknown one, its own box, itself, no port."""
    assert crossings([box("near", asking(text)), box("gpu1", SERVER, "10.0.0.5")]) == ()


def test_a_name_of_its_own_box_comes_first() -> None:
    """A service of the same name answers at home."""
    home = snapshot(Service("web", environment={"API_URL": "http://gpu1:18000"}), Service("gpu1"))
    assert crossings([box("near", home), box("gpu1", SERVER)]) == ()


def test_a_service_whose_file_is_elsewhere() -> None:
    """Its container tells what it names; a name of extra_hosts is the address behind it."""
    far = snapshot(containers=(container("web", API_URL="http://gpu1:18000"),))
    (found,) = crossings([box("near", far), box("gpu1", SERVER)])
    assert found.source.service == "web"
    mapped = Service(
        "web", environment={"API_URL": "http://llm:18000"}, extra_hosts=(("llm", "10.0.0.5"),)
    )
    (found,) = crossings([box("near", snapshot(mapped)), box("gpu1", SERVER, "10.0.0.5")])
    assert found.host == "10.0.0.5"


@pytest.mark.parametrize(
    ("seen", "answer", "word"),
    [
        (SERVER, "published", "a firewall"),
        (
            snapshot(
                Service("llm"),
                containers=(container("llm", PortBinding(8000, 18000, "127.0.0.1")),),
            ),
            "loopback",
            "on 127.0.0.1 only: publish it on gpu1 too",
        ),
        (
            snapshot(
                Service("llm"),
                containers=(
                    container(
                        "llm",
                        PortBinding(8000, 18000, "127.0.0.1"),
                        PortBinding(8000, 18000, "10.0.0.5"),
                    ),
                ),
            ),
            "unknown",
            "publishes it on 10.0.0.5 only; what gpu1 means there is not seen from here",
        ),
        (
            snapshot(Service("llm", ports=(Port(8000, "18000"),))),
            "stopped",
            "p/llm has it, and does not run",
        ),
        (snapshot(Service("llm")), "unseen", "no container of gpu1 publishes port 18000"),
        (
            replace(snapshot(Service("llm")), host_ports=MappingProxyType({22: True})),
            "nobody",
            "nothing on gpu1 listens on port 18000",
        ),
        (
            replace(snapshot(), host_ports=MappingProxyType({18000: True})),
            "published",
            "a program of metal7 has it; a firewall",
        ),
        (
            replace(snapshot(), host_ports=MappingProxyType({18000: False})),
            "loopback",
            "a program of metal7 has it on 127.0.0.1 only: let it listen on gpu1 too",
        ),
        (
            snapshot(containers=(container("dns", PortBinding(53, 18000, protocol="udp")),)),
            "unseen",
            "",
        ),
        (replace(SERVER, engine_problem="gone"), "unknown", "does not answer now"),
        (Snapshot(), "unknown", ""),
    ],
)
def test_what_is_there(seen: Snapshot, answer: str, word: str) -> None:
    """Published, on loopback only, stopped, nobody, or no answer: never a guess."""
    (found,) = crossings([box("near", asking("http://gpu1:18000")), box("gpu1", seen)])
    assert found.answer == answer == answered(seen, 18000).answer
    assert word in found.told
    assert found.broken is (answer in ("loopback", "stopped", "nobody"))


ON_SOME = snapshot(
    containers=(
        container("llm", PortBinding(8000, 18000, "127.0.0.1")),
        replace(container("llm", PortBinding(8000, 18000, "10.0.0.5")), id="llm2"),
        replace(container("llm", PortBinding(8000, 18000, "fd00::5")), id="llm3"),
    )
)


@pytest.mark.parametrize(
    ("host", "addresses", "answer"),
    [
        ("10.0.0.5", ("10.0.0.5", "10.0.0.9"), "published"),
        ("10.0.0.9", ("10.0.0.5", "10.0.0.9"), "elsewhere"),
        ("gpu1", ("10.0.0.5", "10.0.0.9"), "unknown"),
        ("gpu1", ("10.0.0.9",), "unknown"),
        ("gpu1", (), "unknown"),
        ("gpu1", ("10.0.0.5", "FD00:0::5"), "published"),
    ],
)
def test_a_port_on_some_addresses(host: str, addresses: tuple[str, ...], answer: str) -> None:
    """An address is among them or not; a name only counts where all that it can mean are."""
    boxes = box("near", asking(f"http://{host}:18000")), box("gpu1", ON_SOME, *addresses)
    (found,) = crossings(boxes)
    assert found.answer == answer
    assert found.target == ServiceKey(KEY, "llm")
    assert found.only == (() if answer == "published" else ("10.0.0.5", "fd00::5"))
    assert found.broken is (answer == "elsewhere")
    if answer == "elsewhere":
        assert "10.0.0.5, fd00::5 only: call it there, or publish it on 10.0.0.9" in found.told


@pytest.mark.parametrize("host", [".local", "local", "gpu1.", ".ts.net", "gpu1.x.ts.nets"])
def test_hostile_names_are_no_boxes(host: str) -> None:
    """Bare domains, and names that only begin like one, mean nobody."""
    assert crossings([box("near", asking(f"http://{host}:18000")), box("gpu1", SERVER)]) == ()


def test_the_first_box_of_a_name_is_meant() -> None:
    """Two machines may bear one name; one that names itself names no other."""
    boxes = [box("near", asking("http://metal7:18000")), *(box(n, SERVER) for n in ("a", "b"))]
    (found,) = crossings(boxes)
    assert found.other == "a"
    assert crossings([box("metal7", asking("http://metal7:18000")), box("a", SERVER)]) == ()


MANAGER = replace(ENGINE, name="n1")


def of_swarm(engine: Engine, told: Swarm | None, *names: str) -> Snapshot:
    """A node of a swarm; a manager tells of it. `names`: of the services of a project `shop`."""
    key = ProjectKey("shop", "/srv/shop", ("/srv/shop/compose.yaml",))
    project = Project(key, services={name: Service(name) for name in names})
    return Snapshot(engine=engine, projects={key: project} if names else {}, swarm=told)


@pytest.mark.parametrize(
    ("own", "node", "answer", "told"),
    [
        ((), "n1", "published", "shop/web publishes it"),
        ((), "n2", "published", "shop/web (Swarm) has it"),
        ((), "elsewhere", "unseen", "no container of gpu1"),
        ((18000,), "n1", "published", "shop/web publishes it"),
        ((18000,), "n2", "nobody", "shop/web (Swarm) runs on n1, and publishes it there alone"),
    ],
)
def test_ports_of_swarm(own: tuple[int, ...], node: str, answer: str, told: str) -> None:
    """With ingress every node answers, also one whose engine is a worker; with `mode: host` the
    nodes that run a task."""
    web = service("shop_web", task(1), ports=(PortBinding(80, 18000),), own_ports=own, replicas=1)
    seen = swarm(web)
    boxes = [box("near", asking("http://gpu1:18000"))]
    if node == "n1":
        boxes.append(box("gpu1", of_swarm(MANAGER, seen, "web")))
    else:
        boxes.append(box("gpu1", of_swarm(replace(ENGINE, name=node), None)))
        boxes.append(box("manager", of_swarm(MANAGER, seen, "web")))
    (found,) = crossings(boxes)
    assert found.answer == answer
    assert told in found.told


def test_a_service_of_swarm_of_which_nothing_runs() -> None:
    """Its port is open, and nobody answers behind it."""
    web = service("shop_web", task(1, "pending"), ports=(PortBinding(80, 18000),))
    there = of_swarm(MANAGER, Swarm((web,), (SwarmNode("id-1", "n1"),)))
    (found,) = crossings([box("near", asking("http://gpu1:18000")), box("gpu1", there)])
    assert (found.answer, found.told) == ("stopped", "shop/web (Swarm) has it, and does not run")


def test_each_box_gets_its_own_half() -> None:
    """What goes out of one comes into the other; nothing new makes no new snapshot."""
    boxes = [box("near", asking("http://gpu1:18000")), box("gpu1", SERVER)]
    near, far = crossed(boxes)
    assert near.outgoing == far.incoming != ()
    assert near.incoming == far.outgoing == ()
    again = crossed([replace(boxes[0], snapshot=near), replace(boxes[1], snapshot=far)])
    assert again[0] is near
    assert again[1] is far


def test_a_secret_beside_a_name_is_masked() -> None:
    """The text of a crossing is evidence; it is printed and kept."""
    (found,) = crossings([box("near", asking("http://me:hunter2@gpu1:18000")), box("gpu1", SERVER)])
    assert "gpu1" in found.text
    assert "hunter2" not in found.text
