"""Facts as plain data for JSON, and back, read off their type hints: no class has code of its own
here.

What is written must be readable for ever: classes and fields are only added, every later field has
a default, nothing changes its meaning; a break gets a class of a new name. Fields that equal their
default are left out, fields that are not known are ignored.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from nebtui.facts.changes import Change

T = TypeVar("T")
Convert = Callable[[Any], Any]

CLASS = "c"
"""The key under which a change's class stands."""
CHANGES: Mapping[str, type[Any]] = MappingProxyType({c.__name__: c for c in get_args(Change)})
"""Every class of change by its name."""
_WHOLE, _REAL = 2**63, 1e18
"""Numbers beyond these are no figure of a machine, and arithmetic on them fails far from here."""
_MOST = 20_000
ABSENT = object()
"""The default of a field that has none."""


class MisfitError(ValueError):
    """The data is not of the type asked for."""


def encode(change: Change) -> dict[str, Any]:
    """A change as plain data: its fields, and its class under `c`."""
    return {CLASS: type(change).__name__, **encode_fact(change)}


def decode(data: object) -> Change | None:
    """The change, None where its class is not known or the data does not fit it (a field without
    default is missing, a value is of a wrong type)."""
    if not isinstance(data, dict):
        return None
    kind = CHANGES.get(data[CLASS]) if isinstance(data.get(CLASS), str) else None
    fact: Change | None = decode_fact(kind, data) if kind else None
    return fact


def encode_fact(fact: Any) -> dict[str, Any]:
    """A fact as plain data: the fields that differ from their default, mappings without text keys
    as pairs, sets sorted, figures that are not finite as missing."""
    written = {}
    for name, get, default, convert in _writing(fact.__class__):
        value = get(fact)
        if value is not default and value != default:
            written[name] = value if convert is None else convert(value)
    return written


def decode_fact(kind: Callable[..., T], data: object) -> T | None:
    """The fact of this class, None where the data does not fit it."""
    try:
        fact: T = _fact(kind, data)
    except (MisfitError, RecursionError):
        return None
    return fact


def default_of(field: Field[Any]) -> Any:
    """What a field holds where nothing is given; `ABSENT` where it has no default."""
    if field.default is not MISSING:
        return field.default
    return ABSENT if field.default_factory is MISSING else field.default_factory()


# Plans are made when a class is first met: a class may hold itself (the parents of a path).


@cache
def _writing(kind: Any) -> tuple[tuple[str, Convert, Any, Convert | None], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (f.name, attrgetter(f.name), default_of(f), _encoder(hints[f.name])) for f in fields(kind)
    )


@cache
def _reading(kind: Any) -> tuple[tuple[str, bool, Convert], ...]:
    hints = get_type_hints(kind)
    return tuple((f.name, default_of(f) is ABSENT, _decoder(hints[f.name])) for f in fields(kind))


@cache
def _encoder(hint: Any) -> Convert | None:
    """What writes a value of a type, None where it can stand as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is float:
        return lambda value: value if math.isfinite(value) else None
    if is_dataclass(hint):
        return encode_fact
    if origin in (Union, types.UnionType):
        (some,) = (_encoder(a) for a in arguments if a is not types.NoneType)
        return some and _unless_none(some)
    if origin is tuple and arguments[-1] is ...:
        one = _encoder(arguments[0])
        return list if one is None else lambda value: [one(item) for item in value]
    if origin is tuple:
        return list
    if origin is frozenset:
        return sorted
    if origin is Mapping:
        return _mapping_encoder(*arguments)
    return None


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _mapping_encoder(key: Any, held: Any) -> Convert:
    one = _encoder(held) or (lambda value: value)
    if key is str:
        return lambda value: {k: one(v) for k, v in value.items()}
    write = _encoder(key) or (lambda value: value)
    return lambda value: [[write(k), one(v)] for k, v in value.items()]


def _fact(kind: Any, data: object) -> Any:
    if not isinstance(data, dict):
        raise MisfitError(f"no {kind.__name__}")
    given = {}
    for name, needed, convert in _reading(kind):
        if name in data:
            given[name] = convert(data[name])
        elif needed:
            raise MisfitError(f"{kind.__name__} without {name}")
    return kind(**given)


@cache
def _decoder(hint: Any) -> Convert:
    """What reads a value of a type; it raises MisfitError."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (str, bool, types.NoneType):
        return lambda value: _of(hint, value)
    if hint in (int, float):
        return _whole if hint is int else _real
    if is_dataclass(hint):
        return lambda value: _fact(hint, value)
    if origin is Literal:
        return lambda value: _one_of(arguments, value)
    if origin in (Union, types.UnionType):
        (some,) = (_decoder(a) for a in arguments if a is not types.NoneType)
        return _unless_none(some)
    if origin is tuple and arguments[-1] is ...:
        one = _decoder(arguments[0])
        return lambda value: tuple([one(item) for item in _bounded(_of(list, value))])
    if origin is tuple:
        return _row_decoder(tuple(_decoder(a) for a in arguments))
    if origin is frozenset:
        member = _decoder(arguments[0])
        return lambda value: frozenset([member(item) for item in _of(list, value)])
    if origin is Mapping:
        return _mapping_decoder(*arguments)
    raise TypeError(f"a fact may not hold {hint}")


def _row_decoder(cells: tuple[Convert, ...]) -> Convert:
    def read(value: object) -> tuple[Any, ...]:
        row = _of(list, value)
        if len(row) != len(cells):
            raise MisfitError("a row of a wrong length")
        return tuple([cell(item) for cell, item in zip(cells, row, strict=True)])

    return read


def _mapping_decoder(key: Any, held: Any) -> Convert:
    one = _decoder(held)
    if key is str:
        return lambda value: MappingProxyType({k: one(v) for k, v in _of(dict, value).items()})
    pair = _row_decoder((_decoder(key), one))
    return lambda value: MappingProxyType(dict([pair(item) for item in _of(list, value)]))


def _of(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise MisfitError(f"no {kind.__name__}")
    return value


def _bounded(many: list[Any]) -> list[Any]:
    """The items, if they are no more than any box has: making them costs far more than the text."""
    if len(many) > _MOST:
        raise MisfitError(f"more than {_MOST} items")
    return many


def _whole(value: object) -> int:
    if type(value) is not int or abs(value) >= _WHOLE:
        raise MisfitError("no whole number of a machine")
    return value


def _real(value: object) -> float:
    if type(value) not in (int, float) or not abs(value) <= _REAL:  # type: ignore[arg-type]
        raise MisfitError("no figure of a machine")
    return value  # type: ignore[return-value]


def _one_of(allowed: tuple[Any, ...], value: object) -> Any:
    if not isinstance(value, str) or value not in allowed:
        raise MisfitError(f"none of {allowed}")
    return value
