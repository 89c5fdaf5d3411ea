"""What findings are worth to a project that Swarm runs: it has no gates and no order of starts, and
networks that Compose or nebtui could make are none of its."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.stack_file import is_stack, may_be_deployed
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import UNGATED, Finding

GATES = frozenset({UNGATED, "undeclared-dependency", "unguarded-start"})
"""Rules whose fix is a condition of `depends_on`, for which `docker stack deploy` refuses the whole
file."""
NETWORKS = frozenset({"isolated-networks", "missing-network"})
"""Rules whose fix creates a network of this machine; a stack joins those of the swarm only."""
SANDBOXES = frozenset({"open-sandbox"})
"""Rules whose fix is, for the greater part, keys that Swarm ignores."""
IN_VAIN = "Swarm ignores security_opt, tmpfs and network_mode: run what is not trusted with Compose"
LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "unlimited-memory": "set deploy.resources.limits.memory above what it uses at most",
        "unlimited-cpu": "set deploy.resources.limits.cpus to its share of a node",
    }
)
"""What to write by hand where a rule names a key that Swarm refuses."""
BY_HAND = "for a stack, by hand: docker network create --driver overlay --attachable NAME"


def told_for_swarm(snapshot: Snapshot, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, without those that mean nothing there; where the fix would break the stack, as
    one that is shown only."""
    for one in findings:
        if one.project is None:
            yield one
        elif one.rule in GATES and may_be_deployed(snapshot, one.project):
            continue
        elif not is_stack(snapshot, one.project):
            yield one
        elif one.rule in NETWORKS:
            yield replace(one, applicability="display", fix=BY_HAND)
        elif one.rule in SANDBOXES:
            yield replace(one, applicability="display", fix=IN_VAIN)
        elif one.rule in LIMITS and one.applicability == "display":
            yield replace(one, fix=LIMITS[one.rule])
        else:
            yield one
