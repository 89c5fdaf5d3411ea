"""Fix one finding or many in sequence, each planned on the text that the previous one left, as one
patch."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from nebtui import rules
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.attempt import Attempt, attempt
from nebtui.fixing.checks import NOTHING_PROVED, Proof
from nebtui.fixing.patch import Draft, Patch, from_fix, merged
from nebtui.fixing.proof import prove
from nebtui.fixing.proposal import NOTHING_SAFE, Skipped
from nebtui.host import Host
from nebtui.light_dataclass import dataclass
from nebtui.rules.role import mark
from nebtui.rules.rule import Finding, NoFixError, Options


@dataclass(frozen=True, slots=True)
class Planned:
    """One patch for all findings that can be fixed (None if none), what was proved, what is
    left."""

    patch: Patch | None = None
    attempts: tuple[Attempt, ...] = ()
    """Those whose patches are in it."""
    proof: Proof = NOTHING_PROVED
    left: tuple[Skipped, ...] = ()
    reason: str = ""
    """Why there is no patch; "" where there is one."""
    owners: tuple[ServiceKey, ...] = ()
    """Services to choose from before the one finding can be planned."""


def plan_one(
    snapshot: Snapshot, finding: Finding, options: Options, host: Host, *, override: bool = False
) -> Planned:
    """Plan, try and prove one finding; the patch is there even where its proof failed."""
    one = attempt(Draft(snapshot), finding, options, host, override=override)
    attempts = (one,) if one.patch else ()
    return Planned(one.patch, attempts, one.proof, reason=one.reason, owners=one.owners)


def plan_mark(snapshot: Snapshot, key: ServiceKey, host: Host) -> Planned:
    """Plan and prove the label that marks a service as a sandbox, or its removal."""
    draft = Draft(snapshot)
    try:
        patch = from_fix(draft, mark(snapshot, key))
    except (NoFixError, EditRefusedError) as error:
        return Planned(reason=str(error))
    proof, _ = prove(draft, patch, host)
    return Planned(patch, proof=proof)


def plan_all(
    snapshot: Snapshot,
    findings: Iterable[Finding],
    options: Options,
    host: Host,
    *,
    unsafe: bool = False,
    override: bool = False,
    trials: bool = True,
) -> Planned:
    """Plan and try each finding in turn, and prove the whole once; where that fails, prove each in
    turn and leave out those that fail. `trials`: healthchecks may be run in running containers."""
    ways = Ways(unsafe=unsafe, override=override, trials=trials)
    work = partial(_in_turn, snapshot, tuple(findings), options, host, ways)
    done, left = work(proved=False)
    patches = _patches(done)
    if not patches:
        return Planned(None, tuple(done), left=tuple(left), reason=NOTHING_SAFE)
    whole = merged(patches)
    proof, _ = prove(Draft(snapshot), whole, host)
    if proof.proved:
        tried = (check for one in done for check in one.proof.checks)
        return Planned(whole, tuple(done), Proof((*proof.checks, *tried)), tuple(left))
    done, left = work(proved=True)
    patches = _patches(done)
    checks = tuple(check for one in done for check in one.proof.checks)
    reason = "" if patches else NOTHING_SAFE
    return Planned(
        merged(patches) if patches else None, tuple(done), Proof(checks), tuple(left), reason
    )


@dataclass(frozen=True, slots=True)
class Ways:
    """How findings are to be fixed."""

    unsafe: bool
    override: bool
    trials: bool


def _in_turn(
    snapshot: Snapshot,
    findings: tuple[Finding, ...],
    options: Options,
    host: Host,
    ways: Ways,
    *,
    proved: bool,
) -> tuple[list[Attempt], list[Skipped]]:
    """Each finding on the draft that the ones before leave: those that can be fixed, and the
    rest."""
    draft = Draft(snapshot)
    done: list[Attempt] = []
    left: list[Skipped] = []
    for finding in findings:
        if done and not _stands(draft.snapshot, finding):
            continue  # an earlier patch took it along
        one = attempt(
            draft,
            finding,
            options,
            host,
            override=ways.override,
            trials=ways.trials,
            unsafe=ways.unsafe,
            proved=proved,
        )
        if one.patch is None:
            left.append(Skipped(finding, one.reason))
        elif one.after is None:
            left.append(Skipped(finding, _not_safe(one), unsafe=True))
        elif not one.proof.proved:
            left.append(Skipped(finding, one.proof.failure))
        else:
            done.append(one)
            draft = one.after
    return done, left


def _stands(snapshot: Snapshot, finding: Finding) -> bool:
    """The finding is still there: only its own rule is asked."""
    among = (rules.rule(finding.rule),)
    return any(f.key == finding.key for f in rules.examine(snapshot, among=among).findings)


def _patches(done: list[Attempt]) -> tuple[Patch, ...]:
    return tuple(one.patch for one in done if one.patch and not one.patch.empty)


def _not_safe(one: Attempt) -> str:
    notes = one.patch.notes if one.patch else ()
    text = "; ".join((*notes, *((one.trial.message,) if one.trial else ())))
    return f"unsafe: {text}" if text else "unsafe: it may change running behaviour"
