"""One compose file with what it extends and includes: its documents merged, and which bodies made
each service."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from dataclasses import field
from typing import Any

from nebtui.compose.reader import long_forms
from nebtui.compose.reader.context import FileContext, ReadContext, env_of
from nebtui.compose.reader.env_files import environment_resolved
from nebtui.compose.reader.merge import merge
from nebtui.compose.syntax.interpolate import MissingVariableError, TemplateError, interpolate
from nebtui.compose.syntax.short_forms import text
from nebtui.compose.yaml import located
from nebtui.compose.yaml.located import Located, Path, plain_value
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.disk.read import UnreadableError
from nebtui.facts.declared import Layer
from nebtui.facts.project import Problem
from nebtui.light_dataclass import dataclass

_RESOURCES = ("services", "networks", "volumes", "secrets", "configs")
_MAX_DEPTH = 50
"""Deeper chains of includes or extends are a mistake; the interpreter's own limit would be a
traceback."""

Layers = dict[str, tuple[Layer, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """A merged document in canonical form and, by service, the bodies that made it (highest
    priority first)."""

    document: Located = field(default_factory=lambda: Located({}))
    layers: Layers = field(default_factory=dict)


def merge_files(context: ReadContext, files: tuple[str, ...], scope: FileContext) -> Model:
    """The files merged in order, with everything they extend and include. Problems go to the
    context."""
    result = Model()
    for file in files:
        for document in documents(context, file, scope):
            extended, layers = _extend_all(context, document, file, scope)
            one = _include_all(context, Model(extended, layers), file, scope)
            result = _over(result, one)
    return Model(environment_resolved(result.document, scope.variables), result.layers)


def documents(context: ReadContext, file: str, scope: FileContext) -> list[Located]:
    """The canonical documents of one file alone; none where it cannot be read."""
    try:
        found = located.read(context.text(file), file)
    except UnreadableError as error:
        context.report(error.path, error.line, error.message)
        return []
    except NotYamlError as error:
        context.report(file, error.line, str(error))
        return []
    change = _interpolation(context, file, scope)
    return [
        long_forms.document(located.scalars(one, change), scope.folder, context.home)
        for one in found
    ]


def _interpolation(
    context: ReadContext, file: str, scope: FileContext
) -> Callable[[Located, Path], Any]:
    def change(spot: Located, path: Path) -> Any:
        if not context.interpolated or "$" not in spot.value:
            return spot.value
        unset: list[str] = []
        try:
            left = interpolate(spot.value, scope.variables, unset=unset)
        except (MissingVariableError, TemplateError) as error:
            line = spot.origin.line if spot.origin else 0
            context.warnings.append(Problem(file, line, f"{error} ({'.'.join(path)})"))
            return spot.value
        if unset and spot.origin:
            names = tuple(dict.fromkeys(unset))
            context.unset.append((path, spot.value, left, names, spot.origin))
        return left

    return change


def _over(base: Model, over: Model) -> Model:
    merged = merge(base.document, over.document)
    layers = {
        name: (*over.layers.get(name, ()), *base.layers.get(name, ()))
        for name in {**base.layers, **over.layers}
    }
    return Model(merged or Located({}), layers)


def _extend_all(
    context: ReadContext, document: Located, file: str, scope: FileContext
) -> tuple[Located, Layers]:
    services = document.get("services")
    if services is None or services.value is None:
        return document, {}
    if not isinstance(services.value, dict):
        context.report_at(services, file, "services must be a mapping")
        return document.child("services", {}), {}
    bodies: dict[str, Located] = {}
    layers: Layers = {}
    for name, body in services.value.items():
        if not isinstance(body.value, dict) and body.tag != "!reset":
            context.report_at(body, file, f"services.{name} must be a mapping")
            continue
        bodies[name], layers[name] = _extended(context, name, services.value, file, scope, ())
    return document.child("services", services.with_value(bodies)), layers


def _extended(
    context: ReadContext,
    name: str,
    services: dict[str, Located],
    file: str,
    scope: FileContext,
    seen: tuple[tuple[str, str], ...],
) -> tuple[Located, tuple[Layer, ...]]:
    """A service's body with what it extends, and the bodies that made it."""
    body, own = services[name], Layer(file, ("services", name))
    extends = body.get("extends")
    if extends is None:
        return body, (own,)
    rest = body.with_value({key: value for key, value in body.value.items() if key != "extends"})
    if (file, name) in seen or len(seen) > _MAX_DEPTH:
        context.report_at(extends, file, f"services.{name} extends itself in a circle")
        return rest, (own,)
    reference, other = extends.get("service") or extends, extends.get("file")
    base_name, base_file, base_services = text(reference.value), file, services
    if other is not None:
        base_file = long_forms.absolute(text(other.value), scope.folder, context.home)
        scope = FileContext(os.path.dirname(base_file), scope.variables, scope.include_stack)
        base_services = _services_of(context, base_file, scope)
    if not isinstance(base := base_services.get(base_name), Located) or not isinstance(
        base.value, dict
    ):
        context.report_at(
            extends, file, f"services.{name} extends {base_name!r}, which is not in {base_file}"
        )
        return rest, (own,)
    base, below = _extended(
        context, base_name, base_services, base_file, scope, (*seen, (file, name))
    )
    merged = merge(base, rest, ("services", name))
    return merged or rest, (own, *below)


def _services_of(context: ReadContext, file: str, scope: FileContext) -> dict[str, Located]:
    results: dict[str, Located] = {}
    for document in documents(context, file, scope):
        services = document.get("services")
        if services is not None and isinstance(services.value, dict):
            results.update(services.value)
    return results


def _include_all(context: ReadContext, one: Model, file: str, scope: FileContext) -> Model:
    include = one.document.get("include")
    if include is None or include.value is None:
        return one
    if not isinstance(include.value, list):
        context.report_at(include, file, "include must be a list")
        return one
    for item in include.value:
        included = _included(context, item, file, scope)
        one = _imported(context, one, included, item, file)
    rest = {key: value for key, value in one.document.value.items() if key != "include"}
    return Model(one.document.with_value(rest), one.layers)


def _included(context: ReadContext, item: Located, file: str, scope: FileContext) -> Model:
    paths = _strings(item.get("path") or item)
    remote = [path for path in paths if "://" in path or path.startswith("git@")]
    if not paths or remote:
        context.report_at(
            item,
            file,
            f"include of {remote[0]}: remote includes are not read"
            if remote
            else "include needs a path",
        )
        return Model()
    files = tuple(long_forms.absolute(path, scope.folder, context.home) for path in paths)
    if files[0] in (file, *scope.include_stack) or len(scope.include_stack) > _MAX_DEPTH:
        context.report_at(item, file, f"include cycle: {files[0]} includes itself")
        return Model()
    given = item.get("project_directory")
    folder = (
        long_forms.absolute(text(given.value), scope.folder, context.home)
        if given
        else os.path.dirname(files[0])
    )
    env_files = [
        long_forms.absolute(path, scope.folder, context.home)
        for path in _strings(item.get("env_file"))
    ]
    variables = dict(scope.variables)
    for path in env_files or [os.path.join(folder, ".env")]:
        found = env_of(context, path, variables, optional=not env_files)
        # What is set already wins over an included project's own env file.
        variables = {**found, **variables}
    return merge_files(context, files, FileContext(folder, variables, (*scope.include_stack, file)))


def _imported(context: ReadContext, one: Model, included: Model, item: Located, file: str) -> Model:
    document = one.document
    for kind in _RESOURCES:
        new, old = included.document.get(kind), document.get(kind)
        if new is None or not isinstance(new.value, dict):
            continue
        here = old.value if old is not None and isinstance(old.value, dict) else {}
        for name in new.value.keys() & here.keys():
            if plain_value(new.value[name]) != plain_value(here[name]):
                context.report_at(
                    item, file, f"{kind}.{name} conflicts with the imported one of the same name"
                )
        document = document.child(kind, (old or new).with_value({**new.value, **here}))
    return Model(document, {**included.layers, **one.layers})


def _strings(spot: Located | None) -> list[str]:
    if spot is None or isinstance(spot.value, dict) or spot.value is None:
        return []
    return (
        [text(item.value) for item in spot.value]
        if isinstance(spot.value, list)
        else [text(spot.value)]
    )
