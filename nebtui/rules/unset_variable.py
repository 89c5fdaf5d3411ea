"""A variable has no value, and what is left means something else or is refused.

What: `${NAME}` without a default stands in a port, a volume, a user, an image, a number or a size,
and NAME is set neither in the env file nor in the environment.
Why it bites: Compose puts nothing in its place: `:/data` and `8080:` are refused with "invalid
spec" or "invalid proto:" and no line, `${DATA}/db` becomes /db of the host, `${UID}:${GID}` becomes
`:`, which is root. An empty environment variable of a container is no finding.
Evidence: the text as it stands, what is left of it, and where the variable was looked for.
Fix: by hand: set the variable in the env file, or give it a default (`${NAME:-value}`).
Source: docs.docker.com/reference/compose-file/interpolation, and measured with Compose 2.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.facts.declared import Origin, ProjectKey, UnsetVariable
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "unset-variable"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and line on which variables are missing."""
    for key, project in snapshot.projects.items():
        lines: dict[tuple[str, Origin], list[UnsetVariable]] = {}
        for one in project.unset:
            if one.meaning:
                lines.setdefault((one.service, one.origin), []).append(one)
        for (service, origin), missing in lines.items():
            yield _finding(key, project, service, origin, missing)


def _finding(
    key: ProjectKey, project: Project, service: str, origin: Origin, missing: list[UnsetVariable]
) -> Finding:
    names = tuple(dict.fromkeys(one.name for one in missing))
    first = next((one for one in missing if one.refused), missing[0])
    severe = first.refused or first.path[:1] == ("user",)
    listed = " and ".join(names)
    files = ", ".join(project.env_files) or "no env file"
    verb = "is" if len(names) == 1 else "are"
    return Finding(
        rule=NAME,
        severity="error" if severe else "warning",
        project=key,
        service=service,
        subject=".".join((*first.path, *names)),
        message=f"{listed} {verb} not set: {first.path[0]} {first.meaning}",
        evidence=(
            f"{first.written} ({origin}) becomes {first.left or 'nothing'}",
            f"looked for in {files} and in the environment",
        ),
        applicability="display",
        origin=origin,
        fix=f"set {listed} in {project.env_files[-1] if project.env_files else '.env'}, or give "
        f"{'it' if len(names) == 1 else 'them'} a default: ${{{names[0]}:-…}}",
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
