"""Why no file of nebtui can be made or sent."""

from __future__ import annotations


class CarryError(Exception):
    """It is not made or not sent: one sentence."""
