"""The box in one line: engine, ready n of m, findings, projects. Words and tones only: the summary
and the first frame show the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nebtui.analysis.services import whole_tally
from nebtui.analysis.stacks import deployed_from, stacks
from nebtui.analysis.verdict import WORDS
from nebtui.facts.snapshot import Snapshot

if TYPE_CHECKING:  # the rules behind it are loaded when they are asked, after the first paint
    from nebtui.rules.rule import Finding

Words = tuple[str, str]
"""A text and its tone."""


def header(
    snapshot: Snapshot,
    findings: tuple[Finding, ...],
    banner: str,
    *,
    locked: bool,
    recording: str = "",
) -> tuple[Words, ...]:
    """The box in one line; what a narrow terminal may cut off comes last."""
    parts: list[Words] = [(" nebtui ", "key"), (" ", "")]
    if banner:
        parts += [(f" {banner} ", "key"), (" ", "")]
    if recording:
        parts += [(f"recording {recording}", "warn"), ("  ", "")]
    if locked:
        parts += [("read-only", "warn"), ("  ", "")]
    if snapshot.engine is None and not snapshot.settled and not snapshot.engine_problem:
        parts += [("asking the engine…", "dim"), ("  ", "")]
    counted = whole_tally(snapshot)
    number = sum(len(project.services) for project in snapshot.projects.values())
    every = f"{number} service{'' if number == 1 else 's'}"
    if number or not stacks(snapshot):
        parts += [(counted.text or every, counted.tone if counted.meant else "dim")]
    parts += [(f"  {text}", tone) for text, tone in counted.parts]
    parts += [*_swarm(snapshot), *finding_words(findings)]
    number = len(snapshot.projects)
    parts += [(f"  {number} project{'' if number == 1 else 's'}  ", "dim")]
    return (*parts, *_engine(snapshot))


def _swarm(snapshot: Snapshot) -> Iterator[Words]:
    """The stacks whose files are not known here, which no project counts, and lost nodes."""
    own = [one for one in stacks(snapshot) if not [*deployed_from(snapshot, one)]]
    if own:
        words = Counter(service.verdict.word for one in own for service in one.services)
        up = sum(one.up for one in own)
        yield f"  Swarm {up}/{words.total()} up", "warn" if up < words.total() else "ok"
        for word in ("failed", "degraded"):
            if words[word]:
                yield f"  {words[word]} {word}", WORDS[word].tone
    for node in snapshot.swarm.nodes if snapshot.swarm else ():
        if node.state != "ready":
            yield f"  node {node.name or node.id[:12]} is {node.state}", "bad"


def finding_words(findings: tuple[Finding, ...]) -> list[Words]:
    """How many errors and warnings there are."""
    counts = Counter(finding.severity for finding in findings)
    errors, warnings = counts["error"], counts["warning"]
    result: list[Words] = []
    if errors:
        result.append((f"  ✗ {errors} error{'s' if errors > 1 else ''}", "bad"))
    if warnings:
        result.append((f"  ▲ {warnings} warning{'s' if warnings > 1 else ''}", "warn"))
    return result


def _engine(snapshot: Snapshot) -> tuple[Words, ...]:
    if snapshot.engine_problem:
        return ()
    if snapshot.engine is None:
        return (("files only", "dim"),) if snapshot.settled else ()
    return (snapshot.engine.name, "title"), (f" engine {snapshot.engine.version}", "dim")
