"""The lines between two nebtui, one at each end of a pipe: JSON objects both ways.

The far side begins with a greeting, then tells the changes of its box as a recording holds them.
The near side asks with numbers of its own, and what answers has the same number:

    {"id": 1, "do": {"c": "Up", …}}     {"id": 1, "progress": {"text": …, "done": …}}
    {"id": 1, "stop": true}
    {"id": 2, "logs": {…}}              {"id": 2, "lines": [{…}, …]}, at last {"id": 2, "end": true}
    {"id": 2, "more": 500}              so many lines may come: a storm of them delays nothing else
    {"follow": [container, …]}, {"reread": [file, …]}
    {"measure": {"usage": [container, …], "network": null}}   null = of all
    {"beat": Unix seconds}              both ways, every five seconds

What is asked about fixes stands in `fix_lines`, for a far side with that feature.

What is not known is passed over, but for an action: one of which anything is not known is not done.
Either side is hostile text to the other.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from nebtui import __version__
from nebtui.action import (
    Action,
    AskRegistry,
    BuildImages,
    CreateNetwork,
    DeployStack,
    Down,
    Probe,
    Pull,
    RemoveNetwork,
    Restart,
    Stop,
    Up,
    UpdateService,
)
from nebtui.facts.codec import CLASS, decode_fact, encode_fact
from nebtui.host import ShownFigures
from nebtui.light_dataclass import dataclass
from nebtui.recording.lines import LONGEST, json_line, json_object, time_of

SERVE = 1
"""The version of this protocol."""
FEATURES = ("changes", "do", "logs", "follow", "reread", "measure")
BEAT_EVERY = 5.0
WINDOW = 500
"""Lines of a log that may be on their way at once."""
ACTIONS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(Up, Stop, Restart, Down, Pull, BuildImages, DeployStack, UpdateService),
        *(CreateNetwork, RemoveNetwork, Probe, AskRegistry),
    )
}
"""What can be asked for; a program of the user's own is none of them."""
_LONGEST_WORD = 40


class NonsenseError(ValueError):
    """What the other side says is nothing that a nebtui says: one sentence."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The far side's first line."""

    version: str
    """Of its nebtui."""
    serve: int
    """Of its protocol."""
    now: float
    """Its Unix seconds."""
    features: frozenset[str] = frozenset()
    """What it can be asked for, besides what every far side can."""


def greeting_line(
    name: str, machine: str, now: float, features: tuple[str, ...] = FEATURES
) -> bytes:
    """The first line of the far side. `machine`: the same for every name of one machine."""
    return json_line(
        {
            "nebtui": __version__,
            "serve": SERVE,
            "features": features,
            "box": {"name": name, "machine": machine},
            "now": round(now, 3),
        }
    )


def read_greeting(line: bytes) -> Greeting | None:
    """The greeting; None where the line is none: a shell may print words of its own before it."""
    data = json_object(line) or {}
    version, serve, now = data.get("nebtui"), data.get("serve"), time_of(data.get("now"))
    if not isinstance(version, str) or type(serve) is not int or now is None:
        return None
    told = data.get("features")
    features = (one for one in told if isinstance(one, str)) if isinstance(told, list) else ()
    return Greeting(version[:_LONGEST_WORD], serve, now, frozenset(features))


def beat_line(now: float) -> bytes:
    """A sign of life, with the time there."""
    return json_line({"beat": round(now, 3)})


def encoded_action(action: Action) -> dict[str, Any] | None:
    """An action as it is asked for; None for one that cannot be."""
    kind = type(action).__name__
    return {CLASS: kind, **encode_fact(action)} if ACTIONS.get(kind) is type(action) else None


def decoded_action(data: object) -> Action | None:
    """The action; None where it is none of those known, holds what is not known (a newer nebtui may
    mean another thing with it), or does not fit."""
    if not isinstance(data, dict) or not isinstance(data.get(CLASS), str):
        return None
    kind = ACTIONS.get(data[CLASS])
    if kind is None or data.keys() - {CLASS, *(field.name for field in fields(kind))}:
        return None
    action: Action | None = decode_fact(kind, data)
    return action


class LineBuffer:
    """Bytes as they come, and the lines in them."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._bytes = bytearray()
        self._searched = 0

    def add(self, data: bytes) -> None:
        """More bytes."""
        self._bytes += data

    def line(self) -> bytes | None:
        """The next whole line with its end, None where there is none yet; NonsenseError where one
        grows beyond what is read."""
        end = self._bytes.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._bytes)
        if max(end, self._searched) > self._longest:
            raise NonsenseError(f"a line of more than {self._longest:,} bytes")
        if end < 0:
            return None
        line = bytes(self._bytes[: end + 1])
        del self._bytes[: end + 1]
        self._searched = 0
        return line


def shown_json(shown: ShownFigures) -> dict[str, list[str] | None]:
    """Whose figures are looked at, for a line."""
    return {
        name: None if ids is None else sorted(ids)
        for name, ids in (("usage", shown.usage), ("network", shown.network))
    }


def read_shown(data: object) -> ShownFigures | None:
    """The same of a line; None where it is none."""
    if not isinstance(data, dict):
        return None
    usage, network = (_ids(data.get(name)) for name in ("usage", "network"))
    return ShownFigures(usage, network)


def _ids(value: object) -> frozenset[str] | None:
    """All for anything that is no list: rather a reading too many than one too few."""
    return frozenset(map(str, value)) if isinstance(value, list) else None
