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
`deploy.resources`, `depends_on` as a list, GPUs as `generic_resources` where a node has as many
free. Safe where Compose makes the same of both; a list of names and generic resources are
unsafe, for Compose would wait for nobody, and give no GPU.
Source: `docker stack config` of Docker 28.2 with each key of the Compose specification (docker/cli,
config_schema_v3.13.json); docs.docker.com/reference/cli/docker/service/create (generic resources).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.stack_file import Path, is_stack, refused, refused_sections
from nebtui.compose.editor.verbs import Remove
from nebtui.compose.syntax.project_name import folder_name
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Rule,
    service_of,
)
from nebtui.rules.swarm_words import (
    BY_HAND,
    Rewording,
    asks_for_gpus,
    reworded_fix,
    rewording,
    wanted_gpus,
)

NAME = "refused-by-swarm"
TOLD: Mapping[str, str] = MappingProxyType(
    {
        "cpus": "deploy.resources.limits.cpus",
        "cpuset": "Swarm chooses the cores: deploy.resources.limits.cpus is how many",
        "env_file": "only a list of names: an absent file keeps the stack from being deployed",
        "extends": "write out what it extends",
        "group_add": "no word for it: `user: UID:GID` gives one group",
        "mem_limit": "deploy.resources.limits.memory",
        "mem_reservation": "deploy.resources.reservations.memory, where a node has as much left",
        "pids_limit": "deploy.resources.limits.pids: a number above 0, no variable",
        "platform": "deploy.placement.constraints: node.platform.arch == x86_64, or aarch64",
        "ports": "its long form has target, published (a number), protocol and mode",
        "profiles": "Swarm has none, and deploys the service always: a file of its own",
        "pull_policy": "remove it: Swarm asks the registry at each deployment",
        "runtime": "the default runtime in the daemon.json of the node",
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
    ours = _rewordings(snapshot, service)
    paths = list(refused(service))
    if mended := [path for path in paths if path[0] in ours]:
        words = {path: ours[path[0]].words for path in mended}
        yield replace(
            _finding(key, service, words),
            applicability="safe" if all(one.same for one in ours.values()) else "unsafe",
            fix=f"write {'; '.join(one.words for one in ours.values())}",
        )
    if left := [path for path in paths if path[0] not in ours]:
        told = {path: _told(service, path) for path in left}
        yield replace(_finding(key, service, told), subject=BY_HAND, fix=told[left[0]])


def _finding(key: ServiceKey, service: Service, told: Mapping[Path, str]) -> Finding:
    """About the keys at these paths, with what is told of each."""
    first = next(iter(told))
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject="",
        message=_message(told),
        evidence=tuple(_line(service, path, text) for path, text in told.items()),
        applicability="display",
        origin=service.origin(*first),
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
        else "write all of it into one file without these keys",
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


def _line(service: Service, path: Path, told: str) -> str:
    name = ".".join(path) if path[0] == "deploy" else " ".join(path)
    origin = service.origin(*path)
    return f"{name}{f' ({origin})' if origin else ''}: {told}"


def _told(service: Service, path: Path) -> str:
    """What a person can write, of a key without a word that means the same."""
    if asks_for_gpus(service, path):
        return (
            "deploy.resources.reservations.generic_resources: [{discrete_resource_spec: {kind: gpu,"
            f" value: {wanted_gpus(service) or 1}}}}}], and `node-generic-resources` in the "
            "daemon.json of each node with GPUs"
        )
    return TOLD.get(path[0], "Swarm has no word for it")


def _rewordings(snapshot: Snapshot, service: Service) -> dict[str, Rewording]:
    """What is refused and has Swarm's words, by its first key: all conditions of `depends_on` are
    one list."""
    found = ((path[0], rewording(snapshot, service, path)) for path in refused(service))
    return {key: one for key, one in found if one is not None}


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Swarm's words for all that has some."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    if finding.service is None and project is not None:
        return _without_name(project)
    _, service = service_of(snapshot, finding)
    return reworded_fix(snapshot, finding, [*_rewordings(snapshot, service).values()])


def _without_name(project: Project) -> Fix:
    if not project.confirmed or not _unneeded(project):
        raise NoFixError("deploy from a folder of that name, without the line")
    return Fix(
        title=f"remove `name` from {project.name}",
        applicability="safe",
        edits=(FileEdit(project.sections["name"].file, Remove(("name",))),),
    )


RULE = Rule(name=NAME, severity="error", key="f", manual=__doc__, find=find, fix=fix)
