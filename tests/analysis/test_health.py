"""Which healthcheck fits a service, whether one runs, and which services are jobs."""

from __future__ import annotations

from typing import Any

import pytest

from nebtui.analysis.health import has_test, one_shot
from nebtui.analysis.ports import listening_ports
from nebtui.analysis.suggestion import CLOSED_PORT, NoSuggestion, Suggestion, suggest
from nebtui.facts import changes
from nebtui.facts.build import Build, Stage
from nebtui.facts.declared import Port, Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Image
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from tests.builders import at, box, container, project, waits


def with_image(service: Service, *facts: changes.Change, **image: Any) -> Snapshot:
    """A box with the service in project a and its image `x`."""
    return box(project("a", service), changes.ImageSeen(Image("i", ("x:latest",), **image)), *facts)


def test_a_known_image_has_its_own_test_with_its_source() -> None:
    """Knowledge comes before ports, and says where it is from."""
    service = Service("cache", image="redis:7")
    found = suggest(box(project("a", service)), at("a/cache"), service)
    assert isinstance(found, Suggestion)
    assert (found.known, found.basis.startswith("Redis:")) == (True, True)
    assert "redis-cli" in " ".join(found.argv)


def test_the_negative_control_asks_a_closed_port() -> None:
    """A test that names its port is also tried against one where nothing listens."""
    service = Service("store", image="qdrant/qdrant:v1.12.0")
    found = suggest(box(project("a", service)), at("a/store"), service)
    assert isinstance(found, Suggestion)
    assert found.control
    words = " ".join(found.control)
    assert (f"/{CLOSED_PORT}" in words or f":{CLOSED_PORT}" in words, "6333" in words) == (
        True,
        False,
    )
    assert "6333" in " ".join(found.argv)


@pytest.mark.parametrize(
    ("programs", "word"),
    [
        (("bash", "curl"), "/dev/tcp"),
        (("python3", "nc"), "python3"),
        (("nc", "wget"), "nc -w"),
        (("node",), "node"),
    ],
)
def test_a_port_is_asked_with_what_the_image_has(programs: tuple[str, ...], word: str) -> None:
    """Of an unknown server its port is asked, by a program that its image contains."""
    service = Service("app", image="x", ports=(Port(8000, "80"),))
    found = suggest(with_image(service, programs=programs), at("a/app"), service)
    assert isinstance(found, Suggestion)
    assert word in " ".join(found.argv)
    assert "8000" in " ".join(found.argv)
    assert found.known is False
    control = " ".join(found.control)
    assert ("8000" in control, str(CLOSED_PORT) in control) == (False, True)


def test_nothing_is_suggested_where_nothing_is_known() -> None:
    """No port, or an image without any program that could ask: no test rather than one that cannot
    pass."""
    service = Service("app", image="x", ports=(Port(8000, "80"),))
    assert isinstance(suggest(with_image(service, programs=()), at("a/app"), service), NoSuggestion)
    assert isinstance(
        suggest(with_image(service, programs=None), at("a/app"), service), NoSuggestion
    )
    bare = Service("app", image="x")
    assert isinstance(suggest(with_image(bare, programs=None), at("a/app"), bare), NoSuggestion)


def test_a_port_that_another_names_is_told_and_not_asked() -> None:
    """A test of it might never pass: nobody saw it open."""
    bare = Service("app", image="x")
    asks = Service("web", image="y", environment={"API_URL": "http://app:3000/"})
    found = suggest(box(project("a", bare, asks)), at("a/app"), bare)
    assert isinstance(found, NoSuggestion)
    assert found.why.startswith("a/web asks it on 3000 (")


def test_where_a_port_is_known_from() -> None:
    """What the process listens on, else what is published (TCP only), else what the image
    exposes."""
    service = Service(
        "app", image="x", ports=(Port(53, "53", protocol="udp"), Port(9000, "1"), Port(8000, "2"))
    )
    bare = Service("app", image="x")
    image = Image("i", ("x:latest",), exposed_ports=(7000,))
    running = changes.ProcessesSeen((Process("a-app-1", 7, 0, 0, listening=(8080, 80)),))
    key = at("a/app")
    listening = box(project("a", service), container("a/app"), running)
    assert listening_ports(listening, key, service, image) == (
        (80, 8080),
        "the port on which a-app-1 listens (/proc/7/net/tcp)",
    )
    assert listening_ports(box(project("a", service)), key, service, image) == (
        (8000, 9000),
        "its published port",
    )
    assert listening_ports(box(project("a", bare)), key, bare, image) == (
        (7000,),
        "the EXPOSE of its image",
    )
    assert listening_ports(box(project("a", bare)), key, bare, None) == ((), "")
    told = Service("app", image="x", command=("--port", "8001"))
    exposing = Service("app", image="x", expose=(8002,))
    built = Service("app", build=Build(".", stage=Stage("python:3.12", exposed_ports=(8003,))))
    for other, expected in (
        (told, ((8001,), "the port it is told (--port 8001)")),
        (exposing, ((8002,), "its `expose`")),
        (built, ((8003,), "the EXPOSE of its Dockerfile")),
    ):
        assert listening_ports(box(project("a", other)), key, other, None) == expected


def test_whether_a_test_runs() -> None:
    """A declared test, the image's own, or one known to be in the image; never one that is switched
    off."""
    baked, off = Healthcheck(("CMD", "true")), Healthcheck(("NONE",))
    plain = Service("app", image="x")
    cases = [
        (Service("app", image="x", healthcheck=baked), None, True),
        (plain, baked, True),
        (plain, None, False),
        (plain, off, False),
        (Service("app", image="x", healthcheck=off), baked, False),
    ]
    for service, image, expected in cases:
        assert has_test(with_image(service, healthcheck=image), at("a/app"), service) is expected


def test_jobs() -> None:
    """A job is known as one, waited for as one, or seen to have ended well without a restart
    policy."""
    job = Service("job", image="x")
    after = Service("app", depends_on=waits("job", condition="service_completed_successfully"))
    assert (
        one_shot(box(project("a", job, after)), at("a/job"), job)
        == "another service waits for its completion"
    )
    ended = container("a/job", "exited", code=0, policy="no")
    assert "exited with 0" in one_shot(box(project("a", job), ended), at("a/job"), job)
    for other in (
        container("a/job", "exited", code=1, policy="no"),
        container("a/job", "exited", code=0, policy="always"),
        container("a/job"),
    ):
        assert one_shot(box(project("a", job), other), at("a/job"), job) == ""
