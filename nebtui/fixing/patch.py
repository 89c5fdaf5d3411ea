"""Plan: a finding's fix as texts before and after, on a draft that earlier patches may have changed
already."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import field, replace

from nebtui import rules
from nebtui.analysis.stack_file import is_stack
from nebtui.compose.discovery.overrides import with_override
from nebtui.compose.editor.apply import EditRefusedError, apply
from nebtui.compose.editor.verbs import Edit
from nebtui.disk.read import ABSENT, UnreadableError, read_bytes
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.override import into_override
from nebtui.fixing.proposal import mended
from nebtui.light_dataclass import dataclass
from nebtui.rules.guarded import remedy
from nebtui.rules.rule import (
    Applicability,
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Trial,
)


@dataclass(frozen=True, slots=True)
class Patch:
    """What will be written and done: texts before/after, host steps, and the commands that make it
    effective."""

    title: str
    findings: tuple[Finding, ...]
    applicability: Applicability
    files: tuple[FileChange, ...] = ()
    networks: tuple[str, ...] = ()
    recreate: tuple[Recreate, ...] = ()
    notes: tuple[str, ...] = ()
    trial: Trial | None = None
    edits: tuple[FileEdit, ...] = ()

    @property
    def mended(self) -> tuple[str, ...]:
        """The findings in words: `RULE PROJECT/SERVICE`."""
        return mended(self.findings)

    @property
    def empty(self) -> bool:
        return not self.files and not self.networks


@dataclass(frozen=True, slots=True)
class Draft:
    """A snapshot and the texts that earlier patches of the same run would leave."""

    snapshot: Snapshot
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """A file as the draft has it; None where it does not exist. EditRefusedError where it
        cannot be read."""
        if path in self.texts:
            return self.texts[path]
        try:
            return read_bytes(path)
        except UnreadableError as error:
            if error.message == ABSENT:
                return None
            raise EditRefusedError(str(error)) from None


def plan(draft: Draft, finding: Finding, options: Options, *, override: bool = False) -> Patch:
    """The patch for a finding; raises NoFixError or EditRefusedError with one sentence."""
    rule = rules.rule(finding.rule)
    shared = [key for key in finding.also if key.project == finding.project]
    if shared and rule.fix is not None and not _of_dockerfile(draft.snapshot, finding):
        raise NoFixError(
            f"{finding.origin} is shared with {_listed(shared)} (an anchor or a merged "
            "map): edit it "
            "there, once for all"
        )
    if finding.place == "host" and finding.applicability == "display" and finding.fix:
        raise NoFixError(finding.fix)
    fix = remedy(rule, draft.snapshot, finding, options)
    if not override:
        return _patch(draft, (finding,), fix, fix.edits)
    edits = into_override(fix, finding, draft.snapshot, lambda path: draft.read(path))
    read_too = replace(fix, recreate=tuple(_with_override(item, edits) for item in fix.recreate))
    return _patch(draft, (finding,), read_too, edits)


def _of_dockerfile(snapshot: Snapshot, finding: Finding) -> bool:
    """It stands in a Dockerfile: one edit mends it for all that build from it."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    return bool(project and finding.origin and finding.origin.file in project.dockerfiles)


def from_fix(draft: Draft, fix: Fix) -> Patch:
    """The patch of a remedy that no finding asked for."""
    return _patch(draft, (), fix, fix.edits)


def _listed(keys: list[ServiceKey]) -> str:
    names = ", ".join(key.service for key in keys[:3])
    return names if len(keys) <= 3 else f"{names} and {len(keys) - 3} more"


def _with_override(item: Recreate, edits: tuple[FileEdit, ...]) -> Recreate:
    """The command must name a new override file too: with `-f` Compose reads no other file by
    itself."""
    edited_files = {edit.file for edit in edits}
    files = with_override(item.project.files, edited_files.__contains__)
    return replace(item, project=replace(item.project, files=files))


def _by_swarm(snapshot: Snapshot, item: Recreate) -> Recreate:
    """What Swarm runs is deployed: Compose would start all of it a second time."""
    known = next((key for key in snapshot.projects if key.name == item.project.name
                  and key.working_dir == item.project.working_dir), item.project)  # fmt: skip
    return replace(item, stack=is_stack(snapshot, known))


def _patch(
    draft: Draft, findings: tuple[Finding, ...], fix: Fix, edits: tuple[FileEdit, ...]
) -> Patch:
    files: dict[str, FileChange] = {}
    for path in dict.fromkeys(item.file for item in edits):
        before = draft.read(path)
        after = edited(path, before or b"", *(item.edit for item in edits if item.file == path))
        files[path] = FileChange(path, before, after, os.path.realpath(path))
    changed = tuple(f for f in files.values() if f.after != (f.before or b""))
    return Patch(
        fix.title,
        findings,
        fix.applicability,
        changed,
        fix.networks,
        tuple(_by_swarm(draft.snapshot, item) for item in fix.recreate),
        fix.notes,
        fix.trial,
        edits,
    )


def edited(path: str, data: bytes, *edits: Edit) -> bytes:
    """The bytes after the edits of a file; EditRefusedError names it."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise EditRefusedError(f"{path} is not UTF-8; convert it first") from None
    try:
        return apply(text, *edits).encode()
    except EditRefusedError as error:
        raise EditRefusedError(f"{path}: {error}") from None


def merged(patches: tuple[Patch, ...]) -> Patch:
    """Several patches, each planned on the text the previous one left, as one unit."""
    files: dict[str, FileChange] = {}
    for patch in patches:
        for change in patch.files:
            first = files.get(change.path)
            files[change.path] = replace(change, before=first.before) if first else change
    order: tuple[Applicability, ...] = ("display", "unsafe", "safe")
    return Patch(
        title=patches[0].title if len(patches) == 1 else f"{len(patches)} fixes",
        findings=tuple(f for p in patches for f in p.findings),
        applicability=min((p.applicability for p in patches), key=order.index),
        files=tuple(files.values()),
        networks=tuple(dict.fromkeys(n for p in patches for n in p.networks)),
        recreate=_together(tuple(r for p in patches for r in p.recreate)),
        notes=tuple(n for p in patches for n in p.notes),
        trial=patches[0].trial if len(patches) == 1 else None,
        edits=tuple(e for p in patches for e in p.edits),
    )


def _together(many: tuple[Recreate, ...]) -> tuple[Recreate, ...]:
    """One command per project; forced if one of its fixes needs it; all services where one fix
    names none."""
    result: dict[ProjectKey, Recreate] = {}
    for item in many:
        known = result.get(item.project)
        if known is None:
            result[item.project] = item
            continue
        services = (
            () if not known.services or not item.services else (*known.services, *item.services)
        )
        result[item.project] = Recreate(
            item.project, tuple(dict.fromkeys(services)), known.force or item.force, known.stack
        )
    return tuple(result.values())
