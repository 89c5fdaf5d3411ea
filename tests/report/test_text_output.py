"""Text for people: every line is printable whatever a file, a container or an engine calls
itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from nebtui import rules
from nebtui.facts import changes
from nebtui.facts.declared import Origin, Service
from nebtui.facts.limits import Limits
from nebtui.facts.observed import Inspection
from nebtui.facts.project import Problem
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.report import graph_text, text_output
from nebtui.rules.rule import Finding
from tests.builders import ENGINE, box, container, project

HOSTILE = "\x1b[31mred\x1b]0;title\x07\r\nnew\u202eline\x9b2J\u200b"
"""Colours, a terminal title, a new line, a direction override, an eight-bit escape and a zero-width
space."""


def hostile_box() -> Snapshot:
    """A box in which everything that can be named is named by an enemy."""
    service = Service(HOSTILE, environment={"URL": "redis://store:6379/" + HOSTILE})
    broken = project("bad", problem=Problem(f"/{HOSTILE}", 3, HOSTILE))
    return box(
        changes.EngineSeen(replace(ENGINE, version=HOSTILE, endpoint=HOSTILE)),
        changes.EngineLost(HOSTILE),
        project(HOSTILE, service),
        project("core", Service("store", image="redis:7")),
        broken,
        container(f"{HOSTILE}/{HOSTILE}", "created", error=HOSTILE),
    )


def clean(lines: Iterable[str]) -> list[str]:
    """The lines, each checked to hold nothing a terminal would act upon."""
    told = list(lines)
    for line in told:
        assert line == "" or line.isprintable(), repr(line)
        assert not re.search(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", line), repr(line)
    return told


def test_findings_of_hostile_names() -> None:
    """Findings with hostile names, places and evidence are plain lines, and still say what was
    found."""
    bad = Finding(
        "r", "error", None, None, "", HOSTILE, (HOSTILE,), "safe", Origin(f"/{HOSTILE}", 3), HOSTILE
    )
    told = clean(text_output.findings([bad, *rules.find(hostile_box())]))
    assert any("isolated-networks" in line and "red" in line for line in told)
    assert len([line for line in told if line.startswith("    fix")]) >= 2


def test_status_and_graph_of_hostile_names() -> None:
    """The status and the drawing of a hostile box are plain lines with the words in them."""
    told = clean(text_output.status(hostile_box()))
    assert any("red" in line and "failed" in line for line in told)
    drawn = clean(graph_text.graph(hostile_box(), (), 80, ascii_only=False))
    assert any("store" in line for line in drawn)
    assert all(line.isascii() for line in graph_text.graph(hostile_box(), (), 80, ascii_only=True))


def test_a_finding_as_text() -> None:
    """Place, letter, rule, who and what on the first line; evidence and fix below, indented."""
    found = Finding(
        "r", "warning", None, None, "", "is odd", ("seen",), "unsafe", Origin("/c.yaml", 3), "run"
    )
    assert list(text_output.findings([found])) == [
        "/c.yaml:3: W r: is odd",
        "    seen",
        "    fix (unsafe): run",
    ]


def test_counts() -> None:
    """Counts by severity, worst first, in the singular where there is one."""
    one = Finding("r", "error", None, None, "", "", (), "safe")
    assert text_output.counts([]) == "no findings"
    assert text_output.counts([one]) == "1 error"
    warnings = [replace(one, severity="warning")] * 2
    assert (
        text_output.counts([*warnings, replace(one, severity="advice"), one])
        == "1 error, 2 warnings, 1 advice"
    )


def test_status_lines() -> None:
    """Engine, projects with their files and source, services with verdict, reason and tokens a
    second."""
    sampled = changes.Sampled(1.0, throughput=(ThroughputSample("a-llm-1", 1.0, 42.0),))
    llm = container("a/llm", health="healthy")
    told = list(
        text_output.status(
            box(project("a", Service("llm"), sources=frozenset({"search"})), llm, sampled)
        )
    )
    assert told == [
        "engine 26.1 (API 1.45) at unix:///x",
        "a  /a/compose.yaml  (from folder scan; read by nebtui)",
        "  ● llm  ready        healthy  cpu – %  mem –  up –  42.0 tok/s",
    ]
    assert list(text_output.status(box(engine=None))) == ["no Compose projects found"]


def test_status_says_what_is_slow_and_what_was_killed() -> None:
    """A finding about speed stands beside its service, with the seconds a single look rests on; a
    service killed for memory is counted at the top and told in its row."""
    slow = ThroughputSample(
        "a-llm-1", 1.0, 3.3, True, stream=3.3, usual=55.8, verdict="slow", over=4.0
    )
    snapshot = box(
        project("a", Service("llm"), Service("big"), sources=frozenset({"search"})),
        container("a/llm", health="healthy"),
        container(
            "a/big",
            "exited",
            inspection=Inspection(exit_code=137, oom_killed=True, limits=Limits(20 << 20)),
        ),
        changes.Sampled(1.0, throughput=(slow,)),
    )
    told = clean(text_output.status(snapshot, rules.find(snapshot)))
    assert told[1] == "1 out of memory: a/big"
    assert told[3] == (
        "  ● llm  ready        healthy  cpu – %  mem –  up –  3.3 tok/s  over 4.0 s  "
        "serves 17× slower than usual: "
        "3.3 tok/s, usually 55.8; no GPU is declared for it"
    )
    assert told[4] == "  ✗ big  out of memory  out of memory (limit 20 MiB)"
    assert "slow: 3.3 tok/s" in list(text_output.status(snapshot))[3]
