"""`nebtui fix` with several boxes: each fix is planned, proved and written by the desk of the box
that has the file."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing

from nebtui.cli.box_fix import BoxFix, no_owner, owner_in, planned_on, recovered, wish_for
from nebtui.cli.common import complain
from nebtui.cli.desk import desk_for
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for, may_serve
from nebtui.cli.output import say, say_json, warn
from nebtui.cli.parallel import in_parallel
from nebtui.cli.several import LookedBox, looking
from nebtui.facts.snapshot import Snapshot
from nebtui.report.contract.findings import FixesJson


def run(arguments: Namespace) -> int:
    """Print what is planned for each box under its name, then with --write write each; what is
    wrong with one costs the others nothing. The exit status is that of the worst."""
    if arguments.write:
        _settled_here(arguments)
    with looking(arguments) as boxes:
        if arguments.to and not any(owner_in(box.snapshot, arguments.to) for box in boxes):
            raise no_owner(arguments.to)
        planned = in_parallel(lambda box: _planned(box, arguments), boxes)
        worst = 0
        for looked in boxes:
            broken = complain(looked.snapshot, looked.keys, arguments, looked.examined.failures)
            worst = max(worst, 2 if broken or looked.silent else 0)
        _say(planned, arguments)
        return max(worst, *(_ended(box, arguments) for box in planned))


def _settled_here(arguments: Namespace) -> None:
    """What was left half written on this disk is settled before its files are looked at."""
    for box in arguments.boxes:
        if not may_serve(arguments, box.environ):
            with closing(host_for(arguments, box.settings, box.environ, search=False)) as host:
                recovered(desk_for(host, box.settings, Snapshot()))


def _planned(box: LookedBox, arguments: Namespace) -> BoxFix:
    desk = desk_for(box.host, box.settings, box.snapshot)
    if arguments.write and desk.place and not desk.away:
        recovered(desk)
    found = (f for f in box.examined.findings if f.project in box.keys)
    wish = wish_for(found, owner_in(box.snapshot, arguments.to), arguments)
    return planned_on(box.name, box.snapshot, box.host, desk, wish)


def _say(planned: list[BoxFix], arguments: Namespace) -> None:
    if arguments.format == "json":
        told: FixesJson = {"version": 1, "hosts": [box.as_json() for box in planned]}
        say_json(told)
        return
    for at, box in enumerate(planned):
        if at:
            say()
        say(f"{box.name}: not planned" if box.problem else f"{box.name}:")
        box.say()


def _ended(box: BoxFix, arguments: Namespace) -> int:
    """The exit status of one box, after it was written where that is asked for."""
    if box.problem:
        warn(f"nebtui: {box.name}: {box.problem}")
        return 2
    if not arguments.write or not box.planned.digest:
        return int(box.unfinished)
    try:
        box.write()
    except CommandError as error:
        warn(f"nebtui: {box.name}: {error}")
        return 2
    return int(bool(box.planned.left))
