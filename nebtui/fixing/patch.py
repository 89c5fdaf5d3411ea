"""Plan: a finding's fix as texts before and after, on a draft that earlier patches may have changed already."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nebtui import rules
from nebtui.compose.edit import Edit, Set, SetVariable
from nebtui.compose.files import Unreadable
from nebtui.compose.secrets import is_env, mask, mask_env
from nebtui.compose.splicing import Refused, apply
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.rules.rule import Applicability, FileEdit, Finding, Fix, NoFix, Options, Recreate, Trial


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a patch; `before` None = nebtui creates it."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Patch:
    """What will be written and done: texts before/after, host steps, and the commands that make it effective."""

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
    def empty(self) -> bool:
        return not self.files and not self.networks


@dataclass(frozen=True, slots=True)
class Draft:
    """A snapshot and the texts that earlier patches of the same run would leave."""

    snapshot: Snapshot
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, host: Host, path: str) -> bytes | None:
        """A file as the draft has it; None where it does not exist. Refused where it cannot be read."""
        if path in self.texts:
            return self.texts[path]
        try:
            return host.read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            if isinstance(error, Unreadable) and error.message == "does not exist":
                return None
            raise Refused(str(error)) from None


def plan(draft: Draft, finding: Finding, options: Options, host: Host, *, override: bool = False) -> Patch:
    """The patch for a finding; raises NoFix or Refused with one sentence."""
    rule = rules.rule(finding.rule)
    if rule.fix is None:
        raise NoFix(f"{rule.name} is advice only: {finding.fix}")
    fix = rule.fix(draft.snapshot, finding, options)
    edits = tuple(_into_override(fix.edits, draft.snapshot)) if override else fix.edits
    return _patch(draft, host, (finding,), fix, edits)


def _patch(draft: Draft, host: Host, findings: tuple[Finding, ...], fix: Fix, edits: tuple[FileEdit, ...]) -> Patch:
    files: dict[str, FileChange] = {}
    for item in edits:
        before = files[item.file].before if item.file in files else draft.read(host, item.file)
        text = files[item.file].after if item.file in files else (before or b"")
        files[item.file] = FileChange(item.file, before, edited(item.file, text, item.edit))
    changed = tuple(f for f in files.values() if f.after != f.before)
    return Patch(
        fix.title, findings, fix.applicability, changed, fix.networks, fix.recreate, fix.notes, fix.trial, edits
    )


def edited(path: str, data: bytes, edit: Edit) -> bytes:
    """The bytes after an edit; Refused names the file."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8; convert it first") from None
    if not text and isinstance(edit, Set):
        text = "services: {}\n" if edit.path[0] != "services" else "services:\n"
    try:
        return apply(text, edit).encode()
    except Refused as error:
        raise Refused(f"{path}: {error}") from None


OVERRIDE_NAMES = {
    "docker-compose.yml": "docker-compose.override.yml",
    "docker-compose.yaml": "docker-compose.override.yaml",
}


def _into_override(edits: tuple[FileEdit, ...], snapshot: Snapshot) -> Iterator[FileEdit]:
    """The same edits in the override file beside each project's first file; env files stay what they are."""
    for item in edits:
        if isinstance(item.edit, SetVariable):
            yield item
            continue
        project = next((p for p in snapshot.projects.values() if item.file in p.files_read), None)
        if project is None or len(project.key.files) > 2:
            raise NoFix("the project is started with several -f files, so an override file would not be read")
        first = project.key.files[0]
        if len(project.key.files) == 2:
            yield replace(item, file=project.key.files[1])
            continue
        folder, _, name = first.rpartition("/")
        yield replace(item, file=f"{folder}/{OVERRIDE_NAMES.get(name, 'compose.override.yaml')}")


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
    """One command per project; forced if one of its fixes needs it; all services where one fix names none."""
    found: dict[ProjectKey, Recreate] = {}
    for item in many:
        known = found.get(item.project)
        if known is None:
            found[item.project] = item
            continue
        services = () if not known.services or not item.services else (*known.services, *item.services)
        found[item.project] = Recreate(item.project, tuple(dict.fromkeys(services)), known.force or item.force)
    return tuple(found.values())


def diff(patch: Patch, shorten: Callable[[str], str] = str) -> list[str]:
    """The unified diff of a patch, one line an item without line ends, secrets masked."""
    lines: list[str] = []
    for change in patch.files:
        before, after = ((data or b"").decode(errors="replace").splitlines() for data in (change.before, change.after))
        name = shorten(change.path).lstrip("/")
        old = "/dev/null" if change.before is None else f"a/{name}"
        body = difflib.unified_diff(before, after, old, f"b/{name}", lineterm="", n=3)
        lines += [_masked(line, change.path) for line in body]
    return lines


def _masked(line: str, path: str) -> str:
    if line.startswith(("---", "+++", "@@")):
        return line
    hidden = mask_env if is_env(path) and not line.startswith("+") else mask
    return line[:1] + hidden(line[1:])
