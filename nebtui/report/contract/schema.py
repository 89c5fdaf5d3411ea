"""From a typed dictionary to JSON Schema, draft 2020-12."""

from __future__ import annotations

import types
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
Schema = dict[str, Any]


def json_schema(kind: Any, title: str) -> Schema:
    """The schema of a type: exactly its keys, all of them required. `Annotated[…, "…"]` and the
    docstrings of its dictionaries are the descriptions. TypeError for what JSON has no word for."""
    definitions: dict[str, Schema] = {}
    body = _of(kind, definitions)
    return {"$schema": DRAFT, "title": title, **body, "$defs": definitions}


def _of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    origin, inside = get_origin(kind), get_args(kind)
    if kind in _TYPES:
        return {"type": _TYPES[kind]}
    if origin is Annotated:
        return {**_of(inside[0], definitions), "description": inside[1]}
    if origin is Literal:
        return {"const": inside[0]} if len(inside) == 1 else {"enum": list(inside)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(one, definitions) for one in inside]}
    if origin is list:
        return {"type": "array", "items": _of(inside[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inside[1], definitions)}
    if is_typeddict(kind):
        return _object(kind, definitions)
    raise TypeError(kind)


def _object(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """A reference to the definition, which is made when it is first met."""
    name = kind.__name__.removesuffix("Json")
    if name not in definitions:
        made = definitions[name] = {"type": "object", "description": _sentence(kind.__doc__)}
        hints = get_type_hints(kind, include_extras=True)
        made["properties"] = {key: _of(value, definitions) for key, value in hints.items()}
        made["required"] = sorted(kind.__required_keys__)
        made["additionalProperties"] = False
    return {"$ref": f"#/$defs/{name}"}


def _sentence(docstring: str | None) -> str:
    return " ".join((docstring or "").split())
