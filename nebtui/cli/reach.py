"""`nebtui reach A B`: whether one service can reach another, or what is missing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.analysis.reach import Reach, reach
from nebtui.analysis.reach_probe import trial
from nebtui.analysis.services import keys_of
from nebtui.cli.common import complain, look
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.trying import tried_connection
from nebtui.host import Host
from nebtui.report import reach_output
from nebtui.rules.mending import mending
from nebtui.rules.rule import Finding
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the path; 0 where nothing is missing as far as can be seen, 1 where something is, 2
    where nobody could look."""
    if len(arguments.boxes) > 1:
        from nebtui.cli import reach_boxes

        return reach_boxes.run(arguments)
    with closing(host_for(arguments, settings, environ)) as host:
        snapshot = look(host, settings)
        source = _named(snapshot, arguments.services[0], arguments)
        target = _named(snapshot, arguments.services[1], arguments, near=source.project)
        if source == target:
            raise CommandError(f"{source} is one service: name two")
        path = reach(snapshot, source, target)
        tried = _tried(host, snapshot, path) if arguments.try_it else None
    broken = complain(snapshot, (source.project, target.project), arguments)
    found = rules.find(snapshot, settings.allow)
    mends: dict[str, Finding] = {s.name: f for s in path.doubtful if (f := mending(path, s, found))}
    if arguments.format == "json":
        say_json(reach_output.as_json(path, mends, tried))
    else:
        say(reach_output.text(path, mends, tried))
    if broken:
        return 2
    return int(path.answer == "no" if tried is None or tried[0] is None else not tried[0])


def _tried(host: Host, snapshot: Snapshot, path: Reach) -> tuple[bool | None, str]:
    probe = trial(snapshot, path)
    return (None, probe) if isinstance(probe, str) else tried_connection(host, *probe)


def _named(
    snapshot: Snapshot, name: str, arguments: Namespace, near: ProjectKey | None = None
) -> ServiceKey:
    """The service of PROJECT/SERVICE, or of a name that only one has, in the project `near` by
    before all others; CommandError otherwise."""
    every = keys_of(snapshot, None)
    wanted = arguments.project
    found = [
        key
        for key in every
        if name in (str(key), key.service) and wanted in (None, key.project.name)
    ]
    if not found:
        raise CommandError(f"no service is called {name}")
    found = [key for key in found if key.project == near] or found
    if len(found) > 1:
        many = ", ".join(map(str, found))
        raise CommandError(f"{name} may be {many}: name one of them, with --project if need be")
    return found[0]
