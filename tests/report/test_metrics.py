"""`status --format prometheus`: the page is valid, and what is not known has no series."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from nebtui import rules
from nebtui.facts import changes
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.project import Problem
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Race, Start
from nebtui.hosts.recorded import RecordedHost
from nebtui.recording.tape import open_tape
from nebtui.report.exposition import MetricFamily, exposition
from nebtui.report.metrics import metrics
from nebtui.rules.rule import Finding
from nebtui.store import settle
from nebtui.text.mask import MASK, mask
from nebtui.text.terminal import plain
from tests.builders import at, box, container, project
from tests.swarms import ONE, TWO, service, swarm, task

RECORDING = Path(__file__).parents[1] / "recordings" / "recording-0.1.0.jsonl"
NOW = 2_000.0
Labels = tuple[tuple[str, str], ...]


def page(snapshot: Snapshot, found: Collection[Finding] = ()) -> dict[tuple[str, Labels], float]:
    """The series of a box, read back by Prometheus' own reader."""
    return read(exposition(metrics(snapshot, found, NOW)))


def read(lines: Iterable[str]) -> dict[tuple[str, Labels], float]:
    """(metric, labels) → value. Each metric stands once, with help and type before its values, and
    no series twice."""
    text = "".join(f"{line}\n" for line in lines)
    found: dict[tuple[str, Labels], float] = {}
    names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
    assert len(names) == len(set(names))
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type in ("gauge", "counter")
        assert family.samples
        for sample in family.samples:
            key = sample.name, tuple(sample.labels.items())
            assert key not in found
            assert sample.name in names
            found[key] = sample.value
    return found


def of(name: str, **more: str) -> Labels:
    """The labels of `PROJECT/SERVICE`."""
    owner, _, service = name.partition("/")
    return (("project", owner), ("service", service), *more.items())


def test_readiness() -> None:
    """1 and 0 where the engine tells, nothing where nothing does; every verdict has its series."""
    names = ("fine", "done", "sick", "dies", "plain", "off", "never")
    services = [Service(name, profiles=("x",) if name == "off" else ()) for name in names]
    shown = page(
        box(
            project("p", *services),
            project("q", Service("idle")),
            container("p/fine", health="healthy"),
            container("p/done", "exited", code=0),
            container("p/sick", health="unhealthy"),
            container("p/dies", "restarting", restarts=7),
            container("p/plain"),
        )
    )
    ready = {labels: v for (name, labels), v in shown.items() if name == "nebtui_service_ready"}
    assert ready == {
        of("p/fine"): 1,
        of("p/done"): 1,
        of("p/sick"): 0,
        of("p/dies"): 0,
        of("p/never"): 0,
    }
    verdicts = {labels for (_, labels), v in shown.items() if labels[2:3] and v == 1}
    assert of("p/plain", readiness="unknown") in verdicts
    assert of("q/idle", readiness="absent") in verdicts
    assert len(verdicts) == len(names) + 1
    assert shown["nebtui_service_restarts_total", of("p/dies")] == 7
    assert ("nebtui_service_restarts_total", of("p/plain")) not in shown


@pytest.mark.parametrize(
    ("snapshot", "up"),
    [
        (box(), 1),
        (box(engine=None), None),
        (box(changes.EngineLost("gone", 1.0)), 0),
        (Snapshot(engine_problem="no permission"), 0),
    ],
    ids=["answers", "not asked", "lost", "refused"],
)
def test_the_engine(snapshot: Snapshot, up: float | None) -> None:
    """Up, down, or nothing where none was asked."""
    assert page(snapshot).get(("nebtui_engine_up", ())) == up


def test_speed_and_fallback() -> None:
    """An idle server has no speed, and a service of which nothing is known no verdict."""
    servers = (
        ThroughputSample("p-busy-1", 1.0, 12.5, True),
        ThroughputSample("p-idle-1", 1.0, None, False, last_rate=9.0, last_at=0.0),
    )
    shown = page(
        box(
            project("p", Service("busy"), Service("idle"), Service("gpu", gpu=True)),
            *(container(f"p/{name}") for name in ("busy", "idle", "gpu")),
            changes.Sampled(1.0, throughput=servers),
        )
    )
    speeds = {k: v for k, v in shown.items() if k[0] == "nebtui_tokens_per_second"}
    assert speeds == {("nebtui_tokens_per_second", of("p/busy")): 12.5}
    assert not any(name == "nebtui_gpu_fallback" for name, _ in shown)


def test_findings_and_unreadable_projects() -> None:
    """Counted by rule and severity; a project that could not be read is one, not a clean one."""
    shown = box(
        project("p", Service("a"), Service("b")),
        project("bad", problem=Problem("/bad/compose.yaml", 3, "is not YAML"), view="none"),
    )
    p = at("p/a").project
    found = [Finding("r", "error", p, name, "", "m", (), "display") for name in ("a", "b")]
    found.append(replace(found[0], severity="warning", project=None))
    told = page(shown, found)
    counted = {labels: v for (name, labels), v in told.items() if name == "nebtui_findings"}
    assert counted == {
        (("project", "p"), ("rule", "r"), ("severity", "error")): 2,
        (("rule", "r"), ("severity", "warning")): 1,
    }
    readable = {labels: v for (name, labels), v in told.items() if name.endswith("readable")}
    assert readable == {(("project", "p"),): 1, (("project", "bad"),): 0}


def test_starts() -> None:
    """The last start, its races with the worst gap of each pair; nothing nobody saw."""
    race = Race(at("p/a"), at("p/b"), 1.5, 3)
    worse, unseen = replace(race, gap=2.25, refused=None), Race(at("p/a"), at("p/c"), None)
    start = Start(at("p/a").project, 1_000.0, None, (), (race, worse, unseen))
    shown = box(project("p", Service("a")))
    told = page(replace(shown, starts={start.project: (start,)}))
    pair = of("p/a", target="p/b")
    starts = {key: v for key, v in told.items() if key[0].startswith("nebtui_start_")}
    assert starts == {
        ("nebtui_start_timestamp_seconds", (("project", "p"),)): 1_000,
        ("nebtui_start_races", (("project", "p"),)): 3,
        ("nebtui_start_gap_seconds", pair): 2.25,
        ("nebtui_start_refused_connections", pair): 3,
    }


def test_clones_are_told_apart() -> None:
    """Two projects of one name have their files as a label more; a single one has not."""
    one, other = project("p", Service("a")), project("p", Service("a"))
    other = replace(other, key=ProjectKey("p", "/x", ("/x/compose.yaml",)))
    told = page(box(one, other, project("q", Service("a"))))
    readable = [labels for name, labels in told if name == "nebtui_project_readable"]
    assert readable == [
        (("project", "p"), ("files", "/p/compose.yaml")),
        (("project", "p"), ("files", "/x/compose.yaml")),
        (("project", "q"),),
    ]


def test_a_whole_box() -> None:
    """The recorded demo box: one fallback to the CPU, its speed, a race with its gap."""
    with closing(RecordedHost(open_tape(str(RECORDING)), follow=False)) as host:
        snapshot, now = settle(host), host.now()
    told = read(exposition(metrics(snapshot, rules.find(snapshot), now)))
    assert told["nebtui_gpu_fallback", of("infer/llama")] == 1
    assert told["nebtui_gpu_fallback", of("infer/ollama")] == 0
    assert told["nebtui_tokens_per_second", of("infer/llama")] == 1.8
    assert told["nebtui_start_gap_seconds", of("core/ingest", target="core/chroma")] == 6.2
    assert told["nebtui_start_duration_seconds", (("project", "core"),)] == 10
    wrong = (("project", "infer"), ("rule", "cpu-fallback"), ("severity", "error"))
    assert told["nebtui_findings", wrong] == 1


@given(st.lists(st.text(max_size=60), max_size=4))
@example(['token: "x"', "a\\", 'b"} 1', "# HELP x", "\n", "http://u:p@h"])
def test_any_name_is_a_label(names: list[str]) -> None:
    """Whatever a thing is called comes back as its label, without secrets and without what steers
    a terminal; equal ones are one series."""
    series = tuple(({"name": name}, 1.0) for name in names)
    lines = list(exposition([MetricFamily("m", "gauge", 'a\\b\n"c"', series)]))
    shown = [plain(mask(name)) for name in names]
    expected = {("m", (("name", name),) if name else ()): 1.0 for name in shown}
    assert read(lines) == expected
    assert all(line.isprintable() for line in lines)


def test_no_figure_is_no_series() -> None:
    """What is no number is left out, and a metric without series says nothing at all."""
    odd = MetricFamily("m", "gauge", "x", (({}, float("nan")), ({"a": "b"}, float("inf"))))
    assert list(exposition([odd, MetricFamily("n", "gauge", "x", ())])) == []
    assert MASK in "".join(
        exposition([MetricFamily("m", "gauge", "x", (({"a": "password=hunter2"}, 1),))])
    )


def test_replicas_of_swarm() -> None:
    """Wanted and running of each service of a stack, as a manager tells; none where one project was
    asked for."""
    web = service("shop_web", task(1), task(2, "pending", ""), replicas=3)
    seen = box(changes.SwarmSeen(swarm(web, nodes=(ONE, replace(TWO, availability="drain")))))
    labels = (("stack", "shop"), ("service", "web"))
    told = page(seen)
    assert told["nebtui_swarm_replicas_wanted", labels] == 3
    assert told["nebtui_swarm_replicas_running", labels] == 1
    nodes = {key[1]: value for key, value in told.items() if key[0] == "nebtui_swarm_node_ready"}
    assert nodes == {
        (("node", "n1"), ("availability", "active")): 1,
        (("node", "n2"), ("availability", "drain")): 0,
    }
    narrow = read(exposition(metrics(seen, (), NOW, whole=False)))
    assert not [name for name, _ in narrow if "swarm" in name]
