"""A compose file has a top-level `version`, which nothing reads any more.

What: `version: "3.9"` or the like at the top of a file of the project; silent where the services of
a stack on this box may be those of the file, or the file has what only Swarm reads:
`docker stack deploy` does read it, and before docker 23.0 refuses a file without it
("unsupported Compose file version: 1.0").
Why it bites: Compose v2 warns at every command and ignores it; people take it for a setting.
Evidence: the line of each file.
Fix: the line goes. Safe: no container changes.
Source: docs.docker.com/reference/compose-file/version-and-name; measured with Compose 2.40;
docker/cli pull request 3257 (the client that will deploy is not known, so neither is its version).
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.stack_file import meant_for_swarm
from nebtui.analysis.stacks import stacks
from nebtui.compose.editor.verbs import Remove
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import FileEdit, Finding, Fix, NoFixError, Options, Rule

NAME = "obsolete-version"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per project, for all its files."""
    for key, project in snapshot.projects.items():
        if not project.versions or _may_be_a_stack(snapshot, project):
            continue
        yield Finding(
            rule=NAME,
            severity="advice",
            project=key,
            service=None,
            subject="",
            message="has a top-level `version`, which Compose ignores",
            evidence=tuple(f"version ({origin})" for origin in project.versions),
            applicability="safe",
            origin=project.versions[0],
            fix="remove it",
        )


def _may_be_a_stack(snapshot: Snapshot, project: Project) -> bool:
    """Whether a stack here has no other services than the project: people give it another name than
    Compose does; or the file has what only Swarm reads."""
    return meant_for_swarm(project) or any(
        names <= set(project.services)
        for stack in stacks(snapshot)
        if stack.name and (names := {one.name for one in stack.services})
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Remove it from each file."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    if project is None or not project.confirmed:
        raise NoFixError("the project's files are not known for sure")
    return Fix(
        title=f"remove `version` from {project.name}",
        applicability="safe",
        edits=tuple(FileEdit(origin.file, Remove(("version",))) for origin in project.versions),
    )


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
