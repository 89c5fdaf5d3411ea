"""One file's services in Compose's long forms, with every path made absolute, places kept."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from typing import Any

from nebtui.compose import shapes
from nebtui.compose.merge import unique
from nebtui.compose.spots import Spot, wrap

_WINDOWS = re.compile(r"[A-Za-z]:")
_PAIRS = ("environment", "labels", "annotations", "sysctls")


def document(spot: Spot, folder: str, home: str) -> Spot:
    """A document with every service in canonical form; relative paths are taken from `folder`, `~`
    is `home`."""
    services = spot.get("services")
    if services is None or not isinstance(services.value, dict):
        return spot
    changed = {name: service(body, folder, home) for name, body in services.value.items()}
    return spot.child("services", services.with_value(changed))


def service(spot: Spot, folder: str, home: str) -> Spot:
    """One service in canonical form; anything that is not in a known shape is left as it is."""
    if not isinstance(spot.value, dict):
        return spot
    changes: dict[str, Callable[[Spot], Spot]] = {
        **dict.fromkeys(_PAIRS, pairs),
        "depends_on": lambda value: names(
            value, {"condition": "service_started", "required": True}
        ),
        "networks": lambda value: names(value, None),
        "extra_hosts": hosts,
        "ports": ports,
        "volumes": lambda value: volumes(value, folder, home),
        "devices": devices,
        "env_file": lambda value: env_files(value, folder, home),
        "build": lambda value: build(value, folder, home),
        **dict.fromkeys(("tmpfs", "dns", "dns_search"), listed),
    }
    result: dict[str, Spot] = {}
    for key, value in spot.value.items():
        changed = changes[key](value) if key in changes else value
        if isinstance(changed.value, list):
            changed = changed.with_value(unique(changed.value, ("services", "*", key)))
        result[key] = changed
    return spot.with_value(result)


def absolute(path: str, folder: str, home: str) -> str:
    """A host path as Compose resolves it: `~` expanded, relative ones taken from `folder`, absolute
    ones untouched."""
    if path == "~" or path.startswith("~/"):
        return os.path.normpath(home + path[1:])
    if path.startswith(("/", "\\\\")) or _WINDOWS.match(path):
        return path
    return os.path.normpath(os.path.join(folder, path))


def pairs(spot: Spot) -> Spot:
    """A list of NAME=value as a mapping."""
    if not isinstance(spot.value, list):
        return spot
    found: dict[str, Spot] = {}
    for item in spot.value:
        name, value = shapes.pair(shapes.text(item.value))
        found[name] = item.with_value(value)
    return spot.with_value(found)


def names(spot: Spot, default: Any) -> Spot:
    """A list of names as a mapping of names to a default."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value(
        {
            shapes.text(item.value): wrap(default, item.origin)
            for item in spot.value
            if item.tag != "!reset"
        }
    )


def listed(spot: Spot) -> Spot:
    """A single value as a list of one."""
    return (
        spot
        if isinstance(spot.value, list) or spot.value is None
        else spot.with_value([Spot(spot.value, spot.origin)])
    )


def hosts(spot: Spot) -> Spot:
    """Both forms of `extra_hosts` as a list of `host=ip`; several addresses of one host stay
    several items."""
    items: list[Spot] = []
    if isinstance(spot.value, dict):
        for name, value in spot.value.items():
            many = value.value if isinstance(value.value, list) else (value,)
            items += [
                item.with_value("=".join(shapes.host(f"{name}={shapes.text(item.value)}")))
                for item in many
            ]
    elif isinstance(spot.value, list):
        items = [
            item.with_value("=".join(shapes.host(shapes.text(item.value)))) for item in spot.value
        ]
    else:
        return spot
    return spot.with_value(items)


def ports(spot: Spot) -> Spot:
    """Each short port as its long forms; one that still holds a variable stays text."""
    if not isinstance(spot.value, list):
        return spot
    items: list[Spot] = []
    for item in spot.value:
        if isinstance(item.value, dict):
            published = item.get("published")
            items.append(
                item if published is None else item.child("published", shapes.text(published.value))
            )
        else:
            items += [
                wrap(long, item.origin) for long in shapes.ports(shapes.text(item.value))
            ] or [item]
    return spot.with_value(items)


def volumes(spot: Spot, folder: str, home: str) -> Spot:
    """Each volume in long form, the source of a bind absolute."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value([_volume(item, folder, home) for item in spot.value])


def _volume(item: Spot, folder: str, home: str) -> Spot:
    long = (
        item
        if isinstance(item.value, dict)
        else wrap(shapes.volume(shapes.text(item.value)), item.origin)
    )
    kind, source, target = long.get("type"), long.get("source"), long.get("target")
    if target is not None:
        long = long.child("target", target.with_value(shapes.clean(shapes.text(target.value))))
    if source is not None and kind is not None and kind.value == "bind":
        long = long.child(
            "source", source.with_value(absolute(shapes.text(source.value), folder, home))
        )
    return long


def devices(spot: Spot) -> Spot:
    """Each device in long form."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value(
        [item if isinstance(item.value, dict) else _device(item) for item in spot.value]
    )


def _device(item: Spot) -> Spot:
    source, _, rest = shapes.text(item.value).partition(":")
    target, _, permissions = rest.partition(":")
    return wrap(
        {"source": source, "target": target or source, "permissions": permissions or "rwm"},
        item.origin,
    )


def env_files(spot: Spot, folder: str, home: str) -> Spot:
    """`env_file` as a list of `{path, required}`, paths absolute."""
    items = []
    for item in listed(spot).value or []:
        long = (
            item
            if isinstance(item.value, dict)
            else wrap({"path": shapes.text(item.value)}, item.origin)
        )
        path = long.get("path")
        if path is not None:
            long = long.child(
                "path", path.with_value(absolute(shapes.text(path.value), folder, home))
            )
        items.append(long if long.get("required") else long.child("required", True))
    return spot.with_value(items)


def build(spot: Spot, folder: str, home: str) -> Spot:
    """`build` as a mapping with an absolute context (or the URL that it is)."""
    if spot.value is None:
        return spot
    long = spot if isinstance(spot.value, dict) else spot.with_value({"context": Spot(spot.value)})
    context = long.get("context")
    place = shapes.text(context.value) if context else "."
    if "://" not in place and not place.startswith(("git@", "github.com/")):
        place = absolute(place, folder, home)
    return long.child("context", Spot(place, context.origin if context else None))
