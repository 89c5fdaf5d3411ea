"""The offered `up` keeps what runs."""

from __future__ import annotations

from nebtui.facts.changes import ContainerSeen, ProjectSeen
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.recreate import up_action
from nebtui.store import fold_all

KEY = ProjectKey("a", "/a", ("/a/compose.yaml",))


def test_replicas_are_kept() -> None:
    """A service scaled to three stays three; one with one container needs no word."""
    replicas = [
        ContainerSeen(Container(str(n), f"a-api-{n}", project="a", service="api", number=n))
        for n in (1, 2, 3)
    ]
    single = ContainerSeen(Container("db", "a-db-1", project="a", service="db"))
    project = ProjectSeen(Project(KEY, services={"api": Service("api"), "db": Service("db")}))
    snapshot = fold_all(Snapshot(), [project, *replicas, single])
    assert up_action(snapshot, KEY, ("api",)).scale == (("api", 3),)
    assert up_action(snapshot, KEY).scale == (("api", 3),)
    assert up_action(snapshot, KEY, ("db",)).scale == ()
