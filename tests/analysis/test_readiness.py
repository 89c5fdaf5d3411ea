"""The verdict on a service in one word, and why: every word, from what the engine and the kernel
say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.readiness import gate_open, health_test, readiness
from nebtui.analysis.verdict import WORDS, Readiness
from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.event import ContainerEvent
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.limits import Limits
from nebtui.facts.observed import Container, HealthProbe, Image, Inspection
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import clock_time
from tests.builders import at, box, container, project, waits

PROJECT = project(
    "a",
    Service("db"),
    Service("job"),
    Service(
        "app",
        depends_on={
            **waits("db", condition="service_healthy"),
            **waits("job", condition="service_started"),
        },
    ),
    Service("tool", profiles=("debug",)),
)


def verdict(name: str, *facts: Container | changes.Change) -> Readiness:
    """The readiness of a service of the sample project with these facts."""
    return readiness(box(PROJECT, *facts), at(name))


def test_a_profile_that_is_asked_for_is_not_off() -> None:
    """By COMPOSE_PROFILES in the project's env files; where nothing is set, "" is asked for."""
    tool, plain = Service("tool", profiles=("debug",)), Service("plain", profiles=("", "cpu"))
    labels = {
        asked: [
            readiness(box(project("a", tool, plain, env=env)), at(name)).label
            for name in ("a/tool", "a/plain")
        ]
        for asked, env in (
            ("unset", {}),
            ("debug", {"COMPOSE_PROFILES": "x,debug"}),
            ("all", {"COMPOSE_PROFILES": "*"}),
        )
    }
    assert labels == {
        "unset": ["profile off", "not created"],
        "debug": ["not created", "profile off"],
        "all": ["not created", "not created"],
    }


def probed(*outputs: str, streak: int = 0) -> Inspection:
    """An inspection with a log of failed probes."""
    return Inspection(
        probes=tuple(HealthProbe(0, 1, 1, out) for out in outputs), failing_streak=streak
    )


def killed(limit: int, restarts: int = 0) -> Inspection:
    """An inspection of a container that the kernel killed for memory."""
    return Inspection(
        exit_code=137, oom_killed=True, limits=Limits(limit or None), restart_count=restarts
    )


def listens(*ports: int) -> changes.ProcessesSeen:
    """The main process of a/db listens on these ports."""
    return changes.ProcessesSeen((Process("a-db-1", 7, 0, 0, listening=ports),))


DB = container("a/db")
CASES: tuple[tuple[str, tuple[Container | changes.Change, ...], str, str], ...] = (
    ("a/db", (), "absent", "no container"),
    ("a/tool", (), "absent", "profile debug"),
    ("a/db", (replace(DB, health="healthy"),), "ready", "healthy"),
    ("a/db", (replace(DB, health="starting"),), "starting", "healthcheck has not passed yet"),
    (
        "a/db",
        (replace(DB, health="starting", inspection=probed(streak=3)),),
        "starting",
        "probe 3 of 3 failed",
    ),
    ("a/db", (replace(DB, health="unhealthy"),), "degraded", "unhealthy"),
    (
        "a/db",
        (replace(DB, health="unhealthy", inspection=probed("x", "one\nlast\n")),),
        "degraded",
        "unhealthy: last",
    ),
    ("a/db", (replace(DB, state="paused"),), "degraded", "paused"),
    ("a/db", (DB,), "unknown", "running, no healthcheck"),
    ("a/db", (DB, listens(8000, 80)), "listening", "listens on 8000, 80, no healthcheck"),
    ("a/db", (DB, listens()), "unknown", "listens on nothing"),
    (
        "a/db",
        (container("a/db", "restarting", restarts=4, code=1),),
        "failed",
        "restarting ×4, exit 1",
    ),
    ("a/db", (container("a/db", "restarting"),), "failed", "restarting"),
    ("a/db", (container("a/db", "exited", code=0),), "completed", "exit 0"),
    ("a/db", (container("a/db", "exited", code=1),), "failed", "exit 1"),
    ("a/db", (container("a/db", "exited", code=137),), "absent", "stopped (exit 137)"),
    ("a/db", (container("a/db", "exited", code=143),), "absent", "stopped (exit 143)"),
    (
        "a/db",
        (replace(DB, state="exited", inspection=killed(512 << 20)),),
        "failed",
        "out of memory (limit 512 MiB)",
    ),
    (
        "a/db",
        (replace(DB, state="exited", inspection=killed(0)),),
        "failed",
        "out of memory (no limit of its own)",
    ),
    (
        "a/db",
        (replace(DB, state="restarting", inspection=killed(8 << 20, restarts=3)),),
        "failed",
        "restarting ×3, out of memory (limit 8.0 MiB)",
    ),
    ("a/db", (container("a/db", "exited", status="Exited (3) 2 minutes ago"),), "failed", "exit 3"),
    ("a/db", (container("a/db", "exited", status="Exited"),), "absent", "exited"),
    ("a/db", (container("a/db", "created"),), "absent", "created"),
    (
        "a/db",
        (container("a/db", "created", error="port is already allocated"),),
        "failed",
        "port is already allocated",
    ),
    ("a/db", (container("a/db", "dead"),), "absent", "dead"),
    ("a/db", (container("a/db", "removing"),), "absent", "removing"),
    (
        "a/app",
        (container("a/app", "created"), DB),
        "waiting",
        "waits on db (healthy), job (started, has no container)",
    ),
    (
        "a/app",
        (
            container("a/app", "created"),
            replace(DB, health="starting", inspection=probed(streak=2)),
        ),
        "waiting",
        "waits on db (healthy, probe 2 of 3 failed)",
    ),
    (
        "a/db",
        (
            replace(DB, health="unhealthy"),
            changes.EventSeen(ContainerEvent(0.0, DB.id, "health_status: unhealthy")),
        ),
        "degraded",
        f"unhealthy since {clock_time(0.0)}",
    ),
    ("a/app", (DB,), "absent", "no container"),
    ("a/app", (), "absent", "no container"),
)


@pytest.mark.parametrize(
    ("name", "facts", "word", "why"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_word(
    name: str, facts: tuple[Container | changes.Change, ...], word: str, why: str
) -> None:
    """Each state of a container gives its word and says why."""
    found = verdict(name, *facts)
    assert (found.word, why in found.why) == (word, True), found


def test_all_words_are_tried_and_have_a_look() -> None:
    """Every word has a glyph of its own, a tone and a rank, and a case above."""
    assert {word for _, _, word, _ in CASES} == set(WORDS)
    assert len({look.glyph for look in WORDS.values()}) == len(WORDS)


@pytest.mark.parametrize(
    ("restart", "word"),
    [("unless-stopped", "absent"), ("always", "absent"), ("on-failure", "completed")],
)
def test_what_would_run_again_was_stopped(restart: str, word: str) -> None:
    """A worker without ports that ends with 0 when it is told to is no job that is done."""
    made = project("a", Service("worker", restart=restart))
    found = readiness(box(made, container("a/worker", "exited", code=0)), at("a/worker"))
    assert found.word == word


def test_waiting_names_only_what_is_not_there_yet() -> None:
    """As gates open, the rest is named; a dependency that is not required is never waited for."""
    created = container("a/app", "created")
    half = verdict("a/app", created, container("a/job", "exited", code=0))
    assert (half.word, half.waiting_on) == ("waiting", ("db",))
    done = verdict(
        "a/app", created, container("a/job", "exited", code=0), replace(DB, health="healthy")
    )
    assert (done.word, done.waiting_on) == ("absent", ())
    optional = {"db": replace(waits("db", condition="service_healthy")["db"], required=False)}
    snapshot = box(project("a", Service("db"), Service("app", depends_on=optional)), created)
    assert readiness(snapshot, at("a/app")).word == "absent"


def test_no_engine_is_unknown() -> None:
    """Without an engine nothing is said about containers."""
    assert readiness(box(PROJECT, engine=None), at("a/db")) == Readiness(
        "unknown", "no engine", label="unknown"
    )


def test_the_worst_replica_speaks() -> None:
    """One failed replica of three makes the service failed."""
    many = [
        replace(DB, health="healthy"),
        container("a/db", "exited", number=2, code=1),
        replace(container("a/db", number=3), health="starting"),
    ]
    assert verdict("a/db", *many).word == "failed"
    assert verdict("a/db", many[0], many[2]).word == "starting"


def test_one_off_runs_are_no_service() -> None:
    """A container of `compose run` says nothing about its service."""
    assert verdict("a/db", container("a/db", "exited", code=1, one_off=True)).why == "no container"


@pytest.mark.parametrize(
    ("condition", "opens", "keeps"),
    [
        ("service_started", container("a/db"), container("a/db", "created")),
        ("service_started", container("a/db", "exited", code=1), container("a/db", "dead")),
        ("service_healthy", replace(DB, health="healthy"), replace(DB, health="starting")),
        (
            "service_healthy",
            replace(DB, health="healthy"),
            replace(DB, state="exited", health="healthy"),
        ),
        (
            "service_completed_successfully",
            container("a/db", "exited", code=0),
            container("a/db", "exited", code=1),
        ),
        ("service_completed_successfully", container("a/db", "exited", code=0), DB),
    ],
)
def test_gates(condition: str, opens: Container, keeps: Container) -> None:
    """A gate opens for its condition only, and for nothing while there is no container."""
    assert gate_open(box(PROJECT, opens), at("a/db"), condition)
    assert not gate_open(box(PROJECT, keeps), at("a/db"), condition)
    assert not gate_open(box(PROJECT), at("a/db"), condition)


def with_test(declared: Healthcheck | None, baked: Healthcheck | None) -> tuple[Snapshot, Service]:
    """A service and its image with these healthchecks."""
    service = Service("db", image="db", healthcheck=declared)
    return box(
        project("a", service),
        changes.ImageSeen(Image("sha256:1", ("db:latest",), healthcheck=baked)),
    ), service


def test_which_health_test_runs() -> None:
    """The declared one, else the image's (also by its implied tag); `disable` and NONE switch both
    off."""
    own, baked, off = (
        Healthcheck(("CMD", "own")),
        Healthcheck(("CMD", "baked")),
        Healthcheck(("NONE",)),
    )
    expected = [
        (own, baked, own),
        (None, baked, baked),
        (None, None, None),
        (off, baked, None),
        (None, off, None),
    ]
    for declared, image, wanted in expected:
        snapshot, service = with_test(declared, image)
        assert health_test(snapshot, at("a/db"), service) == wanted
    times_only = Healthcheck(interval=5)
    snapshot, service = with_test(times_only, baked)
    assert health_test(snapshot, at("a/db"), service) == baked
