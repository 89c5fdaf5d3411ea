"""`nebtui export ecs PROJECT`: a project as a task definition of Amazon ECS."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui.cli.common import complain, look
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say_json, warn
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.report.ecs.task import task_definition
from nebtui.settings import Settings

REGION = "us-east-1"


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the task definition, and on stderr what is not in it; 2 where the project cannot be
    read."""
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
    project = _project(snapshot, arguments.name)
    broken = complain(snapshot, (project.key,), arguments)
    if project.view == "none":
        return 2
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region:
        warn(f"the region of the logs is {REGION}: set AWS_REGION for another")
    made = task_definition(project, region or REGION)
    say_json(made.request)
    warn(made.sentences)
    return 2 if broken else 0


def _project(snapshot: Snapshot, name: str) -> Project:
    found = [project for key, project in snapshot.projects.items() if key.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        files = ", ".join(project.key.files[0] for project in found if project.key.files)
        raise CommandError(f"{len(found)} projects are called {name} ({files}): name one's file")
    raise CommandError(f"no project is called {name}")
