"""Turns a raw effective model, Compose's `config` or our reader's, into typed facts; both give
equal ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nebtui.compose import confinement, gpu_requests
from nebtui.compose.syntax import short_forms
from nebtui.compose.syntax.short_forms import text, truth
from nebtui.facts.build import Build
from nebtui.facts.declared import Dependency, Join, Mount, NetworkDeclaration, Port, Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.volume import VolumeDeclaration

Raw = Mapping[str, Any]


def services(data: Raw) -> dict[str, Service]:
    """The services of a raw effective model, by name; without layers and origins. Never raises on
    odd shapes."""
    bodies = _mapping(data.get("services"))
    return {
        str(name): service(str(name), body)
        for name, body in bodies.items()
        if isinstance(body, Mapping)
    }


def networks(data: Raw, project: str) -> dict[str, NetworkDeclaration]:
    """The networks of a raw effective model by their key, without origins."""
    return {
        str(key): _network(str(key), body, project)
        for key, body in _mapping(data.get("networks")).items()
    }


def volumes(data: Raw) -> dict[str, VolumeDeclaration]:
    """The volumes of a raw effective model by their key."""
    return {
        str(key): _volume(str(key), _mapping(body))
        for key, body in _mapping(data.get("volumes")).items()
    }


def unescaped(data: Any) -> Any:
    """Plain data with each `$$`, as Compose prints a literal dollar, made one `$`."""
    if isinstance(data, str):
        return data.replace("$$", "$")
    if isinstance(data, Mapping):
        return {key: unescaped(value) for key, value in data.items()}
    return [unescaped(item) for item in data] if isinstance(data, list) else data


def service(name: str, body: Raw) -> Service:
    """One service in any mixture of short and long forms."""
    return Service(
        name=name,
        image=_optional(body.get("image")),
        build=_build(body.get("build")),
        command=_words(body.get("command")),
        entrypoint=_words(body.get("entrypoint")),
        environment=_pairs(body.get("environment")),
        labels={key: value or "" for key, value in _pairs(body.get("labels")).items()},
        networks=_joins(body),
        network_mode=_optional(body.get("network_mode")),
        depends_on=_dependencies(body.get("depends_on")),
        healthcheck=healthcheck(body.get("healthcheck")),
        mounts=tuple(_mounts(body.get("volumes"))),
        ports=tuple(_ports(body.get("ports"))),
        expose=_exposed(body.get("expose")),
        user=_optional(body.get("user")),
        group_add=tuple(map(text, _list(body.get("group_add")))),
        platform=_optional(body.get("platform")),
        extra_hosts=_hosts(body.get("extra_hosts")),
        container_name=_optional(body.get("container_name")),
        hostname=_optional(body.get("hostname")),
        profiles=tuple(map(text, _list(body.get("profiles")))),
        restart=_optional(body.get("restart")),
        constraints=_constraints(body),
        gpu=gpu_requests.gpu(body),
        gpus=tuple(gpu_requests.requests(body)),
        runtime=_optional(body.get("runtime")),
        devices=tuple(gpu_requests.device(item) for item in _list(body.get("devices"))),
        shm_size=gpu_requests.size(body.get("shm_size")),
        ipc=_optional(body.get("ipc")),
        volumes_from=tuple(map(text, _list(body.get("volumes_from")))),
        ulimits=gpu_requests.ulimits(body.get("ulimits")),
        isolation=confinement.isolation(body),
        limits=confinement.limits(body),
        logging=confinement.log_driver(body),
    )


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    if value is None or isinstance(value, Mapping):
        return []
    return value if isinstance(value, list) else [value]


def _optional(value: Any) -> str | None:
    return None if value is None else text(value) or None


def _build(value: Any) -> Build | None:
    """A `build` section; its Dockerfile is read by whoever reads files."""
    if not isinstance(value, Mapping):
        return None if value is None else Build(text(value))
    arguments = _pairs(value.get("args"))
    inline = "dockerfile_inline" in value
    file = "" if inline else text(value.get("dockerfile")) or "Dockerfile"
    return Build(text(value.get("context")), file, text(value.get("target")), arguments)


def _words(value: Any) -> tuple[str, ...]:
    return short_forms.words(value) if isinstance(value, str) else tuple(map(text, _list(value)))


def _pairs(value: Any) -> dict[str, str | None]:
    if isinstance(value, Mapping):
        return {str(key): None if item is None else text(item) for key, item in value.items()}
    return dict(short_forms.pair(text(item)) for item in _list(value))


def _joins(body: Raw) -> dict[str, Join]:
    value = body.get("networks")
    if body.get("network_mode"):
        return {}
    if not isinstance(value, Mapping):
        return {text(item): Join(text(item)) for item in _list(value)}
    return {
        str(key): Join(str(key), tuple(map(text, _list(_mapping(join).get("aliases")))))
        for key, join in value.items()
    }


def _dependencies(value: Any) -> dict[str, Dependency]:
    if not isinstance(value, Mapping):
        return {text(item): Dependency(text(item)) for item in _list(value)}
    return {
        str(name): Dependency(
            str(name),
            text(_mapping(gate).get("condition")) or "service_started",
            truth(_mapping(gate).get("required", True)),
            truth(_mapping(gate).get("restart", False)),
        )
        for name, gate in value.items()
    }


def healthcheck(value: Any) -> Healthcheck | None:
    """A `healthcheck` section; None where there is none."""
    if not isinstance(value, Mapping):
        return None
    test = value.get("test")
    words = ("CMD-SHELL", test) if isinstance(test, str) else tuple(map(text, _list(test)))
    retries = text(value.get("retries"))
    return Healthcheck(
        test=("NONE",) if truth(value.get("disable", False)) else words,
        interval=short_forms.seconds(value.get("interval")),
        timeout=short_forms.seconds(value.get("timeout")),
        retries=int(retries) if retries.isdecimal() else None,
        start_period=short_forms.seconds(value.get("start_period")),
        start_interval=short_forms.seconds(value.get("start_interval")),
    )


def _mounts(value: Any) -> Iterable[Mount]:
    for item in _list(value):
        long = item if isinstance(item, Mapping) else short_forms.volume(text(item))
        yield Mount(
            text(long.get("type")) or "volume",
            text(long.get("source")),
            short_forms.clean(text(long.get("target"))),
            truth(long.get("read_only", False)),
        )


def _ports(value: Any) -> Iterable[Port]:
    for item in _list(value):
        for long in (item,) if isinstance(item, Mapping) else short_forms.ports(text(item)):
            target = text(long.get("target"))
            if target.isdecimal():
                yield Port(
                    int(target),
                    text(long.get("published")),
                    text(long.get("host_ip")),
                    text(long.get("protocol")) or "tcp",
                )


def _exposed(value: Any) -> tuple[int, ...]:
    parts = (text(item).partition("/") for item in _list(value))
    ports = {int(port) for port, _, kind in parts if port.isdecimal() and kind in ("", "tcp")}
    return tuple(sorted(ports))


def _hosts(value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, Mapping):
        items = [f"{name}={text(one)}" for name, many in value.items() for one in _list(many)]
    else:
        items = [text(item) for item in _list(value)]
    # Compose prints them sorted by host; addresses of one host keep their order.
    return tuple(sorted((short_forms.host(item) for item in items), key=lambda pair: pair[0]))


def _network(key: str, body: Any, project: str) -> NetworkDeclaration:
    external, name = _mapping(body).get("external"), _mapping(body).get("name")
    # The old form `external: {name: x}`.
    name = _mapping(external).get("name", name)
    outside = isinstance(external, Mapping) or truth(external)
    full = text(name) or (key if outside else f"{project}_{key}")
    return NetworkDeclaration(key, full, outside, truth(_mapping(body).get("internal", False)))


def _constraints(body: Raw) -> tuple[str, ...]:
    placement = _mapping(_mapping(body.get("deploy")).get("placement"))
    return tuple(map(text, _list(placement.get("constraints"))))


def _volume(key: str, body: Raw) -> VolumeDeclaration:
    external = body.get("external")
    options = {str(k): text(v) for k, v in _mapping(body.get("driver_opts")).items()}
    outside = isinstance(external, Mapping) or truth(external)
    return VolumeDeclaration(key, outside, text(body.get("driver")), options)
