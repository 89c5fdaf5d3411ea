"""What the rules about Dockerfiles share: a finding at a line of it, and the fix of an
instruction."""

from __future__ import annotations

from nebtui.analysis.dockerfiles import BuiltFrom, builds, origin
from nebtui.compose.editor.verbs import SetInstruction
from nebtui.facts.dockerfile import Instruction
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Applicability, FileEdit, Finding, Fix, NoFixError


def finding(
    rule: str,
    built: BuiltFrom,
    line: Instruction,
    message: str,
    evidence: tuple[str, ...],
    applicability: Applicability,
    remedy: str,
) -> Finding:
    """Advice about one instruction."""
    at = origin(built.dockerfile, line)
    return Finding(
        rule=rule,
        severity="advice",
        project=built.key.project,
        service=built.key.service,
        subject=one_line(line),
        message=message,
        evidence=(f"{one_line(line)} ({at})", *evidence),
        applicability=applicability,
        origin=at,
        fix=remedy,
    )


def one_line(line: Instruction) -> str:
    """An instruction as people quote it."""
    text = " ".join(f"{line.keyword} {line.rest}".split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


_WIDTH = 80


def of_finding(snapshot: Snapshot, finding: Finding) -> tuple[BuiltFrom, Instruction]:
    """The Dockerfile and the instruction that a finding is about; NoFixError where it changed."""
    for built in builds(snapshot):
        if built.key == finding.at:
            for line in built.dockerfile.body:
                if one_line(line) == finding.subject:
                    return built, line
    raise NoFixError("the Dockerfile is another one by now")


def instruction_fix(
    built: BuiltFrom, line: Instruction, new: str, title: str, applicability: Applicability
) -> Fix:
    """One instruction in place of another; what runs changes with the next build."""
    return Fix(
        title=title,
        applicability=applicability,
        edits=(FileEdit(built.dockerfile.path, SetInstruction(line.text, new)),),
        notes=(f"takes effect with the next `docker compose build {built.key.service}`",),
    )
