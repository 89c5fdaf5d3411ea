"""AWS's own description of RegisterTaskDefinition, as botocore carries it: shapes, required keys,
enumerations and bounds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator


@cache
def request_shape() -> Shape:
    """The input of RegisterTaskDefinition."""
    model = Loader().load_service_model("ecs", "service-2")
    shape: Shape = ServiceModel(model, "ecs").operation_model("RegisterTaskDefinition").input_shape
    return shape


def mistakes(request: Any) -> list[str]:
    """What AWS's client would refuse, and values outside the enumerations, which it lets pass."""
    report = ParamValidator().validate(request, request_shape())
    told = [report.generate_report()] if report.has_errors() else []
    return [*told, *_strangers(request, request_shape(), "request")]


def _strangers(value: Any, shape: Any, where: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for key, inner in value.items():
            if key in shape.members:
                yield from _strangers(inner, shape.members[key], f"{where}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strangers(inner, shape.member, f"{where}[{number}]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{where}: {value} is not one of {shape.enum}"
