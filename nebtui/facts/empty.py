"""The mapping of facts that have none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


def empty() -> Mapping[Any, Any]:
    """The immutable empty mapping, as a default (a mapping proxy itself is refused as one before
    Python 3.12)."""
    return _EMPTY
