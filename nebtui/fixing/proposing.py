"""A plan as it is shown, and its digest."""

from __future__ import annotations

from nebtui.fixing.batch import Planned
from nebtui.fixing.effect import effect
from nebtui.fixing.file_change import file_diff
from nebtui.fixing.patch import Patch
from nebtui.fixing.proposal import Proposal
from nebtui.text.digest import sha256


def proposed(planned: Planned, newest: int) -> Proposal:
    """What a plan would do, for those who decide on it. `newest`: entry of the journal."""
    patch = planned.patch
    if patch is None:
        reason, owners = planned.reason, planned.owners
        return Proposal(reason=reason, owners=owners, left=planned.left, newest=newest)
    return Proposal(
        title=patch.title,
        findings=patch.findings,
        applicability=patch.applicability,
        effect=effect(patch),
        fixes=tuple(one.patch.title for one in planned.attempts if one.patch),
        files=tuple(map(file_diff, patch.files)),
        networks=patch.networks,
        recreate=patch.recreate,
        notes=patch.notes,
        proof=planned.proof,
        left=planned.left,
        owners=planned.owners,
        digest=digest_of(patch),
        newest=newest,
    )


def digest_of(patch: Patch) -> str:
    """The same for two patches that write the same bytes to the same places, take the same steps,
    and are as safe."""
    parts = (
        patch.applicability,
        patch.networks,
        tuple(finding.key for finding in patch.findings),
        patch.recreate,
        tuple((one.path, one.real_path, one.before, one.after) for one in patch.files),
    )
    return sha256(repr(parts).encode(errors="surrogatepass"))
