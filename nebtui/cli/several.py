"""Several boxes looked at once by a verb that prints: each in its turn, what is wrong with one
costing the others nothing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from nebtui import rules
from nebtui.analysis.fleet import Across, BoxFacts, Crossing, called, crossings
from nebtui.analysis.services import narrowed
from nebtui.cli.boxes import ChosenBox
from nebtui.cli.common import look
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say
from nebtui.cli.parallel import in_parallel
from nebtui.facts.declared import ProjectKey
from nebtui.facts.link import GLYPHS, LinkState
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine.known_as import known_as
from nebtui.rules import Examination

MARKS: Mapping[Across, LinkState] = {
    "published": "ok",
    "loopback": "broken",
    "stopped": "broken",
    "nobody": "broken",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class LookedBox:
    """What was seen of a box."""

    name: str
    snapshot: Snapshot
    now: float
    """Its time in Unix seconds."""
    keys: tuple[ProjectKey, ...]
    """The projects that were asked for."""
    examined: Examination
    """What was found in these."""
    known_as: frozenset[str] = frozenset()
    """The names and addresses that mean it on other boxes."""

    @property
    def chosen(self) -> Snapshot:
        """With only the projects that were asked for."""
        return narrowed(self.snapshot, self.keys)

    @property
    def silent(self) -> bool:
        """Nothing of it could be looked at."""
        return self.snapshot.engine is None and not self.snapshot.projects


def several(arguments: Namespace) -> bool:
    """Whether the command line names more than one box."""
    return len(arguments.boxes) > 1


def looked_at(arguments: Namespace) -> list[LookedBox]:
    """All of them at once, in their order; CommandError where no box has the project that was asked
    for, or a PATH was given, which is on one machine."""
    if getattr(arguments, "paths", ()):
        raise CommandError("a PATH is on one machine: name one --host, or no PATH")

    def one(box: ChosenBox) -> LookedBox:
        host = host_for(arguments, box.settings, box.environ, search=not box.endpoint.remote)
        with closing(host):
            snapshot, now = look(host, box.settings), host.now()
        name = arguments.project
        keys = tuple(key for key in snapshot.projects if name in (None, key.name))
        examined = rules.examine(snapshot, box.settings.allow)
        mine = tuple(f for f in examined.findings if f.project in keys)
        called = known_as(box.endpoint.url, box.environ)
        found = Examination(mine, examined.failures)
        return LookedBox(box.name, snapshot, now, keys, found, called)

    found = in_parallel(one, arguments.boxes)
    if arguments.project and not any(box.keys for box in found):
        raise CommandError(f"no project is called {arguments.project}")
    return found


def across(boxes: list[LookedBox]) -> tuple[Crossing, ...]:
    """What their services need of each other's boxes, of the projects that were asked for."""
    facts = [BoxFacts(b.name, b.snapshot, called(b.name, b.snapshot, b.known_as)) for b in boxes]
    asked = {box.name: box.keys for box in boxes}
    return tuple(c for c in crossings(facts) if c.source.project in asked[c.box])


def say_across(found: tuple[Crossing, ...]) -> None:
    """Print them; nothing where there are none."""
    if found:
        say()
        say("from box to box")
    for crossing in found:
        say(f"  {GLYPHS[MARKS[crossing.answer]]} {crossing}")
