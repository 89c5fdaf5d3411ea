"""What was checked of a patch, one thing after the other."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked; `ok` None = it could not be."""

    ok: bool | None
    message: str


@dataclass(frozen=True, slots=True)
class Proof:
    """All checks of a patch. What is not proved is shown, never written."""

    checks: tuple[Check, ...]

    @property
    def proved(self) -> bool:
        return all(check.ok is not False for check in self.checks)

    @property
    def failure(self) -> str:
        """The first check that failed, "" if none did."""
        return next((check.message for check in self.checks if check.ok is False), "")


NOTHING_PROVED = Proof(())
