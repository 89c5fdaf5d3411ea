"""What a connection tells, as far as it may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nebtui.facts.changes import Change, EngineSeen, Rewound
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.bounds import MOST, too_many
from nebtui.hosts.remote.lines import NonsenseError
from nebtui.store import folded, unfold


class IncomingPicture:
    """The changes of one connection. Where something of the box is shown already, they are held
    back until they make a whole picture, which then takes the place of that."""

    def __init__(self, url: str, *, shown: bool) -> None:
        """`url`: by which the box is reached from here."""
        self._url = url
        self._held = shown
        self._picture = Snapshot()

    @property
    def settled(self) -> bool:
        """The picture is complete."""
        return self._picture.settled

    def take(self, change: Change) -> Iterator[Change]:
        """What there is to show after a change; NonsenseError once it makes more than a box can
        have."""
        if isinstance(change, Rewound):
            return  # only a recording is rewound
        if isinstance(change, EngineSeen):
            change = replace(change, engine=replace(change.engine, endpoint=self._url))
        self._picture = folded(self._picture, change)
        if (what := too_many(self._picture)) is not None:
            raise NonsenseError(f"more than {MOST} {what}")
        if not self._held:
            yield change
        elif self.settled:
            self._held = False
            yield Rewound()
            yield from unfold(self._picture)
