"""What a verb is said to do before it does it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.action import BuildImages, Down, ProjectAction, Pull, Restart, Stop, Up
from nebtui.analysis.consequence import consequence, destroys
from nebtui.analysis.drift import HASH, VERSION
from nebtui.facts.build import Build
from nebtui.facts.declared import Mount, NetworkDeclaration, Service
from nebtui.facts.observed import Container, Image, Inspection, MountPoint, Network
from nebtui.facts.snapshot import Snapshot
from tests.builders import at, box, container, project, waits

RAG = project(
    "rag",
    Service("store", image="store:1", mounts=(Mount("volume", "data", "/data"),)),
    Service("api", build=Build("/src"), depends_on=waits("store")),
    Service("extra", image="extra:1", profiles=("more",)),
)
KEY = at("rag/api").project


def one(name: str, state: str = "running", label: str = "same") -> Container:
    """A container of the project with its configuration's hash."""
    mounts = (MountPoint("volume", "/v", "/data", name="rag_data"),) if name == "store" else ()
    labels = {HASH: label, VERSION: "2.40.3"}
    return replace(
        container(f"rag/{name}", state, "rag_default"),
        labels=labels,
        mounts=mounts,
        inspection=Inspection(),
    )


def rag(*facts: Container) -> Snapshot:
    """The project whose files' hashes are `same`, with these containers."""
    declared = replace(
        RAG,
        hashes=dict.fromkeys(("store", "api", "extra"), "same"),
        hashed_by="2.40.3",
        networks={"default": NetworkDeclaration("default", "rag_default")},
    )
    snapshot = box(declared, *facts)
    return replace(snapshot, networks={"rag_default": Network("n", "rag_default", "bridge")})


BOTH = rag(one("store"), one("api"))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Stop(KEY), "stops store, api"),
        (Stop(KEY, ("store",)), "stops store; api uses it"),
        (Restart(KEY, ("store",)), "restarts store; api uses it"),
        (Restart(KEY, ("extra",)), "changes nothing: none of it runs"),
        (Up(KEY), "changes nothing: all of it runs"),
        (Up(KEY, ("store",), True), "recreates store; api uses it"),
        (Up(KEY, ("extra",)), "creates extra"),
        (
            Down(KEY),
            "removes the containers of store, api; and the network rag_default; the data of "
            "rag_data stays",
        ),
        (
            Down(KEY, volumes=True),
            "DELETES the data of rag_data; removes the containers of store, api; and the network "
            "rag_default",
        ),
        (Down(KEY, ("api",)), "removes the containers of api"),
        (Pull(KEY), "fetches store:1; what runs keeps its image"),
        (BuildImages(KEY), "builds api; what runs keeps its image"),
    ],
)
def test_the_consequence_names_what_changes(action: ProjectAction, words: str) -> None:
    """Who is stopped, removed, created, fetched; who uses it; what stays."""
    assert consequence(BOTH, action) == words


def test_an_up_tells_the_changed_from_the_unchanged() -> None:
    """By Compose's own hash; where that is not known, so it is said."""
    assert consequence(rag(one("store", label="old"), one("api")), Up(KEY)) == (
        "recreates store; api uses it"
    )
    assert consequence(rag(one("store", "exited"), one("api")), Up(KEY)) == "starts store"
    unknown = rag(one("store"), one("api", label=""))
    assert consequence(unknown, Up(KEY)) == "recreates api where the file changed"


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        (Stop(KEY), True),
        (Stop(KEY, ("api",)), False),
        (Restart(KEY, ("api",)), False),
        (Restart(KEY), True),
        (Up(KEY), False),
        (Up(KEY, ("api",), True), False),
        (Up(KEY, (), True), True),
        (Down(KEY, ("api",)), True),
        (Pull(KEY), False),
    ],
)
def test_only_what_destroys_is_asked_about(action: ProjectAction, asked: bool) -> None:
    """One service that was named is not; several at once, and what is removed, are."""
    assert destroys(BOTH, action) is asked


def test_a_newer_image_is_a_recreation() -> None:
    """The hash is the file's, and Compose makes another container all the same (seen with 2.40)."""
    store = replace(one("store"), image_id="sha256:old")
    image = Image("sha256:new", ("store:1",))
    facts = replace(rag(store, one("api")), images={"store:1": image})
    assert consequence(facts, Up(KEY)) == "recreates store; api uses it"
    assert destroys(facts, Up(KEY))


def test_after_a_pull_nobody_knows_yet() -> None:
    """Whether the image that comes is newer: it is asked about."""
    after = Up(KEY, ("store",), after_images=True)
    assert consequence(BOTH, after) == ("recreates store where there is a newer image; api uses it")
    assert destroys(BOTH, after)


def test_an_up_that_may_recreate_is_asked_about() -> None:
    """A running container whose file changed, or may have."""
    assert destroys(rag(one("store", label="old")), Up(KEY))
    assert destroys(rag(one("store", label="")), Up(KEY))
