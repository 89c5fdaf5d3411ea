"""Where a finding is true, and which findings are one."""

from __future__ import annotations

from dataclasses import replace

from nebtui import rules
from nebtui.analysis.drift import HASH, VERSION, drift
from nebtui.facts.declared import Origin, Service
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.places import DECLARED_ONLY
from nebtui.rules.rule import FindingKey
from tests.builders import at, box, container, joined, project

URL = {"U": "redis://store:6379"}
STORE = Service("store", image="redis:7")
APP = Service("app", image="c", environment=URL)
SHARED = {"networks": joined("net")}


def isolated(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(place, first words) of each isolated-networks finding."""
    return [(f.place, f.message[:9]) for f in rules.find(snapshot) if f.rule == "isolated-networks"]


def running(*networks: str) -> tuple[Container, Container]:
    """Both ends run, on these networks."""
    return container("a/store", "running", *networks), container("b/app", "running", *networks)


def test_file_host_and_both() -> None:
    """Declared apart and running apart is both; joined by hand works now and breaks later; joined
    in the file and not yet up is the host's alone, and nothing is to be written."""
    apart = (project("a", STORE), project("b", APP))
    together = (
        project("a", replace(STORE, **SHARED), external=("net",)),  # type: ignore[arg-type]
        project("b", replace(APP, **SHARED), external=("net",)),  # type: ignore[arg-type]
    )
    assert isolated(box(*apart)) == [("file", "uses stor")]
    assert isolated(box(*apart, *running("x"))) == [("file", "works now")]
    separate = (running("a_default")[0], running("b_default")[1])
    assert isolated(box(*apart, *separate)) == [("both", "uses stor")]
    assert isolated(box(*together, *separate)) == [("host", "uses stor")]
    assert isolated(box(*together, *running("net"))) == []


def test_who_is_older_than_its_file_is_to_be_brought_up() -> None:
    """One end was joined already: the other one is named, not the one that the finding is of."""
    made = (
        project("a", replace(STORE, **SHARED), external=("net",)),  # type: ignore[arg-type]
        project("b", replace(APP, **SHARED), external=("net",)),  # type: ignore[arg-type]
    )
    store, app = running("a_default")[0], running("net")[1]
    snapshot = box(*made, replace(store, inspection=Inspection(pid=7)), app)
    (found,) = (f for f in rules.find(snapshot) if f.rule == "isolated-networks")
    assert (found.at, found.place) == (at("b/app"), "host")
    older = [end for end in (at("a/store"), at("b/app")) if drift(snapshot, end)]
    assert older == [at("a/store")]
    assert found.fix == "the file is right, what runs is older: bring store up"


def test_what_has_no_container_is_true_of_the_file() -> None:
    """Nothing runs, and nothing that was stopped is there, of which it could be true as well."""
    made = project("a", Service("s", image="redis:latest"))
    for facts, place in ((box(made), "file"), (box(made, container("a/s", "exited")), "both")):
        (found,) = (f for f in rules.find(facts) if f.rule == "floating-image")
        assert found.place == place


def test_check_agrees_on_the_files_with_and_without_an_engine() -> None:
    """What only the running box hides is said all the same."""
    apart = (project("a", STORE), project("b", APP))

    def of_files(snapshot: Snapshot) -> set[FindingKey]:
        names = DECLARED_ONLY
        found = rules.find(snapshot)
        return {f.key for f in found if f.rule in names and f.place in ("file", "both")}

    assert of_files(box(*apart)) == of_files(box(*apart, *running("x"))) != set()


def test_one_line_of_several_services_is_one_finding() -> None:
    """An anchor's line, or a file that two projects include."""
    origin = Origin("/a/compose.yaml", 3)
    findings = [
        replace(found, service=name, origin=origin)
        for name in ("one", "two", "three")
        for found in rules.find(box(project("a", STORE), project("b", APP)))
        if found.rule == "isolated-networks"
    ]
    (only,) = rules.grouped(findings)
    assert only.service == "one"
    assert [key.service for key in only.also] == ["two", "three"]


def test_drift_by_the_hash_of_compose() -> None:
    """The same hash is no drift, another one of the same Compose is certain, one of another version
    is judged by its fields."""
    known = project("a", replace(STORE, command=("redis-server",)))
    hashed = replace(known, hashes={"store": "now"}, hashed_by="2.40.3")
    inspection = Inspection(command=("redis-server",))

    def of(label: str, version: str = "2.40.3", **seen: object) -> Snapshot:
        made = container("a/store", "running", "a_default")
        labels = {HASH: label, VERSION: version}
        looked = replace(inspection, **seen)  # type: ignore[arg-type]
        return box(hashed, replace(made, labels=labels, inspection=looked))

    assert drift(of("now"), at("a/store")) is None
    certain = drift(of("old"), at("a/store"))
    assert certain is not None
    assert certain.certain
    assert drift(of("old", "2.20.0"), at("a/store")) is None
    guessed = drift(of("old", "2.20.0", command=("other",)), at("a/store"))
    assert guessed is not None
    assert (guessed.certain, guessed.fields) == (False, ("command",))
