"""One finding's fix, planned, tried and proved: the same steps for a screen, a batch and a
command."""

from __future__ import annotations

from dataclasses import replace

from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.facts.declared import ServiceKey
from nebtui.fixing.checks import NOTHING_PROVED, Check, Proof
from nebtui.fixing.patch import Draft, Patch, plan
from nebtui.fixing.proof import answering_path, apply_on_paper, prove, tried
from nebtui.host import Host
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import ChooseOwnerError, Finding, NoFixError, Options


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one finding: a patch with its proof, or the reason why there is none."""

    finding: Finding
    patch: Patch | None = None
    proof: Proof = NOTHING_PROVED
    """With the outcome of the trial, where there was one."""
    trial: Check | None = None
    after: Draft | None = None
    """The draft that the patch leaves; None without a patch."""
    reason: str = ""
    """Why there is no patch, as one sentence; "" where there is one."""
    owners: tuple[ServiceKey, ...] = ()
    """Services to choose from before a patch can be planned."""


def attempt(
    draft: Draft,
    finding: Finding,
    options: Options,
    host: Host,
    *,
    override: bool = False,
    trials: bool = True,
    unsafe: bool = True,
    proved: bool = True,
) -> Attempt:
    """Plan, try and prove the fix of one finding on a draft. `trials`: its healthcheck may be run
    in a running container. Without `unsafe` a patch that is not safe goes no further: `after` is
    None then. Without `proved` it is only applied on paper: proving starts Compose."""
    try:
        patch = plan(draft, finding, options, override=override)
        if trials and (path := answering_path(host, patch)):
            # What it serves tells more than an open port.
            options = replace(options, health_path=path)
            patch = plan(draft, finding, options, override=override)
    except ChooseOwnerError as choice:
        return Attempt(finding, reason=str(choice), owners=choice.owners)
    except (NoFixError, EditRefusedError) as error:
        return Attempt(finding, reason=str(error))
    trial = tried(host, patch) if trials else None
    if trial is not None and trial.ok and patch.trial is not None and patch.trial.control:
        # A test that passed, and failed against a closed port, does not change what runs.
        patch = replace(patch, applicability="safe")
    if patch.applicability != "safe" and not unsafe:
        return Attempt(finding, patch, trial=trial)
    if proved:
        proof, after = prove(draft, patch, host)
    else:
        proof, after = NOTHING_PROVED, apply_on_paper(draft, patch, host)
    if trial is not None:
        proof = Proof((*proof.checks, trial))
    return Attempt(finding, patch, proof, trial, after)
