"""A file of a stack has keys for which Docker Swarm refuses all of it.

What: keys of Compose that `docker stack deploy` does not know: conditions of `depends_on`,
`mem_limit`, `cpus`, `gpus` and other requests for GPUs, `profiles`, `platform`, a top-level `name`
and others; in a compose file whose project has the name of a stack, with its services, or has what
only Swarm reads, such as `deploy.placement` or `update_config`, on a manager where Compose runs
none of it.
Why it bites: nothing is deployed, not even the services that have none of them: "Additional
property mem_limit is not allowed".
Evidence: each key with its line, and what it is in Swarm's words.
Fix: written in Swarm's words, where those mean the same: limits and reservations below
`deploy.resources`, `depends_on` as a list, GPUs as `generic_resources` where a node says that it
has as many. Safe where Compose makes the same of both; a list of names and generic resources are
unsafe, for Compose would wait for nobody, and give no GPU.
Source: `docker stack config` of Docker 28.2 with each key of the Compose specification (docker/cli,
config_schema_v3.13.json); docs.docker.com/reference/cli/docker/service/create (generic resources).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from nebtui.analysis.stack_file import (
    GPU_REQUESTS,
    Path,
    is_stack,
    refused,
    refused_sections,
)
from nebtui.compose.editor.verbs import Remove
from nebtui.compose.syntax.project_name import folder_name
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Rule,
    service_of,
)
from nebtui.rules.swarm_words import Rewording, edits, rewording, wanted_gpus

NAME = "refused-by-swarm"
BY_HAND = "by hand"
"""The subject of what has no word that means the same."""
TOLD: Mapping[str, str] = MappingProxyType(
    {
        "cpuset": "Swarm chooses the cores: deploy.resources.limits.cpus is how many",
        "env_file": "only a list of names: an absent file keeps the stack from being deployed",
        "extends": "write out what it extends, or let `docker compose config` do it",
        "group_add": "no word for it: `user: UID:GID` gives one group",
        "platform": "deploy.placement.constraints: node.platform.arch == x86_64",
        "ports": "its long form has target, published (a number), protocol and mode",
        "profiles": "Swarm has none, and deploys the service always: a file of its own",
        "pull_policy": "Swarm asks the registry at each deployment anyway",
        "scale": "deploy.replicas",
        "volumes_from": "name the volumes themselves",
    }
)


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding for each service with keys that have Swarm's words, one for those that have none,
    and one for the top of the files."""
    for key, project in snapshot.projects.items():
        if not is_stack(snapshot, key):
            continue
        yield from _of_sections(project)
        for name in sorted(project.services):
            yield from _of_service(snapshot, ServiceKey(key, name), project.services[name])


def _of_service(snapshot: Snapshot, key: ServiceKey, service: Service) -> Iterator[Finding]:
    ours = _reworded(snapshot, key.project, service)
    mended = {path for path in refused(service) if _said(path) in ours}
    if mended:
        yield Finding(
            rule=NAME,
            severity="error",
            project=key.project,
            service=key.service,
            subject="",
            message=_message(path for path in refused(service) if path in mended),
            evidence=tuple(
                _line(service, path, ours[_said(path)].words)
                for path in refused(service)
                if path in mended
            ),
            applicability="safe" if all(one.same for one in ours.values()) else "unsafe",
            origin=next(service.origin(*path) for path in refused(service) if path in mended),
            fix=f"write {'; '.join(one.words for one in ours.values())}",
            blocks=1,
        )
    if left := [path for path in refused(service) if path not in mended]:
        yield Finding(
            rule=NAME,
            severity="error",
            project=key.project,
            service=key.service,
            subject=BY_HAND,
            message=_message(left),
            evidence=tuple(_line(service, path, _told(service, path)) for path in left),
            applicability="display",
            origin=service.origin(*left[0]),
            fix=_told(service, left[0]),
            blocks=1,
        )


def _of_sections(project: Project) -> Iterator[Finding]:
    names = refused_sections(project)
    if not names:
        return
    removed = _unneeded(project)
    yield Finding(
        rule=NAME,
        severity="error",
        project=project.key,
        service=None,
        subject="",
        message=_message((name,) for name in names),
        evidence=tuple(f"{name} ({project.sections[name]})" for name in names),
        applicability="safe" if removed else "display",
        origin=project.sections[names[0]],
        fix="remove it: the folder has the same name"
        if removed
        else "deploy from a folder of that name, without the line"
        if names == ("name",)
        else "one file with all of it, as `docker compose config` prints it",
        blocks=1,
    )


def _unneeded(project: Project) -> bool:
    """Whether the one thing at the top is a name that the folder gives too."""
    folder = folder_name(project.key.working_dir)
    return refused_sections(project) == ("name",) and folder == project.name


def _message(paths: Iterable[Path]) -> str:
    keys = dict.fromkeys(_key(path) for path in paths)
    return f"has {', '.join(keys)}, for which Swarm refuses the whole file"


def _key(path: Path) -> str:
    """A path as people call it."""
    return ".".join(path) if path[0] == "deploy" else path[0]


def _said(path: Path) -> str:
    """What the rewordings of a service are kept by: all conditions of one list are one."""
    return path[0]


def _line(service: Service, path: Path, told: str) -> str:
    name = ".".join(path) if path[0] == "deploy" else " ".join(path)
    origin = service.origin(*path)
    return f"{name}{f' ({origin})' if origin else ''}: {told}"


def _told(service: Service, path: Path) -> str:
    """What a person can write, of a key without a word that means the same."""
    if path in GPU_REQUESTS:
        return (
            "deploy.resources.reservations.generic_resources: [{discrete_resource_spec: {kind: gpu,"
            f" value: {wanted_gpus(service)}}}}}], and `node-generic-resources` in the daemon.json "
            "of each node with GPUs"
        )
    return TOLD.get(path[0], "Swarm has no word for it")


def _reworded(snapshot: Snapshot, project: ProjectKey, service: Service) -> dict[str, Rewording]:
    """What is refused and has Swarm's words."""
    found: dict[str, Rewording] = {}
    for path in refused(service):
        if one := rewording(snapshot, service, path):
            found[_said(path)] = one
    return found


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Swarm's words for all that has some."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    if finding.service is None and project is not None:
        return _without_name(project)
    key, service = service_of(snapshot, finding)
    ours = _reworded(snapshot, key.project, service)
    if finding.subject or not ours:
        raise NoFixError(finding.fix or "Swarm has no word for it")
    return Fix(
        title=f"write {key} in Swarm's words",
        applicability="safe" if all(one.same for one in ours.values()) else "unsafe",
        edits=tuple(
            edit
            for one in ours.values()
            for edit in edits(snapshot.projects[key.project], service, one)
        ),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=tuple(one.note for one in ours.values() if one.note),
    )


def _without_name(project: Project) -> Fix:
    if not project.confirmed or not _unneeded(project):
        raise NoFixError("deploy from a folder of that name, without the line")
    return Fix(
        title=f"remove `name` from {project.name}",
        applicability="safe",
        edits=(FileEdit(project.sections["name"].file, Remove(("name",))),),
    )


RULE = Rule(name=NAME, severity="error", key="f", manual=__doc__, find=find, fix=fix)
