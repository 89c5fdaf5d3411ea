"""A container is not the one that its file would make now.

What: the configuration that Compose recorded on the container differs from the one it counts for
the file, or networks were joined and left by hand, or the image's tag means a newer image.
Why it bites: what is read in the file is not what runs, and the next `up`, perhaps weeks later and
for another reason, changes more than anybody expects.
Evidence: the keys that differ, and how that is known: by Compose's own hash, or by comparing the
fields that the engine shows (some cannot be compared).
Fix: bring it up (`U`); or put the file back.
Source: `com.docker.compose.config-hash` and `docker compose config --hash`, measured with Compose
2.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.drift import Drift, drift
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Observation, Rule

NAME = "outdated-container"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service whose running container differs from its file."""
    for key, service in snapshot.services():
        if not any(c.state in ("running", "restarting") for c in snapshot.containers_of(key)):
            continue
        found = drift(snapshot, key)
        if found is None:
            continue
        yield Finding(
            rule=NAME,
            severity="warning" if found.certain else "advice",
            project=key.project,
            service=key.service,
            subject="",
            message="runs with another configuration than its file has; the next `up` changes it",
            evidence=evidence(found),
            applicability="display",
            origin=service.origin(),
            fix=f"bring {key.service} up, or put the file back",
            place="host",
        )


def evidence(found: Drift) -> tuple[str, ...]:
    """What differs, and how sure that is."""
    how = (
        "Compose counts another configuration hash for the file, or what runs was changed by hand"
        if found.certain
        else "by the fields that the engine shows; Compose was not asked, or is another version"
    )
    return (*(f"{found.container}: {field}" for field in found.fields), how)


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Nothing differs any more."""
    key = finding.at
    assert isinstance(key, ServiceKey)  # every finding of this rule names a service
    found = drift(snapshot, key)
    return Observation(found is None, found.fields[0] if found else "")


RULE = Rule(
    name=NAME,
    severity="warning",
    key="",
    manual=__doc__,
    find=find,
    seen=seen,
)
