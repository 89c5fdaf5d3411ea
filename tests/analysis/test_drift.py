"""Whether a container is the one that its file would make, where Compose's hash can be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.drift import HASH, VERSION, drift
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.isolation import Isolation
from nebtui.facts.observed import Container, Inspection, MountPoint
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot

KEY = ServiceKey(ProjectKey("core", "/box"), "web")


def box(service: Service, label: str) -> Snapshot:
    """A running container of a service, with the hash that its label has; the file's is `new`."""
    container = Container(
        id="c",
        name="core-web-1",
        image="c",
        state="running",
        project="core",
        service="web",
        working_dir="/box",
        labels={HASH: label, VERSION: "2.40.3"},
        mounts=(MountPoint("bind", "/srv/data", "/data"),) if service.volumes_from else (),
        inspection=Inspection(),
    )
    project = Project(
        KEY.project,
        services={"web": service},
        view="compose",
        hashes={"web": "new"},
        hashed_by="2.40.3",
    )
    return replace(Snapshot(), projects={KEY.project: project}, containers={"c": container})


@pytest.mark.parametrize(
    "service",
    [
        Service("web", network_mode="service:vpn"),
        Service("web", ipc="service:vpn"),
        Service("web", isolation=Isolation(pid="service:vpn")),
        Service("web", volumes_from=("vpn",)),
    ],
)
def test_a_borrowed_container_makes_the_hashes_incomparable(service: Service) -> None:
    """Compose hashes the other container's ID for the label, and its name for `config --hash`."""
    assert drift(box(service, "old"), KEY) is None


@pytest.mark.parametrize(("label", "differs"), [("new", False), ("old", True)])
def test_the_hash_decides_otherwise(label: str, differs: bool) -> None:
    """A service that borrows nothing differs exactly where the hashes do."""
    found = drift(box(Service("web", network_mode="none"), label), KEY)
    assert (found is not None and found.certain) is differs
