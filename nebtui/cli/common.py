"""Which host a command looks at, and which projects of it a person asked for."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping

from nebtui.analysis.services import files_elsewhere
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import paths_of
from nebtui.cli.output import say, say_json, warn
from nebtui.compose.discovery.candidate import contains
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container
from nebtui.facts.project import Problem
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.keep.known_projects import remember_projects
from nebtui.report import text_output
from nebtui.rules.rule import SEVERITIES, Finding
from nebtui.settings import Settings
from nebtui.store import settle


def absent_paths(arguments: Namespace) -> tuple[str, ...]:
    """The PATH arguments that do not exist; the others are reported all the same."""
    paths = (os.path.abspath(path) for path in getattr(arguments, "paths", ()))
    return tuple(path for path in paths if not os.path.lexists(path))


def look(host: Host, settings: Settings) -> Snapshot:
    """The first complete picture; the projects seen are remembered."""
    snapshot = settle(host)
    if host.kind == "live" and not (snapshot.engine and snapshot.engine.elsewhere):
        remember_projects(settings.state_dir, snapshot.projects.values())
    return snapshot


def selected(
    snapshot: Snapshot, arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> tuple[ProjectKey, ...]:
    """The projects a command is about: those of the PATHs (or all), narrowed by `--project`."""
    keys = tuple(snapshot.projects)
    if arguments.project:
        keys = tuple(k for k in keys if k.name == arguments.project)
        if not keys:
            raise CommandError(f"no project is called {arguments.project}")
    paths = paths_of(arguments)
    if not paths:
        return keys
    found = tuple(
        key
        for key in keys
        if any(
            contains(path, os.path.abspath(file))
            for file in {*key.files, *snapshot.projects[key].files_read}
            for path in paths
        )
    )
    if not found:
        raise CommandError(f"no Compose project is in {', '.join(paths)}")
    return found


def problems(
    snapshot: Snapshot, keys: tuple[ProjectKey, ...], arguments: Namespace
) -> tuple[Problem, ...]:
    """PATHs that do not exist, and why files of the selected projects cannot be used or Compose
    would refuse them."""
    absent = [Problem(path, 0, "no such file or folder") for path in absent_paths(arguments)]
    projects = [snapshot.projects[k] for k in keys]
    engine = snapshot.engine
    far = [p for p in projects if files_elsewhere(snapshot, p.key)]
    troubles = [trouble for p in projects if p not in far and (trouble := p.problem or p.warning)]
    if engine is not None and far and arguments.verb in ("check", "fix"):
        # Whoever looks at services has them; only who judges files has to know.
        files = f"the compose files of {text_output.plural(len(far), 'project')} are on"
        told = f"{files} {engine.name}: run nebtui there to have them read"
        troubles.append(Problem(engine.endpoint, 0, told))
    return tuple(dict.fromkeys([*absent, *troubles]))


def complain(
    snapshot: Snapshot,
    keys: tuple[ProjectKey, ...],
    arguments: Namespace,
    failures: tuple[str, ...] = (),
) -> bool:
    """One line on stderr for the engine, for each thing wrong with the files, and for each part of
    nebtui (rules among them) that failed; True if there is one but the engine's."""
    if snapshot.engine_problem:
        warn(f"nebtui: no engine: {snapshot.engine_problem}")
    broken = problems(snapshot, keys, arguments)
    failed = (*snapshot.failures.values(), *failures)
    warn(f"nebtui: {sentence}" for sentence in failed)
    for problem in broken:
        line = f":{problem.line}" if problem.line else ""
        warn(f"nebtui: {problem.file}{line}: {problem.message}")
    return bool(broken or failed)


def strangers(snapshot: Snapshot, arguments: Namespace) -> tuple[Container, ...]:
    """The containers of no project, where the whole box was asked for."""
    return snapshot.outside if whole(arguments) else ()


def whole(arguments: Namespace) -> bool:
    """Whether the whole box was asked for, with what no project made."""
    return not (getattr(arguments, "project", None) or getattr(arguments, "paths", ()))


def asked_for(
    found: Iterable[Finding],
    snapshot: Snapshot,
    keys: tuple[ProjectKey, ...],
    arguments: Namespace,
) -> list[Finding]:
    """The findings of the selected projects, and of containers of no project where the whole box
    was asked for."""
    others = {container.name for container in strangers(snapshot, arguments)}
    return [f for f in found if (f.project in keys if f.project else f.subject in others)]


def visible(found: list[Finding], arguments: Namespace) -> list[Finding]:
    """Advice is shown on request only."""
    wanted = arguments.all or arguments.fail_on == "advice"
    return [f for f in found if wanted or f.severity != "advice"]


def status_of(found: list[Finding], fail_on: str) -> int:
    """1 if a finding is at least as severe as `fail_on`."""
    bar = [*SEVERITIES].index(fail_on)  # type: ignore[arg-type]
    return int(any(SEVERITIES.index(f.severity) <= bar for f in found))


def say_status(
    snapshot: Snapshot, arguments: Namespace, found: list[Finding], now: float, banner: str = ""
) -> None:
    """Print the status at the time `now` in the format asked for; what is found of a service's
    speed stands beside it, and `banner` before the text."""
    outside = strangers(snapshot, arguments)
    if arguments.format == "json":
        from nebtui.report import json_output

        host = arguments.boxes[0].name or None
        say_json(json_output.status(snapshot, outside, now, host, whole=whole(arguments)))
        return
    text = text_output.status(snapshot, found, outside, now, whole=whole(arguments))
    lines = "\n".join(text)
    say(f"{banner}: {lines}" if banner else lines)
