"""What the servers' collector asks of the memory of usual speeds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from nebtui.analysis.throughput.windows import Bucket


class Baselines(Protocol):
    """What remembers usual speeds from run to run; used by the collector's thread only."""

    def of(self, machine: str) -> None:
        """From now on they are those of this machine, "" for the one whose engine nebtui was
        pointed at."""
        ...

    def recall(self, service: str, model: str, bucket: Bucket) -> Iterable[float]:
        """Speeds of earlier windows, oldest first, in tokens a second of one request."""
        ...

    def learn(self, service: str, model: str, bucket: Bucket, speed: float, at: float) -> None:
        """Remember one more window."""
        ...

    def close(self) -> None:
        """Write what is not written yet."""
        ...
