"""Why an engine cannot be used."""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot be used, or refused; the text is one sentence with a remedy."""


class NotFoundError(EngineError):
    """The engine answered that this object does not exist (any more)."""
