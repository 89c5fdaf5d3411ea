"""What requests that ended add up to, where a server keeps no counters: from TabbyAPI's log, from
Ollama's replies, from what KoboldCpp says of its last one."""

from __future__ import annotations

import math
import re
from dataclasses import field, replace

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.inference.parsers import LastRequest
from nebtui.light_dataclass import dataclass

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINE = re.compile(r"Metrics \(ID: ([^)]{1,80})\): (\d{1,9}) tokens generated in ([\d.]+) seconds")
GENERATE = re.compile(r"Generate: ([\d.]{1,12}) T/s")
PROCESS = re.compile(r"(\d{1,9}) new tokens at ([\d.]{1,12}) T/s")
REMEMBERED = 400


@dataclass(frozen=True, slots=True)
class FinishedRequests:
    """Tokens and the seconds that generating and reading them took, since nebtui looks."""

    tokens: float = 0.0
    seconds: float = 0.0
    prompt_tokens: float = 0.0
    prompt_seconds: float = 0.0
    requests: int = 0
    number: int | None = None
    """How many the server had counted at the last look, where it counts them."""
    seen: tuple[str, ...] = field(default=(), repr=False)

    def one(
        self, tokens: float, seconds: float, prompt_tokens: float = 0.0, prompt_seconds: float = 0.0
    ) -> FinishedRequests:
        """With one more request; what took no time counts for nothing."""
        return replace(
            self,
            tokens=self.tokens + (tokens if seconds > 0 else 0.0),
            seconds=self.seconds + max(0.0, seconds),
            prompt_tokens=self.prompt_tokens + (prompt_tokens if prompt_seconds > 0 else 0.0),
            prompt_seconds=self.prompt_seconds + max(0.0, prompt_seconds),
            requests=self.requests + 1,
        )

    def after(self, last: LastRequest | None) -> FinishedRequests:
        """With the last request of a server that tells only that one. What ended before the first
        look is of no known time, and of several between two looks the last one is known."""
        if last is None:
            return self
        first = self.number is None or last.number <= self.number
        after = self if first else self.one(last.tokens, last.seconds)
        return replace(after, number=last.number)

    def log(self, text: str) -> FinishedRequests:
        """With the requests of TabbyAPI's log that were not counted before."""
        # The line may be wrapped and coloured: its details can stand on lines of their own.
        flat = " ".join(COLOUR.sub("", text).split())
        totals = self
        found = list(LINE.finditer(flat))
        ends = [*(match.start() for match in found[1:]), len(flat)]
        for match, end in zip(found, ends, strict=False):
            if match[1] not in totals.seen:
                totals = totals._line(
                    match[1], float(match[2]), flat[match.end() : min(end, match.end() + 400)]
                )
        return totals

    def _line(self, identity: str, tokens: float, details: str) -> FinishedRequests:
        generate, process = GENERATE.search(details), PROCESS.search(details)
        rate = positive(generate[1]) if generate else None
        prompt_rate = positive(process[2]) if process else None
        read = float(process[1]) if process and prompt_rate else 0.0
        after = self.one(
            tokens, tokens / rate if rate else 0.0, read, read / prompt_rate if prompt_rate else 0.0
        )
        return replace(after, seen=(*self.seen, identity)[-REMEMBERED:])

    def reading(self, base: ServerReading) -> ServerReading:
        """As if the server counted for itself."""
        return replace(
            base,
            tokens=self.tokens,
            speed=(self.tokens, self.seconds),
            prompt_speed=(self.prompt_tokens, self.prompt_seconds),
            requests=float(self.requests),
        )


def positive(digits: str) -> float | None:
    """The number of a log line; None for 0 and for nonsense such as `1.2.3`."""
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if value > 0 and math.isfinite(value) else None
