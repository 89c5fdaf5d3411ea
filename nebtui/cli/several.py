"""Several boxes looked at once by a verb that prints: each in its turn, what is wrong with one
costing the others nothing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace

from nebtui import rules
from nebtui.analysis.fleet import BoxFacts, called, crossed
from nebtui.analysis.services import narrowed
from nebtui.cli.boxes import ChosenBox
from nebtui.cli.common import asked_for, look
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say
from nebtui.cli.parallel import in_parallel
from nebtui.facts.crossing import Across, Crossing
from nebtui.facts.declared import ProjectKey
from nebtui.facts.link import GLYPHS, LinkState
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.hosts.engine.known_as import known_as
from nebtui.light_dataclass import dataclass
from nebtui.rules import Examination
from nebtui.settings import Settings

MARKS: Mapping[Across, LinkState] = {
    "published": "ok",
    "loopback": "broken",
    "elsewhere": "broken",
    "stopped": "broken",
    "nobody": "broken",
    "unseen": "unknown",
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
    host: Host
    """To be asked more of, as long as all are looked at."""
    settings: Settings
    known_as: frozenset[str] = frozenset()
    """The names and addresses that mean it on other boxes."""
    examined: Examination = field(default_factory=Examination)
    """What was found in these projects."""

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


@contextmanager
def looking(arguments: Namespace) -> Iterator[list[LookedBox]]:
    """All of them at once, in their order, open until the end; CommandError where no box has the
    project that was asked for, or a PATH was given, which is on one machine."""
    if getattr(arguments, "paths", ()):
        raise CommandError("a PATH is on one machine: name one --host, or no PATH")
    # Loaded where it is needed: the desk brings what writes files, and one box needs none of it.
    from nebtui.cli.desk import unmendable

    opened: list[Host] = []

    def one(box: ChosenBox) -> LookedBox:
        host = host_for(arguments, box.settings, box.environ, search=not box.endpoint.remote)
        opened.append(host)
        snapshot, now = look(host, box.settings), host.now()
        name = arguments.project
        keys = tuple(key for key in snapshot.projects if name in (None, key.name))
        called = known_as(box.endpoint.url, box.environ)
        return LookedBox(box.name, snapshot, now, keys, host, box.settings, called)

    try:
        found = in_parallel(one, arguments.boxes)
        if arguments.project and not any(box.keys for box in found):
            raise CommandError(f"no project is called {arguments.project}")
        facts = [
            BoxFacts(
                b.name,
                b.snapshot,
                called(b.name, b.snapshot, b.known_as),
                unmendable(b.host),
            )
            for b in found
        ]
        crossing = zip(found, crossed(facts), strict=True)
        yield [_examined(replace(box, snapshot=seen), arguments) for box, seen in crossing]
    finally:
        in_parallel(lambda host: host.close(), opened)


def _examined(box: LookedBox, arguments: Namespace) -> LookedBox:
    """With what the rules find, on it and between it and the others."""
    examined = rules.examine(box.snapshot, box.settings.allow)
    mine = asked_for(examined.findings, box.snapshot, box.keys, arguments)
    return replace(box, examined=replace(examined, findings=tuple(mine)))


def across(boxes: list[LookedBox]) -> tuple[Crossing, ...]:
    """What their services need of each other's boxes, of the projects that were asked for."""
    return tuple(c for b in boxes for c in b.snapshot.outgoing if c.source.project in b.keys)


def say_across(found: tuple[Crossing, ...]) -> None:
    """Print them; nothing where there are none."""
    if found:
        say()
        say("from box to box")
    for crossing in found:
        say(f"  {GLYPHS[MARKS[crossing.answer]]} {crossing}")
