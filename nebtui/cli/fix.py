"""`nebtui fix`: the diff of fixes, and with --write the writing of them as one entry of the
journal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.cli.box_fix import check_rules, no_owner, owner_in, planned_on, recovered, wish_for
from nebtui.cli.common import complain, look, selected
from nebtui.cli.desk import desk_for, far_desk
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say_json
from nebtui.facts.snapshot import Snapshot
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print (and with --write write) the fixes; 0 all selected are fixed, 1 something is left, 2
    could not look."""
    if arguments.write and arguments.read_only:
        raise CommandError("--read-only disables every change; leave out --write or --read-only")
    check_rules(arguments)
    if len(arguments.boxes) > 1:
        from nebtui.cli import fix_boxes

        return fix_boxes.run(arguments)
    with closing(host_for(arguments, settings, environ)) as host:
        if arguments.write and far_desk(host) is None:
            # Before the files are looked at; far files once there is a connection.
            recovered(desk_for(host, settings, Snapshot()))
        snapshot = look(host, settings)
        desk = desk_for(host, settings, snapshot)
        if away := desk.away:
            raise CommandError(snapshot.engine_problem or away)
        if arguments.write and desk.place:
            recovered(desk)
        keys = selected(snapshot, arguments, settings, environ)
        broken = complain(snapshot, keys, arguments)
        to = owner_in(snapshot, arguments.to)
        if arguments.to and to is None:
            raise no_owner(arguments.to)
        found = (f for f in rules.find(snapshot, settings.allow) if f.project in keys)
        name = arguments.boxes[0].name
        box = planned_on(name, snapshot, host, desk, wish_for(found, to, arguments))
        if box.problem:
            raise CommandError(box.problem)
        if arguments.format == "json":
            say_json(box.as_json())
        else:
            box.say()
        written = bool(arguments.write and box.planned.digest)
        if written:
            box.write()
    return 2 if broken else int(bool(box.planned.left) or (box.unfinished and not written))
