"""Who answers a name, on which networks, and who is cut off from it."""

from __future__ import annotations

from typing import Any

from nebtui.analysis.reachability import aliases_of, names, names_of, observed_networks, resolutions
from nebtui.facts.declared import Join, Service
from nebtui.facts.observed import Attachment
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from tests.builders import at, box, container, joined, project


def user(name: str, host: str, **more: Any) -> Service:
    """A service that names a host in a URL."""
    return Service(name, environment={"TARGET": f"http://{host}:80"}, **more)


def resolved(snapshot: Snapshot) -> list[tuple[str, str, bool | None, list[str], list[str]]]:
    """Source, host, reachable, owners reached and owners out of reach of each resolution."""
    return [
        (
            str(r.reference.source),
            r.reference.host,
            r.reachable,
            [str(k) for k in r.reached],
            [str(k) for k in r.others],
        )
        for r in resolutions(snapshot)
    ]


def test_a_sibling_on_the_default_network_is_reached() -> None:
    """Services of one project answer each other by service name."""
    snapshot = box(project("a", user("app", "db"), Service("db")))
    assert resolved(snapshot) == [("a/app", "db", True, ["a/db"], [])]


def test_a_service_of_another_project_is_out_of_reach() -> None:
    """Equal names in two projects never mix: without a shared network the owner is known and not
    reached."""
    snapshot = box(project("a", user("app", "db")), project("b", Service("db")))
    assert resolved(snapshot) == [("a/app", "db", False, [], ["b/db"])]


def test_a_shared_external_network_joins_projects() -> None:
    """On one external network the other project's service is reached, under the engine's name of
    the network."""
    snapshot = box(
        project("a", user("app", "db", networks=joined("net")), external=("net",)),
        project("b", Service("db", networks=joined("net")), external=("net",)),
    )
    assert resolved(snapshot) == [("a/app", "db", True, ["b/db"], [])]


def test_an_own_sibling_hides_nobody_else() -> None:
    """Of two owners only those on a shared network are reached; the others are told apart."""
    snapshot = box(project("a", user("app", "db"), Service("db")), project("b", Service("db")))
    assert resolved(snapshot) == [("a/app", "db", True, ["a/db"], ["b/db"])]


def test_every_name_that_answers() -> None:
    """Service name, container_name, hostname, aliases of the file and of the engine, and
    project-service-1."""
    service = Service(
        "db",
        container_name="store",
        hostname="Pg",
        networks={"default": Join("default", ("alias",))},
    )
    running = container(
        "a/db", attachments=(Attachment("a_default", aliases=("seen", "abc123")),), id="abc123"
    )
    plain = project("a", service), running
    snapshot = box(*plain)
    assert set(names_of(snapshot, at("a/db"), service)) == {"db", "store", "pg", "a-db-1"}
    assert aliases_of(snapshot, at("a/db"), service) == {
        "alias": frozenset({"a_default"}),
        "seen": frozenset({"a_default"}),
    }
    assert {"db", "store", "pg", "a-db-1", "alias", "seen"} <= set(names(snapshot).owners)
    bare = box(project("a", Service("db")))
    assert names_of(bare, at("a/db"), Service("db")) == ("db", "a-db-1")


def test_host_names_have_no_case() -> None:
    """`http://DB` and a container called Db are the same name."""
    snapshot = box(project("a", user("app", "DB"), Service("x", container_name="Db")))
    assert [r[2] for r in resolved(snapshot)] == [True]


def test_network_modes() -> None:
    """`service:X` borrows X's networks, host and none have none, and a circle of them ends."""
    sidecar = Service("sidecar", network_mode="service:app", environment={"U": "http://db"})
    lonely = Service("lonely", network_mode="none", environment={"U": "http://db"})
    snapshot = box(project("a", Service("app"), sidecar, lonely, Service("db")))
    assert {r[0]: r[2] for r in resolved(snapshot)} == {"a/sidecar": True, "a/lonely": False}
    selfish = box(project("a", Service("app", network_mode="service:app")))
    assert names(selfish).networks[at("a/app")] == frozenset()


def test_a_circle_of_borrowed_networks_ends() -> None:
    """Two services that borrow each other's network are no reason to hang or fall over."""
    one, two = (
        Service("one", network_mode="service:two"),
        Service("two", network_mode="service:one"),
    )
    assert names(box(project("a", one, two))).networks[at("a/one")] == frozenset()


def test_a_network_joined_by_hand_counts_while_running() -> None:
    """`docker network connect` is seen; of a stopped container it is not, and host and none are no
    networks."""
    projects = project("a", user("app", "db")), project("b", Service("db"))
    ends = [
        container("a/app", "running", "a_default", "hand"),
        container("b/db", "running", "b_default", "hand"),
    ]
    assert resolved(box(*projects, *ends))[0][2] is True
    stopped = container("b/db", "exited", "b_default", "hand")
    assert resolved(box(*projects, ends[0], stopped))[0][2] is False
    assert observed_networks(box(container("a/app", "running", "host")), at("a/app")) == frozenset()


def test_a_variant_is_an_island() -> None:
    """A variant's services answer nobody else, and see nobody else's."""
    other: Project = project("b", Service("db"), user("back", "app"), variant=True)
    snapshot = box(project("a", user("app", "db")), other)
    assert resolved(snapshot) == [
        ("a/app", "db", None, [], []),
        ("b/back", "app", None, [], []),
    ]


def test_what_does_not_count() -> None:
    """Own names and the host gateway are no edges; an uncertain name counts only where somebody
    owns it."""
    own = Service(
        "app",
        hostname="me",
        environment={"A": "http://app:1", "B": "http://me:1", "C_HOST": "ghost"},
    )
    gateway = user("out", "host.docker.internal")
    assert resolved(box(project("a", own, gateway))) == []
    assert resolved(box(project("a", user("app", "ghost")))) == [("a/app", "ghost", None, [], [])]
