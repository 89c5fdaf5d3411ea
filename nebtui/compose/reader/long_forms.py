"""One file's services in Compose's long forms, with every path made absolute, places kept."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from typing import Any

from nebtui.compose.reader.merge import unique
from nebtui.compose.syntax import short_forms
from nebtui.compose.yaml.located import Located, locate

_WINDOWS = re.compile(r"[A-Za-z]:")
_PAIRS = ("environment", "labels", "annotations", "sysctls")


def document(spot: Located, folder: str, home: str) -> Located:
    """A document with every service in canonical form; relative paths are taken from `folder`, `~`
    is `home`."""
    services = spot.get("services")
    if services is None or not isinstance(services.value, dict):
        return spot
    changed = {name: service(body, folder, home) for name, body in services.value.items()}
    return spot.child("services", services.with_value(changed))


def service(spot: Located, folder: str, home: str) -> Located:
    """One service in canonical form; anything that is not in a known shape is left as it is."""
    if not isinstance(spot.value, dict):
        return spot
    changes: dict[str, Callable[[Located], Located]] = {
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
    result: dict[str, Located] = {}
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


def pairs(spot: Located) -> Located:
    """A list of NAME=value as a mapping."""
    if not isinstance(spot.value, list):
        return spot
    results: dict[str, Located] = {}
    for item in spot.value:
        name, value = short_forms.pair(short_forms.text(item.value))
        results[name] = item.with_value(value)
    return spot.with_value(results)


def names(spot: Located, default: Any) -> Located:
    """A list of names as a mapping of names to a default."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value(
        {
            short_forms.text(item.value): locate(default, item.origin)
            for item in spot.value
            if item.tag != "!reset"
        }
    )


def listed(spot: Located) -> Located:
    """A single value as a list of one."""
    return (
        spot
        if isinstance(spot.value, list) or spot.value is None
        else spot.with_value([Located(spot.value, spot.origin)])
    )


def hosts(spot: Located) -> Located:
    """Both forms of `extra_hosts` as a list of `host=ip`; several addresses of one host stay
    several items."""
    items: list[Located] = []
    if isinstance(spot.value, dict):
        for name, value in spot.value.items():
            many = value.value if isinstance(value.value, list) else (value,)
            items += [
                item.with_value(
                    "=".join(short_forms.host(f"{name}={short_forms.text(item.value)}"))
                )
                for item in many
            ]
    elif isinstance(spot.value, list):
        items = [
            item.with_value("=".join(short_forms.host(short_forms.text(item.value))))
            for item in spot.value
        ]
    else:
        return spot
    return spot.with_value(items)


def ports(spot: Located) -> Located:
    """Each short port as its long forms; one that still holds a variable stays text."""
    if not isinstance(spot.value, list):
        return spot
    items: list[Located] = []
    for item in spot.value:
        if isinstance(item.value, dict):
            published = item.get("published")
            items.append(
                item
                if published is None
                else item.child(
                    "published", published.with_value(short_forms.text(published.value))
                )
            )
        else:
            items += [
                locate(long, item.origin)
                for long in short_forms.ports(short_forms.text(item.value))
            ] or [item]
    return spot.with_value(items)


def volumes(spot: Located, folder: str, home: str) -> Located:
    """Each volume in long form, the source of a bind absolute."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value([_volume(item, folder, home) for item in spot.value])


def _volume(item: Located, folder: str, home: str) -> Located:
    long = (
        item
        if isinstance(item.value, dict)
        else locate(short_forms.volume(short_forms.text(item.value)), item.origin)
    )
    kind, source, target = long.get("type"), long.get("source"), long.get("target")
    if target is not None:
        long = long.child(
            "target", target.with_value(short_forms.clean(short_forms.text(target.value)))
        )
    if source is not None and kind is not None and kind.value == "bind":
        long = long.child(
            "source", source.with_value(absolute(short_forms.text(source.value), folder, home))
        )
    return long


def devices(spot: Located) -> Located:
    """Each device in long form."""
    if not isinstance(spot.value, list):
        return spot
    return spot.with_value(
        [item if isinstance(item.value, dict) else _device(item) for item in spot.value]
    )


def _device(item: Located) -> Located:
    source, _, rest = short_forms.text(item.value).partition(":")
    target, _, permissions = rest.partition(":")
    return locate(
        {"source": source, "target": target or source, "permissions": permissions or "rwm"},
        item.origin,
    )


def env_files(spot: Located, folder: str, home: str) -> Located:
    """`env_file` as a list of `{path, required}`, paths absolute."""
    items = []
    for item in listed(spot).value or []:
        long = (
            item
            if isinstance(item.value, dict)
            else locate({"path": short_forms.text(item.value)}, item.origin)
        )
        path = long.get("path")
        if path is not None:
            long = long.child(
                "path", path.with_value(absolute(short_forms.text(path.value), folder, home))
            )
        items.append(long if long.get("required") else long.child("required", True))
    return spot.with_value(items)


def build(spot: Located, folder: str, home: str) -> Located:
    """`build` as a mapping with an absolute context (or the URL that it is)."""
    if spot.value is None:
        return spot
    long = (
        spot if isinstance(spot.value, dict) else spot.with_value({"context": Located(spot.value)})
    )
    context = long.get("context")
    place = short_forms.text(context.value) if context else "."
    if "://" not in place and not place.startswith(("git@", "github.com/")):
        place = absolute(place, folder, home)
    return long.child("context", Located(place, context.origin if context else None))
