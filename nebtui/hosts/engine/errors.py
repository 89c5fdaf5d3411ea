"""Why an engine cannot be used."""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot be used, or refused; the text is one sentence with a remedy."""


class ApiError(Exception):
    """An error that the engine answered: the status of HTTP, and its own words."""

    def __init__(self, status: int, explanation: str) -> None:
        super().__init__(explanation)
        self.status = status
        self.explanation = explanation


class NotFoundError(EngineError):
    """The engine answered that this object does not exist (any more)."""
