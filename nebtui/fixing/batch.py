"""Fix many findings in sequence, each planned on the text that the previous one left, as one
patch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nebtui import rules
from nebtui.compose.editor.apply import EditRefusedError
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.patch import Draft, Patch, merged, plan
from nebtui.fixing.proof import Check, Proof, apply_on_paper, prove, tried
from nebtui.host import Host
from nebtui.rules.rule import Finding, NoFixError, Options


@dataclass(frozen=True, slots=True)
class Skipped:
    """A finding that stays, and why."""

    finding: Finding
    reason: str
    unsafe: bool = False
    """It could be fixed, by somebody who accepts that running behaviour may change."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One patch for all findings that can be fixed (None if none), what was proved of each, and
    what is left."""

    patch: Patch | None
    proofs: tuple[tuple[Patch, Proof], ...]
    left: tuple[Skipped, ...]


def plan_all(
    snapshot: Snapshot,
    findings: Iterable[Finding],
    options: Options,
    host: Host,
    *,
    unsafe: bool = False,
    override: bool = False,
    trials: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Planned:
    """Plan, try and prove each finding in turn. `trials`: health tests may be run in running
    containers."""
    draft = Draft(snapshot)
    patches: list[tuple[Patch, Proof]] = []
    left: list[Skipped] = []
    for finding in findings:
        if patches and finding.key not in {f.key for f in rules.find(draft.snapshot)}:
            continue  # an earlier patch took it along
        try:
            patch = plan(draft, finding, options, host, override=override)
        except (NoFixError, EditRefusedError) as error:
            left.append(Skipped(finding, str(error)))
            continue
        patch, trial = try_out(patch, host) if trials else (patch, None)
        if patch.applicability != "safe" and not unsafe:
            left.append(Skipped(finding, _not_safe(patch, trial), unsafe=True))
            continue
        proof = prove(draft, patch, host, environ)
        if not proof.proved:
            left.append(Skipped(finding, proof.failure))
            continue
        patches.append((patch, Proof((*proof.checks, *((trial,) if trial else ())))))
        draft = apply_on_paper(draft, patch, environ)
    done = tuple(p for p, _ in patches if not p.empty)
    return Planned(merged(done) if done else None, tuple(patches), tuple(left))


def try_out(patch: Patch, host: Host) -> tuple[Patch, Check | None]:
    """A patch after its trial: an unsafe health test that passed, and failed where it had to, is
    safe."""
    trial = tried(host, patch)
    if trial is not None and trial.ok and patch.trial is not None and patch.trial.control:
        return replace(patch, applicability="safe"), trial
    return patch, trial


def _not_safe(patch: Patch, trial: Check | None) -> str:
    told = "; ".join((*patch.notes, *((trial.message,) if trial else ())))
    return f"unsafe: {told}" if told else "unsafe: it may change running behaviour"
