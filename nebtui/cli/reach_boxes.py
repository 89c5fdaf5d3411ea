"""`nebtui reach A B` with several boxes: whether a service of one reaches a service of another."""

from __future__ import annotations

from argparse import Namespace

from nebtui.analysis.reach_probe import TriedConnection
from nebtui.analysis.services import keys_of
from nebtui.cli.common import complain
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json
from nebtui.cli.several import LookedBox, looking
from nebtui.facts.crossing import Crossing
from nebtui.facts.declared import ServiceKey
from nebtui.fixing.trying import tried_crossing
from nebtui.report import reach_across

Tried = dict[Crossing, TriedConnection]


def run(arguments: Namespace) -> int:
    """Print each text of the one that names the other's box and port; 0 where one of them works as
    far as can be seen, 1 where none does, 2 where a box could not be looked at."""
    with looking(arguments) as boxes:
        for box in boxes:
            complain(box.snapshot, (), arguments)
        near, source = _named(boxes, arguments.services[0])
        far, target = _named(boxes, arguments.services[1])
        if near is far:
            raise CommandError(f"both are on {near.name}: name one --host")
        asks = near.snapshot.outgoing
        found = tuple(
            c for c in asks if (c.source, c.other, c.target) == (source, far.name, target)
        )
        tried: Tried = {}
        if arguments.try_it:
            tried = {one: tried_crossing(near.host, near.snapshot, one) for one in found}
        ends = f"{near.name} {source}", f"{far.name} {target}"
        if arguments.format == "json":
            say_json(reach_across.as_json(*ends, found, tried))
        else:
            say(reach_across.text(*ends, found, tried))
    if near.silent or far.silent:
        return 2
    return int(not any(reach_across.works(one, tried.get(one)) for one in found))


def _named(boxes: list[LookedBox], text: str) -> tuple[LookedBox, ServiceKey]:
    """The service of `BOX:PROJECT/SERVICE`, or of a name that only one box has; CommandError
    otherwise."""
    found = [
        (box, key)
        for box in boxes
        for key in keys_of(box.chosen, None)
        if text in (str(key), key.service, f"{box.name}:{key}", f"{box.name}:{key.service}")
    ]
    if not found:
        raise CommandError(f"no service of these boxes is called {text}")
    if len(found) > 1:
        many = ", ".join(f"{box.name}:{key}" for box, key in found)
        raise CommandError(f"{text} may be {many}: name one of them")
    return found[0]
