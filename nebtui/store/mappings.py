"""Immutable mappings made from others; all that they hold is shared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def with_items(mapping: Mapping[K, V], items: Mapping[K, V]) -> Mapping[K, V]:
    """The items of both, the second's where both have a key."""
    return MappingProxyType({**mapping, **items})


def only_keys(mapping: Mapping[K, V], keys: Collection[K]) -> Mapping[K, V]:
    """The items of these keys; the same object where that is all of them."""
    kept = {k: v for k, v in mapping.items() if k in keys}
    return mapping if len(kept) == len(mapping) else MappingProxyType(kept)


def without_key(mapping: Mapping[K, V], key: K) -> Mapping[K, V]:
    """All items but that of a key."""
    return MappingProxyType({k: v for k, v in mapping.items() if k != key})
