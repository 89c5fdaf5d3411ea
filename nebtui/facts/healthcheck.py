"""The test that tells whether a container is healthy."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """A healthcheck, of a compose file or an image. `test` as Compose has it: `("CMD", …)`,
    `("CMD-SHELL", text)` or `("NONE",)`. Durations in seconds, None where not given."""

    test: tuple[str, ...] = ()
    interval: float | None = None
    timeout: float | None = None
    retries: int | None = None
    start_period: float | None = None
    start_interval: float | None = None

    @property
    def disabled(self) -> bool:
        """True for `disable: true` and `test: NONE`: the image's own test is switched off too."""
        return self.test[:1] == ("NONE",)
