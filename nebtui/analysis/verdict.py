"""The verdicts on a service, and how each is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nebtui.light_dataclass import dataclass

Word = Literal[
    "failed",
    "degraded",
    "waiting",
    "starting",
    "unknown",
    "listening",
    "ready",
    "completed",
    "absent",
]


Tone = Literal["ok", "warn", "bad", "info", "dim"]


@dataclass(frozen=True, slots=True)
class WordLook:
    """How a verdict is shown: every one differs by glyph and word, not by hue alone."""

    glyph: str
    tone: Tone
    meaning: str
    label: str = ""
    """How people call it, where that is another word."""


WORDS: Mapping[Word, WordLook] = {
    "failed": WordLook("✗", "bad", "exits, or cannot start"),
    "degraded": WordLook("▲", "warn", "runs, but unhealthy or restarted"),
    "waiting": WordLook("◔", "warn", "waits on another service"),
    "starting": WordLook("◐", "warn", "its healthcheck has not passed yet"),
    "unknown": WordLook("◌", "info", "runs; nothing tells whether it serves", "unverified"),
    "listening": WordLook("◉", "ok", "listens; no healthcheck tells more", "port open"),
    "ready": WordLook("●", "ok", "its healthcheck passes"),
    "completed": WordLook("✓", "dim", "a job that ended with 0"),
    "absent": WordLook("○", "dim", "no container, or stopped"),
}
"""Every verdict, the worst first: of several replicas the first one in this order is told."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The verdict in one word, why in one phrase, and the services it waits on."""

    word: Word
    why: str = ""
    waiting_on: tuple[str, ...] = ()
    label: str = ""
    """The state as people call it, where it is not the word itself."""

    @property
    def state(self) -> str:
        """The state in people's words: up · unverified, port open, not created, crash loop."""
        return self.label or WORDS[self.word].label or self.word

    @property
    def ok(self) -> bool:
        """It serves, or has done its work."""
        return self.word in ("ready", "completed")
