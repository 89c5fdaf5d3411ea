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

from nebtui.facts.declared import Origin, ProjectKey, ServiceKey, UnsetVariable
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "unset-variable"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per project for what is refused, one for what means something else: it is mostly
    one env file that is missing."""
    for key, project in snapshot.projects.items():
        if project.problem or project.overlay or _guarded(project):
            continue  # part of something else, or Compose stops at its `${NAME:?…}` first
        lines: dict[tuple[str, Origin], list[UnsetVariable]] = {}
        for one in project.unset:
            if one.meaning:
                lines.setdefault((one.service, one.origin), []).append(one)
        causes: dict[bool, list[list[UnsetVariable]]] = {}
        for missing in lines.values():
            worst = next((one for one in missing if _severe(one)), missing[0])
            causes.setdefault(_severe(worst), []).append(
                [worst, *(one for one in missing if one is not worst)]
            )
        for found in causes.values():
            names = tuple(dict.fromkeys(one.name for missing in found for one in missing))
            yield _finding(key, project, names, [missing[0] for missing in found])


def _guarded(project: Project) -> bool:
    return project.warning is not None and "required variable" in project.warning.message


def _severe(one: UnsetVariable) -> bool:
    return one.refused or one.path[:1] == ("user",)


def _finding(
    key: ProjectKey, project: Project, names: tuple[str, ...], places: list[UnsetVariable]
) -> Finding:
    first = places[0]
    shown = names[:4]
    listed = (
        " and ".join((", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else shown)
        if len(names) <= len(shown)
        else f"{', '.join(shown)} and {len(names) - len(shown)} more"
    )
    files = ", ".join(project.env_files) or "no env file"
    one = len(names) == 1
    more = len(places) - _SHOWN
    also = dict.fromkeys(p.service for p in places if p.service != first.service)
    return Finding(
        rule=NAME,
        severity="error" if _severe(first) else "warning",
        project=key,
        service=first.service,
        subject="refused" if _severe(first) else "other",
        message=f"{listed} {'is' if one else 'are'} not set: {first.path[0]} {first.meaning}",
        evidence=(
            *(f"{p.written} ({p.origin}) becomes {p.left or 'nothing'}" for p in places[:_SHOWN]),
            *((f"and {more} more",) if more > 0 else ()),
            f"looked for in {files} and in the environment",
        ),
        applicability="display",
        origin=first.origin,
        fix=f"set {listed} in {project.env_files[-1] if project.env_files else '.env'}, or give "
        f"{'it' if one else 'them'} a default: ${{{names[0]}:-…}}",
        blocks=1 + len(also),
        also=tuple(ServiceKey(key, name) for name in also),
    )


_SHOWN = 5
"""Lines that are shown as evidence."""


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
