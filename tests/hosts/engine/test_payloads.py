"""The engine's JSON becomes facts: what a real engine said, and what a hostile container might
say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import UNLIMITED, Limits, LogDriver
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.events import EVENTS
from nebtui.hosts.json_values import parse_rfc3339

RECORDED = Path(__file__).parents[2] / "recordings" / "engine-20.10.json"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """Answers of Docker Engine 20.10 about a project of two services."""
    answers: dict[str, Any] = json.loads(RECORDED.read_text())
    return answers


def test_a_list_item_becomes_a_container(recorded: dict[str, Any]) -> None:
    """Labels, state, health, networks, ports and mounts come from one list item."""
    db = payloads.container(recorded["containers"][1])
    assert (db.name, db.project, db.service, db.number, db.one_off) == (
        "h2x-try-db-1",
        "h2x-try",
        "db",
        1,
        False,
    )
    assert (db.state, db.health) == ("running", "unhealthy")
    assert (db.working_dir, db.config_files) == ("/tmp/h2", ("/tmp/h2/compose.yaml",))
    assert db.networks == ("h2x-try_default",)
    assert [(p.port, p.host_port, p.host_ip) for p in db.ports] == [(5432, 45432, "127.0.0.1")]
    assert [(m.type, m.source, m.target) for m in db.mounts] == [("bind", "/tmp/h2", "/data")]
    assert db.created > 1_700_000_000


def test_an_inspection_fills_what_the_list_does_not_say(recorded: dict[str, Any]) -> None:
    """Aliases, pid, times, health log and healthcheck come from the inspection; the list's facts
    stay."""
    listed = payloads.container(recorded["containers"][1])
    db = payloads.inspected(listed, recorded["inspections"][1])
    assert db.inspection is not None
    assert (db.name, db.status, db.service) == (listed.name, listed.status, listed.service)
    assert "pg" in db.attachments[0].aliases
    assert db.inspection.pid > 0
    assert db.inspection.finished is None
    assert db.inspection.exit_code is None
    assert db.inspection.healthcheck == Healthcheck(("CMD", "true"), interval=1.0)
    assert len(db.inspection.probes) == 5
    assert db.inspection.probes[0].exit_code == -1
    assert db.inspection.environment["SECRET"] == "dropped"


def test_an_inspection_alone_gives_the_same_container(recorded: dict[str, Any]) -> None:
    """A container first heard of in an event has the same identity, labels, ports and mounts as a
    listed one."""
    listed = payloads.container(recorded["containers"][1])
    alone = payloads.container_from_inspect(recorded["inspections"][1])
    for name in (
        "id",
        "name",
        "image",
        "image_id",
        "project",
        "service",
        "state",
        "health",
        "ports",
        "mounts",
    ):
        assert getattr(alone, name) == getattr(listed, name), name
    assert int(alone.created) == int(listed.created)
    assert alone.status == "Up (unhealthy)"


def test_networks_images_and_engine_are_read(recorded: dict[str, Any]) -> None:
    """Networks, images and the engine become facts."""
    networks = {n.name: n for n in map(payloads.network, recorded["networks"])}
    assert networks["h2x-try_default"].labels["com.docker.compose.project"] == "h2x-try"
    assert networks["h2x-try_default"].created > 1_700_000_000
    assert payloads.image(recorded["image"]).names == ("nebtui-test/busybox:1",)
    engine = payloads.engine(recorded["version"], recorded["info"], "unix:///var/run/docker.sock")
    assert (engine.name, engine.api_version, engine.rootless, engine.userns) == (
        "vm",
        "1.41",
        False,
        False,
    )


def test_events_name_their_container(recorded: dict[str, Any]) -> None:
    """Container events and a network's connect and disconnect belong to a container; a die has its
    exit code."""
    events = [h for h in map(payloads.event, recorded["events"]) if h]
    assert len(events) == len(recorded["events"])
    assert {h.container for h in events} == {item["Id"] for item in recorded["containers"]}
    assert [h.exit_code for h in events if h.action == "die"] == [143, 143]
    assert all(h.at > 1_700_000_000 for h in events)


@pytest.mark.parametrize(
    ("kind", "action", "told"),
    [
        ("container", "die", "die"),
        ("container", "remove", "destroy"),
        ("network", "connect", "connect"),
        ("network", "remove", ""),
    ],
)
def test_podmans_events_are_told_in_dockers_words(kind: str, action: str, told: str) -> None:
    """Podman removes containers, and the actor of its network events is the container (recorded
    from Podman 4.3)."""
    attributes = {"containerExitCode": "137", "exitCode": "137", "name": "db-1", "podId": ""}
    raw = {
        "Type": kind,
        "Action": action,
        "Actor": {"ID": "2c8d20ca288c", "Attributes": attributes},
        "timeNano": 1795339470126061093,
    }
    event = payloads.event(raw)
    assert (event.action if event else "") == told
    assert event is None or (event.container, event.exit_code) == ("2c8d20ca288c", 137)
    assert "died" in EVENTS  # what Podman's filter calls a `die`


def test_security_options_tell_rootless_and_remapped_engines() -> None:
    """`name=rootless` and `name=userns` are found among the security options."""
    info = {"SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=userns"]}
    engine = payloads.engine({}, info, "unix:///x")
    assert engine.rootless
    assert engine.userns


def test_durations_are_seconds_and_zero_is_not_given() -> None:
    """Nanoseconds become seconds; 0 means that the engine's default applies."""
    raw = {
        "Config": {
            "Healthcheck": {"Test": ["CMD-SHELL", "x"], "Interval": 1_500_000_000, "Timeout": 0}
        }
    }
    assert payloads.image(raw).healthcheck == Healthcheck(("CMD-SHELL", "x"), interval=1.5)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("2024-02-30T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_moments(given_text: str, expected: float | None) -> None:
    """RFC 3339 becomes Unix seconds; "never" and nonsense become None."""
    assert parse_rfc3339(given_text) == expected


def test_newer_engines_name_dns_names() -> None:
    """Engine 25 and later put the names that answer into DNSNames."""
    raw = {
        "Id": "a",
        "NetworkSettings": {"Networks": {"n": {"Aliases": ["db"], "DNSNames": ["x-db-1", "db"]}}},
    }
    assert payloads.container_from_inspect(raw).attachments[0].aliases == ("db", "x-db-1")


def test_relative_config_files_of_old_labels_are_made_absolute() -> None:
    """Compose v1 wrote config files relative to the working directory."""
    labels = {
        "com.docker.compose.project": "p",
        "com.docker.compose.project.working_dir": "/srv/p",
        "com.docker.compose.project.config_files": "a.yml,/b.yml",
        "com.docker.compose.project.environment_file": "/srv/p/prod.env",
        "com.docker.compose.oneoff": "True",
    }
    container = payloads.container({"Id": "a", "Labels": labels})
    assert container.config_files == ("/srv/p/a.yml", "/b.yml")
    assert container.env_files == ("/srv/p/prod.env",)
    assert container.one_off


def test_lone_surrogates_cannot_reach_a_screen() -> None:
    """A name with half a surrogate pair, legal in JSON, is printable afterwards."""
    assert (
        payloads.container(json.loads('{"Id": "a", "Names": ["/\\ud800x"]}')).name.encode() == b"?x"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = (
    *(
        "Id",
        "Names",
        "Name",
        "Labels",
        "State",
        "Status",
        "Config",
        "HostConfig",
        "NetworkSettings",
        "Networks",
    ),
    *(
        "Ports",
        "Mounts",
        "Created",
        "Health",
        "Log",
        "Type",
        "Action",
        "Actor",
        "ID",
        "Attributes",
        "Healthcheck",
    ),
    *(
        "Env",
        "Test",
        "Image",
        "ExposedPorts",
        "SecurityOptions",
        "Components",
        "cpu_stats",
        "networks",
    ),
)
hostile = st.recursive(
    json_values,
    lambda inner: (
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=3)
    ),
    max_leaves=12,
).flatmap(
    lambda value: st.dictionaries(st.sampled_from(KEYS), st.just(value) | json_values, max_size=8)
)


@given(hostile)
def test_no_answer_breaks_a_translation(raw: dict[str, Any]) -> None:
    """Whatever the types of the fields are, a fact comes out whose fields have their own types."""
    listed = payloads.container(raw)
    inspected = payloads.inspected(listed, raw)
    assert inspected.inspection is not None
    others = payloads.container_from_inspect(raw), payloads.network(raw), payloads.image(raw)
    facts: list[Any] = [
        listed,
        inspected,
        inspected.inspection,
        *others,
        payloads.engine(raw, raw, ""),
    ]
    facts += [event] if (event := payloads.event(raw)) else []
    for fact in facts:
        for one in fields(fact):
            if one.type in _TYPES:
                assert isinstance(getattr(fact, one.name), _TYPES[one.type]), one.name


_TYPES: Mapping[Any, type] = {"str": str, "bool": bool, "int": int, "float": float}
"""By annotation: the types of a fact that a hostile answer must not change."""


@pytest.mark.parametrize(
    ("raw", "request_"),
    [
        (
            {"Driver": "nvidia", "Count": 1, "Capabilities": [["gpu"]]},
            GpuRequest("nvidia", 1, (), ("gpu",)),
        ),
        ({"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}, GpuRequest("", -1, (), ("gpu",))),
        (
            {
                "Driver": "nvidia",
                "Count": 0,
                "DeviceIDs": ["0"],
                "Capabilities": [["gpu", "utility", "gpu"]],
            },
            GpuRequest("nvidia", None, ("0",), ("gpu", "utility")),
        ),
        (
            {"Driver": "cdi", "DeviceIDs": ["nvidia.com/gpu=all"], "Capabilities": None},
            GpuRequest("cdi", None, ("nvidia.com/gpu=all",)),
        ),
    ],
)
def test_gpu_requests_as_the_engine_holds_them(raw: dict[str, Any], request_: GpuRequest) -> None:
    """The forms that Compose 2.40 sends to Engine 20.10 (measured)."""
    host = {
        "DeviceRequests": [raw],
        "Runtime": "nvidia",
        "Devices": [{"PathOnHost": "/dev/kfd"}],
        "ShmSize": 64,
    }
    found = payloads.container_from_inspect({"HostConfig": host}).inspection
    assert found is not None
    assert (found.gpus, found.runtime, found.devices, found.shm_size) == (
        (request_,),
        "nvidia",
        ("/dev/kfd",),
        64,
    )


def test_what_an_engine_says_of_gpus(recorded: dict[str, Any]) -> None:
    """Runtimes and cgroup driver of a real engine; CDI devices of GPUs where one lists them, None
    where it does not."""
    engine = payloads.engine(recorded["version"], recorded["info"], "unix:///x")
    assert engine.cdi is None
    info = {
        **recorded["info"],
        "Runtimes": {"runc": {}, "nvidia": {}},
        "DefaultRuntime": "nvidia",
        "DiscoveredDevices": [
            {"Source": "cdi", "ID": "nvidia.com/gpu=0"},
            {"Source": "cdi", "ID": "vendor.com/net=1"},
        ],
        "CgroupDriver": "systemd",
    }
    engine = payloads.engine(recorded["version"], info, "unix:///x")
    assert (engine.runtimes, engine.default_runtime) == (("nvidia", "runc"), "nvidia")
    assert (engine.cdi, engine.cgroup_driver) == (
        ("nvidia.com/gpu=0",),
        "systemd",
    )


def test_limits_and_rights_of_a_container() -> None:
    """`HostConfig` has them in numbers of its own; 0 and null are none."""
    host = {
        "Memory": 1 << 30,
        "MemorySwap": -1,
        "NanoCpus": 500_000_000,
        "PidsLimit": None,
        "ReadonlyRootfs": True,
        "CapDrop": ["CAP_CHOWN", "all"],
        "SecurityOpt": ["no-new-privileges:true"],
        "Tmpfs": {"/tmp": "size=1m", "/run": ""},
        "Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 4096}}],
        "PidMode": "host",
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
    }
    found = payloads.container_from_inspect({"HostConfig": host}).inspection
    assert found is not None
    assert found.limits == Limits(1 << 30, UNLIMITED, cpus=0.5)
    assert found.isolation == Isolation(
        read_only=True,
        cap_drop=("CHOWN", "ALL"),
        pid="host",
        security_opt=("no-new-privileges:true",),
        tmpfs=("/tmp:size=1m", "/run", "/t:size=4096"),
    )
    assert found.log_driver == LogDriver("json-file", {"max-size": "10m"})
    quota = payloads.container_from_inspect({"HostConfig": {"CpuQuota": 50_000}}).inspection
    assert quota is not None
    assert (quota.limits, quota.log_driver) == (Limits(cpus=0.5), None)
