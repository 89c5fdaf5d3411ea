"""Findings and status as lines of text; everything a file or container says is stripped of control
characters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import (
    files_elsewhere,
    out_of_memory,
    outside_word,
    outside_words,
    projects,
    service_keys,
)
from nebtui.analysis.sources import found_by, read_by
from nebtui.analysis.throughput.summary import once_words, samples_of, words
from nebtui.analysis.usage import usage
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.report.stacks_output import swarm_lines
from nebtui.rules.rule import SEVERITIES, Finding
from nebtui.rules.table import SPEED
from nebtui.text.paths import short, shortened
from nebtui.text.terminal import cell_width, plain, shorten, shown_width

LONGEST_NAME = 40
"""Cells of a name in a table: a name of 100 kB does not push every other line away."""
LONGEST_LIST = 200
PLACES = {"file": "in the file", "host": "of what runs", "both": "in the file and of what runs"}
LETTERS = {"error": "E", "warning": "W", "advice": "A"}


def findings(found: Iterable[Finding]) -> Iterator[str]:
    """One block a finding: place, letter, rule, message; then evidence and fix."""
    block: tuple[str, ServiceKey | None] | None = None
    for finding in found:
        where = f"{short(finding.origin.file)}:{finding.origin.line}: " if finding.origin else ""
        who = str(finding.at or finding.project or "")
        # Several broken names of one service are one block.
        goes_on = block == (finding.rule, finding.at) and finding.at is not None
        head = f"{LETTERS[finding.severity]} {finding.rule}:", "  and" if goes_on else who
        block = finding.rule, finding.at
        yield plain(where + " ".join(filter(None, (*head, finding.message))))
        if finding.also:
            yield plain(f"    also {', '.join(map(str, finding.also))}")
        if finding.place != "file":
            yield f"    true {PLACES[finding.place]}"
        yield from (plain(f"    {shortened(line)}") for line in finding.evidence)
        if finding.fix:
            yield plain(f"    fix ({finding.applicability}): {finding.fix}")


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def counts(found: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    words = [f.severity for f in found]
    text = [
        f"{n} advice" if s == "advice" else plural(n, s)
        for s in SEVERITIES
        if (n := words.count(s))
    ]
    return ", ".join(text) or "no findings"


def status(
    snapshot: Snapshot,
    found: Iterable[Finding] = (),
    outside: tuple[Container, ...] = (),
    now: float | None = None,
    *,
    whole: bool = True,
) -> Iterator[str]:
    """The box once: engine, what was killed for memory, projects with their sources, services with
    verdict and reason, then (`whole`) the stacks of Swarm and the containers of no project.
    `found`: of these findings those about speed stand beside their service; `now` in Unix seconds,
    for the uptimes."""
    spoken = {f.at: f.message for f in found if f.rule in SPEED}
    engine = snapshot.engine
    if engine is not None:
        yield plain(f"engine {engine.version} (API {engine.api_version}) at {engine.endpoint}")
        if engine.elsewhere:
            yield plain(engine.missing[0])
    if snapshot.engine_problem:
        yield plain(f"no engine: {snapshot.engine_problem}")
    if killed := out_of_memory(snapshot):
        named = ", ".join(str(key) for key in killed)
        yield plain(f"{len(killed)} out of memory: {shorten(plain(named), LONGEST_LIST)}")
    if not snapshot.projects and not snapshot.engine_problem:
        yield "no Compose projects found"  # where nobody answers, nobody looked for them
    for key in projects(snapshot):
        project = snapshot.projects[key]
        files = ", ".join(short(f) for f in key.files) or "no file known"
        far = files_elsewhere(snapshot, key)
        read = f"files are on {engine.name}" if engine and far else read_by(project)
        yield plain(f"{project.name}  {files}  (from {found_by(project)}; {read})")
        if not far and (problem := project.problem or project.warning):
            place = f":{problem.line}" if problem.line else ""
            yield plain(f"  ✗ {short(problem.file)}{place}: {problem.message}")
        yield from _services(snapshot, service_keys(snapshot, key), spoken, now)
    if whole:
        yield from swarm_lines(snapshot)
    yield from _outside(outside)


def _outside(containers: tuple[Container, ...]) -> Iterator[str]:
    if containers:
        yield "outside Compose"
    for container in containers:
        word = outside_word(container)
        name = shorten(plain(container.name), LONGEST_NAME)
        yield plain(f"  {WORDS[word].glyph} {name}  {word:<9}  {outside_words(container)}")


def overlays(projects: Iterable[Project]) -> Iterator[str]:
    """One line for each file that is meant to be read with another one."""
    for project in projects:
        if project.overlay:
            names = ", ".join(project.overlay[:3]) + (" …" if len(project.overlay) > 3 else "")
            file = short(project.key.files[-1]) if project.key.files else project.name
            yield plain(
                f"{file}: an overlay ({names}: neither image nor build); name it together with the "
                "file it extends to have it judged whole"
            )


def checked(projects: Collection[Project], found: Iterable[Finding]) -> str:
    """The last line of `check`: `3 projects: 1 error`; what could not be read was not checked."""
    unread = sum(project.view == "none" for project in projects)
    number = len(projects) - unread
    if not unread:
        return f"{plural(number, 'project')}: {counts(found)}"
    read = f", {number} checked: {counts(found)}" if number else ", none checked"
    return f"{plural(unread, 'project')} unreadable{read}"


def hardly_checked(outside: tuple[Container, ...]) -> Iterator[str]:
    """The line of `check` about containers of no project, of which one rule reads the
    inspection; none where there are none."""
    if outside:
        names = ", ".join(shorten(container.name, LONGEST_NAME) for container in outside[:5])
        more = f" and {len(outside) - 5} more" if len(outside) > 5 else ""
        yield plain(f"outside Compose, checked for host.docker.internal alone: {names}{more}")


def _services(
    snapshot: Snapshot,
    keys: tuple[ServiceKey, ...],
    spoken: Mapping[ServiceKey | None, str],
    now: float | None,
) -> Iterator[str]:
    width = min(max((shown_width(key.service) for key in keys), default=0), LONGEST_NAME)
    for key in keys:
        verdict = readiness(snapshot, key)
        samples = samples_of(snapshot, key)
        speed = words(samples)
        name = shorten(plain(key.service), LONGEST_NAME)
        line = (
            f"  {WORDS[verdict.word].glyph} {name}{' ' * (width - cell_width(name))}  "
            f"{verdict.state:<11}  {verdict.why}"
        )
        # What a finding says of its speed says more than the row's own note.
        note = spoken.get(key, speed.note)
        used = usage(snapshot, key, now).words
        parts = (line.rstrip(), used, speed.rate, once_words(samples), note)
        yield plain("  ".join(part for part in parts if part)).rstrip()
