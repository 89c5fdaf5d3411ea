"""nebtui's own reader of a Compose project: the effective model without Compose, and the place of
each fact."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from nebtui.compose.reader import layers
from nebtui.compose.reader.allows import allows
from nebtui.compose.reader.consistency import faults
from nebtui.compose.reader.context import FileContext, ReadContext, env_of
from nebtui.compose.reader.env_files import look_at_label_files, mapping_of, with_env_files
from nebtui.compose.reader.unset import unset_variables
from nebtui.compose.syntax import short_forms
from nebtui.compose.yaml.located import Located, Path, plain_value, walk
from nebtui.disk.read import Texts, from_disk
from nebtui.facts.declared import Layer, Origin, ProjectKey, UnsetVariable
from nebtui.facts.empty import empty
from nebtui.facts.project import Allow, Problem
from nebtui.light_dataclass import dataclass

_SECTION = re.compile(r"""^(['"]?)([A-Za-z_][\w.-]*)\1[ \t]*:(?=\s|\Z)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class EffectiveModel:
    """What our own reader makes of a project's files; always complete enough to use, with `problem`
    beside it."""

    data: Mapping[str, Any]
    """The effective model in the shape of `docker compose config --format json --profile '*'`."""
    layers: Mapping[str, tuple[Layer, ...]]
    """By service: the mappings that contribute to it, highest priority first."""
    origins: Mapping[str, Mapping[Path, Origin]]
    """By service: the place of each key, as in `Service.origins`."""
    networks: Mapping[str, Origin]
    """Where each top-level network stands."""
    allows: tuple[Allow, ...]
    files_read: tuple[str, ...]
    env_files: tuple[str, ...]
    env: Mapping[str, str]
    problem: Problem | None = None
    """The first thing that is wrong with the files."""
    fragment: bool = False
    """Some service has neither image nor build: an overlay for another file, whose names need not
    resolve here."""
    unbounded: bool = False
    """A file named is no regular one of a bearable size: Compose is not to be asked."""
    unset: tuple[UnsetVariable, ...] = ()
    """The variables of its services that have no value."""
    sections: Mapping[str, tuple[Origin, ...]] = field(default_factory=empty)
    """Where each top-level key stands in the config files."""
    warning: Problem | None = None
    """What else keeps Compose from reading them: a required variable or an env file that is not
    there."""


def read(
    key: ProjectKey,
    env_files: tuple[str, ...],
    environ: Mapping[str, str],
    texts: Texts = from_disk,
    *,
    interpolated: bool = True,
) -> EffectiveModel:
    """Read a project. No `env_files` = the default `.env`; not interpolated = `${…}` stays."""
    environ = {**environ, "PWD": key.working_dir}  # a person calls Compose in its folder
    context = ReadContext(texts, environ.get("HOME", os.path.expanduser("~")), interpolated)
    named = env_files or (os.path.join(key.working_dir, ".env"),)
    env = _env(context, named, environ, optional=not env_files)
    variables = {"COMPOSE_PROJECT_NAME": key.name, **env, **environ}
    model = layers.merge_files(context, key.files, FileContext(key.working_dir, variables))
    document = model.document
    if interpolated:
        document = with_env_files(context, document, variables)
    look_at_label_files(context, document, key.working_dir)
    data = _effective(document, key)
    places = {name: origins(body) for name, body in mapping_of(document.get("services")).items()}
    fragment = _is_fragment(data["services"])
    if interpolated and not fragment and not context.problems:
        context.problems += _inconsistent(document, data, places, key)
    return EffectiveModel(
        data=data,
        layers=model.layers,
        origins=places,
        networks=_networks(document),
        allows=tuple(a for path, text in context.files.items() for a in allows(text or "", path)),
        files_read=tuple(context.files),
        env_files=named,
        env=env,
        problem=context.problems[0] if context.problems else None,
        fragment=fragment,
        unbounded=context.unbounded,
        unset=unset_variables(context.unset, places),
        warning=context.warnings[0] if context.warnings else None,
        sections=_sections(context, key),
    )


def _env(
    context: ReadContext, files: tuple[str, ...], environ: Mapping[str, str], *, optional: bool
) -> dict[str, str]:
    """The variables of the env files, each read with those of the files before it."""
    env: dict[str, str] = {}
    for path in files:
        env |= env_of(context, path, {**env, **environ}, optional=optional)
    return env


def _is_fragment(services: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(not {"image", "build", "provider"} & body.keys() for body in services.values())


def _sections(context: ReadContext, key: ProjectKey) -> dict[str, tuple[Origin, ...]]:
    """Where each top-level key stands in the config files themselves, once a file. A line in its
    first column is part of no block."""
    found: dict[str, dict[str, Origin]] = {}
    for file in key.files:
        text = context.files.get(file) or ""
        for match in _SECTION.finditer(text):
            place = Origin(file, text.count("\n", 0, match.start()) + 1)
            found.setdefault(match[2], {}).setdefault(file, place)
    return {name: tuple(places.values()) for name, places in found.items()}


def _networks(document: Located) -> dict[str, Origin]:
    """Where each top-level network stands."""
    spots = mapping_of(document.get("networks")).items()
    return {name: spot.origin for name, spot in spots if spot.origin}


def _inconsistent(
    document: Located,
    data: Mapping[str, Any],
    places: Mapping[str, Mapping[Path, Origin]],
    key: ProjectKey,
) -> list[Problem]:
    result = []
    for service, path, message in faults(document, data):
        known = places.get(service, {})
        # The key itself, else the nearest parent that stands in a file.
        place = next((known[path[:n]] for n in range(len(path), -1, -1) if path[:n] in known), None)
        file = place.file if place else (key.files or (key.working_dir,))[0]
        result.append(Problem(file, place.line if place else 0, message))
    return result


def _effective(document: Located, key: ProjectKey) -> dict[str, Any]:
    """Plain data with what Compose fills in: the implicit network, real network names, only
    networks in use."""
    data = plain_value(document)
    services = {
        name: body for name, body in (data.get("services") or {}).items() if isinstance(body, dict)
    }
    used: set[str] = set()
    for body in services.values():
        body.pop("env_file", None)
        if not body.get("network_mode") and not body.get("networks") and "provider" not in body:
            body["networks"] = {"default": None}
        joined = body.get("networks")
        used |= set(joined) if isinstance(joined, dict) else set()
        _add_implied(body)
    declared = data.get("networks") if isinstance(data.get("networks"), dict) else {}
    # One that is used and not declared is a fault, not a network.
    networks = {
        name: _network(name, declared.get(name), key.name)
        for name in sorted(used)
        if name == "default" or name in declared
    }
    return {**data, "name": key.name, "services": services, "networks": networks}


def _items(body: Mapping[str, Any], key: str) -> list[Any]:
    value = body.get(key)
    return value if isinstance(value, list) else []


def _add_implied(body: dict[str, Any]) -> None:
    """Dependencies that other keys imply: links, shared namespaces, `volumes_from`."""
    implied: dict[str, bool] = {}
    for link in _items(body, "links"):
        implied[short_forms.text(link).partition(":")[0]] = True
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        kind, _, name = short_forms.text(body.get(key)).partition(":")
        if kind == "service" and name:
            implied[name] = True
    for source in _items(body, "volumes_from"):
        if not (name := short_forms.text(source)).startswith("container:"):
            implied.setdefault(name.partition(":")[0], False)
    if implied:
        gates = {
            n: {"condition": "service_started", "required": True, "restart": r}
            for n, r in implied.items()
        }
        own = body.get("depends_on")
        body["depends_on"] = gates | (own if isinstance(own, dict) else {})


def _network(name: str, body: Any, project: str) -> dict[str, Any]:
    body = body if isinstance(body, dict) else {}
    external = body.get("external")
    given = body.get("name")
    if isinstance(external, dict):
        given, external = external.get("name", given), True
    external = short_forms.truth(external)
    return {
        **body,
        "name": given or (name if external else f"{project}_{name}"),
        "external": external,
    }


def origins(body: Located) -> dict[Path, Origin]:
    """The place of each key of a service; items of `volumes` by target, of `extra_hosts` by host,
    else by index."""
    result: dict[Path, Origin] = {}
    for path, origin in walk(body):
        if path[:1] in (("volumes",), ("extra_hosts",)) and len(path) > 1:
            name = _item_name(body, path)
            path = path if name is None else (path[0], name, *path[2:])
        result.setdefault(path, origin)
    return result


def _item_name(body: Located, path: Path) -> str | None:
    items = body.value[path[0]].value
    if not isinstance(items, list):
        return None
    item = plain_value(items[int(path[1])])
    if path[0] == "extra_hosts":
        return short_forms.host(short_forms.text(item))[0]
    return short_forms.text(item.get("target")) if isinstance(item, dict) else None
