"""One compose file with what it extends and includes: its documents merged, and which bodies made
each service."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nebtui.compose import canonical, spots
from nebtui.compose.interpolate import BadTemplate, MissingVariable, interpolate
from nebtui.compose.marks import NotYaml
from nebtui.compose.merge import merge
from nebtui.compose.session import Place, Session, env_of
from nebtui.compose.shapes import text
from nebtui.compose.spots import Path, Spot, strip
from nebtui.disk.read import UnreadableError
from nebtui.facts.declared import Layer, Problem

_RESOURCES = ("services", "networks", "volumes", "secrets", "configs")
_MAX_DEPTH = 50
"""Deeper chains of includes or extends are a mistake; the interpreter's own limit would be a
traceback."""

Layers = dict[str, tuple[Layer, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """A merged document in canonical form and, by service, the bodies that made it (highest
    priority first)."""

    document: Spot = field(default_factory=lambda: Spot({}))
    layers: Layers = field(default_factory=dict)


def model(session: Session, files: tuple[str, ...], place: Place) -> Model:
    """The files merged in order, with everything they extend and include. Problems go to the
    session."""
    result = Model()
    for file in files:
        for document in documents(session, file, place):
            extended, layers = _extend_all(session, document, file, place)
            one = _include_all(session, Model(extended, layers), file, place)
            result = _over(result, one)
    return Model(_environment_resolved(result.document, place.variables), result.layers)


def documents(session: Session, file: str, place: Place) -> list[Spot]:
    """The canonical documents of one file alone; none where it cannot be read."""
    try:
        found = spots.read(session.text(file), file)
    except UnreadableError as error:
        session.blame(error.path, error.line, error.message)
        return []
    except NotYaml as error:
        session.blame(file, error.line, str(error))
        return []
    change = _interpolation(session, file, place)
    return [
        canonical.document(spots.scalars(one, change), place.folder, session.home) for one in found
    ]


def _interpolation(session: Session, file: str, place: Place) -> Callable[[Spot, Path], Any]:
    def change(spot: Spot, path: Path) -> Any:
        if not session.interpolated or "$" not in spot.value:
            return spot.value
        try:
            return interpolate(spot.value, place.variables)
        except (MissingVariable, BadTemplate) as error:
            line = spot.origin.line if spot.origin else 0
            session.doubts.append(Problem(file, line, f"{'.'.join(path)}: {error}"))
            return spot.value

    return change


def _over(base: Model, over: Model) -> Model:
    merged = merge(base.document, over.document)
    layers = {
        name: (*over.layers.get(name, ()), *base.layers.get(name, ()))
        for name in {**base.layers, **over.layers}
    }
    return Model(merged or Spot({}), layers)


def _environment_resolved(document: Spot, variables: Mapping[str, str]) -> Spot:
    """Names without a value in `environment` take the value that nebtui's own environment or `.env`
    has."""

    def resolved(service: Spot) -> Spot:
        environment = service.get("environment")
        if environment is None or not isinstance(environment.value, dict):
            return service
        values = {
            name: value.with_value(variables[name])
            if value.value is None and name in variables
            else value
            for name, value in environment.value.items()
        }
        return service.child("environment", environment.with_value(values))

    services = document.get("services")
    if services is None or not isinstance(services.value, dict):
        return document
    return document.child(
        "services", services.with_value({k: resolved(v) for k, v in services.value.items()})
    )


def _extend_all(session: Session, document: Spot, file: str, place: Place) -> tuple[Spot, Layers]:
    services = document.get("services")
    if services is None or services.value is None:
        return document, {}
    if not isinstance(services.value, dict):
        session.blame_at(services, file, "services must be a mapping")
        return document.child("services", {}), {}
    bodies: dict[str, Spot] = {}
    layers: Layers = {}
    for name, body in services.value.items():
        if not isinstance(body.value, dict) and body.tag != "!reset":
            session.blame_at(body, file, f"services.{name} must be a mapping")
            continue
        bodies[name], layers[name] = _extended(session, name, services.value, file, place, ())
    return document.child("services", services.with_value(bodies)), layers


def _extended(
    session: Session,
    name: str,
    services: dict[str, Spot],
    file: str,
    place: Place,
    seen: tuple[tuple[str, str], ...],
) -> tuple[Spot, tuple[Layer, ...]]:
    """A service's body with what it extends, and the bodies that made it."""
    body, own = services[name], Layer(file, ("services", name))
    extends = body.get("extends")
    if extends is None:
        return body, (own,)
    rest = body.with_value({key: value for key, value in body.value.items() if key != "extends"})
    if (file, name) in seen or len(seen) > _MAX_DEPTH:
        session.blame_at(extends, file, f"services.{name} extends itself in a circle")
        return rest, (own,)
    reference, other = extends.get("service") or extends, extends.get("file")
    base_name, base_file, base_services = text(reference.value), file, services
    if other is not None:
        base_file = canonical.absolute(text(other.value), place.folder, session.home)
        place = Place(os.path.dirname(base_file), place.variables, place.trail)
        base_services = _services_of(session, base_file, place)
    if not isinstance(base := base_services.get(base_name), Spot) or not isinstance(
        base.value, dict
    ):
        session.blame_at(
            extends, file, f"services.{name} extends {base_name!r}, which is not in {base_file}"
        )
        return rest, (own,)
    base, below = _extended(
        session, base_name, base_services, base_file, place, (*seen, (file, name))
    )
    merged = merge(base, rest, ("services", name))
    return merged or rest, (own, *below)


def _services_of(session: Session, file: str, place: Place) -> dict[str, Spot]:
    found: dict[str, Spot] = {}
    for document in documents(session, file, place):
        services = document.get("services")
        if services is not None and isinstance(services.value, dict):
            found.update(services.value)
    return found


def _include_all(session: Session, one: Model, file: str, place: Place) -> Model:
    include = one.document.get("include")
    if include is None or include.value is None:
        return one
    if not isinstance(include.value, list):
        session.blame_at(include, file, "include must be a list")
        return one
    for item in include.value:
        included = _included(session, item, file, place)
        one = _imported(session, one, included, item, file)
    rest = {key: value for key, value in one.document.value.items() if key != "include"}
    return Model(one.document.with_value(rest), one.layers)


def _included(session: Session, item: Spot, file: str, place: Place) -> Model:
    paths = _strings(item.get("path") or item)
    remote = [path for path in paths if "://" in path or path.startswith("git@")]
    if not paths or remote:
        session.blame_at(
            item,
            file,
            f"include of {remote[0]}: remote includes are not read"
            if remote
            else "include needs a path",
        )
        return Model()
    files = tuple(canonical.absolute(path, place.folder, session.home) for path in paths)
    if files[0] in (file, *place.trail) or len(place.trail) > _MAX_DEPTH:
        session.blame_at(item, file, f"include cycle: {files[0]} includes itself")
        return Model()
    given = item.get("project_directory")
    folder = (
        canonical.absolute(text(given.value), place.folder, session.home)
        if given
        else os.path.dirname(files[0])
    )
    env_files = [
        canonical.absolute(path, place.folder, session.home)
        for path in _strings(item.get("env_file"))
    ]
    variables = dict(place.variables)
    for path in env_files or [os.path.join(folder, ".env")]:
        found = env_of(session, path, variables, optional=not env_files)
        # What is set already wins over an included project's own env file.
        variables = {**found, **variables}
    return model(session, files, Place(folder, variables, (*place.trail, file)))


def _imported(session: Session, one: Model, included: Model, item: Spot, file: str) -> Model:
    document = one.document
    for kind in _RESOURCES:
        new, old = included.document.get(kind), document.get(kind)
        if new is None or not isinstance(new.value, dict):
            continue
        here = old.value if old is not None and isinstance(old.value, dict) else {}
        for name in new.value.keys() & here.keys():
            if strip(new.value[name]) != strip(here[name]):
                session.blame_at(
                    item, file, f"{kind}.{name} conflicts with the imported one of the same name"
                )
        document = document.child(kind, (old or new).with_value({**new.value, **here}))
    return Model(document, {**included.layers, **one.layers})


def _strings(spot: Spot | None) -> list[str]:
    if spot is None or isinstance(spot.value, dict) or spot.value is None:
        return []
    return (
        [text(item.value) for item in spot.value]
        if isinstance(spot.value, list)
        else [text(spot.value)]
    )
