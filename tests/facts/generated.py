"""Facts of any class, made from their type hints: a new field is covered from its first day."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

DEPTH = 3
"""How often a class may hold itself."""
_TEXT = st.text(max_size=8)
_REAL = st.floats(-1e9, 1e12, allow_nan=False)
_BASIC: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(-(2**40), 2**40),
    float: _REAL,
    bool: st.booleans(),
    types.NoneType: st.none(),
}


def values(hint: Any, held: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Values of a type that a fact may hold."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _BASIC:
        return _BASIC[hint]
    if is_dataclass(hint):
        return facts(hint, held)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([values(a, held) for a in arguments])
    if origin is tuple and arguments[-1] is ...:
        return _many(arguments[0], held).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(a, held) for a in arguments))
    if origin is frozenset:
        return st.frozensets(values(arguments[0], held), max_size=3)
    if origin is Mapping:
        if held.count(arguments[1]) >= DEPTH:
            return st.just({})
        return st.dictionaries(values(arguments[0], held), values(arguments[1], held), max_size=2)
    raise TypeError(f"nothing of type {hint} can be made")


def _many(hint: Any, held: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    if held.count(hint) >= DEPTH:
        return st.just([])
    return st.lists(values(hint, held), max_size=2)


def facts(kind: Any, held: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Facts of a class; each field is left at its default now and then."""
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{f.name: values(hints[f.name], (*held, kind)) for f in fields(kind) if f.init}
    )
