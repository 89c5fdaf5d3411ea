"""The parts of a container's JSON as facts: its inspection, networks, ports, mounts and health
tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Attachment, HealthProbe, Inspection, MountPoint, PortBinding
from nebtui.hosts.engine import confinement
from nebtui.hosts.json_values import (
    as_int,
    items,
    mapping,
    objects,
    parse_env,
    parse_rfc3339,
    seconds,
    strings,
    text,
)
from nebtui.text.mask import mask

Payload = Mapping[str, Any]


def inspection(raw: Payload) -> Inspection:
    """What only `GET /containers/ID/json` tells: `State`, `Config`, `HostConfig`, the last health
    tests."""
    config, state, host = (mapping(raw.get(part)) for part in ("Config", "State", "HostConfig"))
    health = mapping(state.get("Health"))
    finished = parse_rfc3339(state.get("FinishedAt"))
    return Inspection(
        pid=as_int(state.get("Pid")),
        started=parse_rfc3339(state.get("StartedAt")),
        finished=finished,
        # A container that never ended has exit code 0 in the answer, which would read as a success.
        exit_code=as_int(state.get("ExitCode"))
        if finished or text(state.get("Status")) in ("exited", "dead")
        else None,
        restart_count=as_int(raw.get("RestartCount")),
        error=mask(text(state.get("Error"))),
        oom_killed=state.get("OOMKilled") is True,
        user=text(config.get("User")),
        environment=parse_env(config.get("Env")),
        command=strings(config.get("Cmd")),
        entrypoint=strings(config.get("Entrypoint")),
        hostname=text(config.get("Hostname")),
        network_mode=text(host.get("NetworkMode")),
        extra_hosts=tuple(extra_host(entry) for entry in strings(host.get("ExtraHosts"))),
        restart_policy=text(mapping(host.get("RestartPolicy")).get("Name")),
        healthcheck=healthcheck(config.get("Healthcheck")),
        probes=tuple(probe(entry) for entry in objects(health.get("Log"))),
        failing_streak=as_int(health.get("FailingStreak")),
        gpus=tuple(gpu_request(entry) for entry in objects(host.get("DeviceRequests"))),
        runtime=text(host.get("Runtime")),
        devices=tuple(text(entry.get("PathOnHost")) for entry in objects(host.get("Devices"))),
        shm_size=as_int(host.get("ShmSize")),
        ipc=text(host.get("IpcMode")),
        limits=confinement.limits(host),
        isolation=confinement.isolation(host),
        log_driver=confinement.log_driver(host),
    )


def gpu_request(entry: Payload) -> GpuRequest:
    """One of `HostConfig.DeviceRequests`; the alternatives among its capabilities count as one
    list."""
    ids = strings(entry.get("DeviceIDs"))
    words = [
        word for alternative in items(entry.get("Capabilities")) for word in strings(alternative)
    ]
    count = None if ids else as_int(entry.get("Count"))
    return GpuRequest(text(entry.get("Driver")), count, ids, tuple(dict.fromkeys(words)))


def attachments(networks: object) -> tuple[Attachment, ...]:
    """`NetworkSettings.Networks`; names that answer are `Aliases` and, since Engine 25,
    `DNSNames`."""
    result = []
    for name, value in mapping(networks).items():
        endpoint = mapping(value)
        names = dict.fromkeys(strings(endpoint.get("Aliases")) + strings(endpoint.get("DNSNames")))
        result.append(
            Attachment(
                network=text(name),
                ip=text(endpoint.get("IPAddress")) or text(endpoint.get("GlobalIPv6Address")),
                aliases=tuple(names),
            )
        )
    return tuple(result)


def listed_ports(ports: object) -> Iterator[PortBinding]:
    """`Ports` of a list item."""
    for port in objects(ports):
        yield PortBinding(
            port=as_int(port.get("PrivatePort")),
            host_port=as_int(port.get("PublicPort")) or None,
            host_ip=text(port.get("IP")),
            protocol=text(port.get("Type"), "tcp"),
        )


def inspected_ports(ports: object) -> Iterator[PortBinding]:
    """`NetworkSettings.Ports`: `{"80/tcp": [{"HostIp", "HostPort"}] or null}`."""
    for name, bindings in mapping(ports).items():
        port, protocol = port_and_protocol(name)
        if not items(bindings):
            yield PortBinding(port=port, protocol=protocol)
        for binding in objects(bindings):
            host_port = text(binding.get("HostPort"))
            published = (
                int(host_port)
                if host_port.isascii() and host_port.isdecimal() and len(host_port) < 6
                else None
            )
            yield PortBinding(port, published or None, text(binding.get("HostIp")), protocol)


def port_and_protocol(name: str) -> tuple[int, str]:
    """`80/tcp` as (80, "tcp"); 0 where it is no number."""
    digits, _, protocol = name.partition("/")
    port = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 6 else 0
    return port, text(protocol) or "tcp"


def mounts(listed: object) -> tuple[MountPoint, ...]:
    """`Mounts`, the same shape in the list and in an inspection."""
    return tuple(
        MountPoint(
            type=text(mount.get("Type")),
            source=text(mount.get("Source")),
            target=text(mount.get("Destination")),
            name=text(mount.get("Name")),
        )
        for mount in objects(listed)
    )


def extra_host(entry: str) -> tuple[str, str]:
    """`name:address` (the address may be IPv6) or `name=address`."""
    cut = min((at for at in (entry.find(":"), entry.find("=")) if at >= 0), default=len(entry))
    return entry[:cut], entry[cut + 1 :]


def healthcheck(value: object) -> Healthcheck | None:
    """`Config.Healthcheck`; None where no test is set. Durations arrive in nanoseconds, 0 = not
    given."""
    raw = mapping(value)
    test = strings(raw.get("Test"))
    if not test:
        return None
    return Healthcheck(
        test=test,
        interval=seconds(raw.get("Interval")),
        timeout=seconds(raw.get("Timeout")),
        retries=as_int(raw.get("Retries")) or None,
        start_period=seconds(raw.get("StartPeriod")),
        start_interval=seconds(raw.get("StartInterval")),
    )


def probe(entry: Payload) -> HealthProbe:
    """One entry of `State.Health.Log`."""
    start = parse_rfc3339(entry.get("Start")) or 0.0
    return HealthProbe(
        start,
        parse_rfc3339(entry.get("End")) or start,
        as_int(entry.get("ExitCode")),
        mask(text(entry.get("Output"))),
    )
