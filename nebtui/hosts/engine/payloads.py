"""Pure translations from the engine's JSON to facts. Everything a container says about itself is
hostile."""

from __future__ import annotations

import os.path
from dataclasses import replace
from sys import intern

from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Engine, Image, Network
from nebtui.hosts.engine.inspections import (
    Payload,
    attachments,
    healthcheck,
    inspected_ports,
    inspection,
    listed_ports,
    mounts,
    port_and_protocol,
)
from nebtui.hosts.json_values import (
    as_int,
    as_str_dict,
    mapping,
    number,
    objects,
    parse_env,
    parse_rfc3339,
    strings,
    text,
)

COMPOSE = "com.docker.compose."
HEALTH_WORDS = {
    "(healthy)": "healthy",
    "(unhealthy)": "unhealthy",
    "(health: starting)": "starting",
}
HEALTHS = frozenset({"starting", "healthy", "unhealthy"})


def container(item: Payload) -> Container:
    """A container from one item of `GET /containers/json`; health is read from the status
    sentence."""
    status = text(item.get("Status"))
    return from_labels(
        Container(
            id=text(item.get("Id")),
            name=own_name(strings(item.get("Names"))),
            image=text(item.get("Image")),
            image_id=text(item.get("ImageID")),
            state=text(item.get("State"), "created"),
            status=status,
            health=next(
                (health for word, health in HEALTH_WORDS.items() if word in status), "none"
            ),
            created=number(item.get("Created")),
            attachments=attachments(mapping(item.get("NetworkSettings")).get("Networks")),
            ports=tuple(listed_ports(item.get("Ports"))),
            mounts=mounts(item.get("Mounts")),
            labels=as_str_dict(item.get("Labels")),
        )
    )


def container_from_inspect(raw: Payload) -> Container:
    """A container from `GET /containers/ID/json` alone, with its inspection; the status sentence is
    rebuilt."""
    config, state, settings = (
        mapping(raw.get(part)) for part in ("Config", "State", "NetworkSettings")
    )
    word = text(state.get("Status"), "created")
    health = text(mapping(state.get("Health")).get("Status"))
    health = health if health in HEALTHS else "none"
    return from_labels(
        Container(
            id=text(raw.get("Id")),
            name=text(raw.get("Name")).removeprefix("/"),
            image=text(config.get("Image")),
            image_id=text(raw.get("Image")),
            state=word,
            status=sentence(word, health, as_int(state.get("ExitCode"))),
            health=health,
            created=parse_rfc3339(raw.get("Created")) or 0.0,
            attachments=attachments(settings.get("Networks")),
            ports=tuple(inspected_ports(settings.get("Ports"))),
            mounts=mounts(raw.get("Mounts")),
            labels=as_str_dict(config.get("Labels")),
            inspection=inspection(raw),
        )
    )


def inspected(known: Container, raw: Payload) -> Container:
    """`known` as `GET /containers/ID/json` now has it; its status sentence is kept while the state
    is the same."""
    fresh = container_from_inspect(raw)
    if fresh.id != known.id:
        return known
    unchanged = (fresh.state, fresh.health) == (known.state, known.health)
    return replace(fresh, status=known.status) if unchanged and known.status else fresh


def from_labels(bare: Container) -> Container:
    """The container with the fields that Compose wrote into its labels."""
    labels = bare.labels
    project = labels.get(COMPOSE + "project")
    if not project:
        return bare
    folder = labels.get(COMPOSE + "project.working_dir", "")
    number_text = labels.get(COMPOSE + "container-number", "")
    return replace(
        bare,
        project=project,
        service=labels.get(COMPOSE + "service") or None,
        number=int(number_text)
        if number_text.isascii() and number_text.isdecimal() and len(number_text) < 10
        else 1,
        one_off=labels.get(COMPOSE + "oneoff", "").lower() == "true",
        working_dir=folder,
        config_files=paths(labels.get(COMPOSE + "project.config_files", ""), folder),
        env_files=paths(labels.get(COMPOSE + "project.environment_file", ""), folder),
    )


def paths(listed: str, folder: str) -> tuple[str, ...]:
    """The comma-separated files of a label, absolute: Compose v1 wrote them relative to the working
    directory."""
    return tuple(os.path.join(folder, part) for part in listed.split(",") if part)


def own_name(names: tuple[str, ...]) -> str:
    """The container's name; the list answer also names it as links of others see it
    (`/other/alias`)."""
    bare = [name.removeprefix("/") for name in names]
    return next((name for name in bare if "/" not in name), bare[0] if bare else "")


def sentence(state: str, health: str, exit_code: int) -> str:
    """A status sentence in the words of `docker ps`, without durations (an inspection carries the
    times)."""
    if state in ("exited", "restarting"):
        return f"{state.capitalize()} ({exit_code})"
    if state == "paused":
        return "Up (Paused)"
    if state != "running":
        return state.capitalize()
    word = next((word for word, known in HEALTH_WORDS.items() if known == health), "")
    return f"Up {word}".rstrip()


def network(item: Payload) -> Network:
    """A network from one item of `GET /networks`."""
    return Network(
        id=text(item.get("Id")),
        name=text(item.get("Name")),
        driver=text(item.get("Driver"), "bridge"),
        created=parse_rfc3339(item.get("Created")) or 0.0,
        labels=as_str_dict(item.get("Labels")),
    )


def image(raw: Payload) -> Image:
    """An image from `GET /images/ID/json`."""
    config = mapping(raw.get("Config"))
    exposed = (port_and_protocol(name) for name in mapping(config.get("ExposedPorts")))
    return Image(
        id=text(raw.get("Id")),
        names=strings(raw.get("RepoTags")),
        healthcheck=healthcheck(config.get("Healthcheck")),
        user=text(config.get("User")),
        environment=parse_env(config.get("Env")),
        exposed_ports=tuple(
            sorted(port for port, protocol in exposed if port and protocol == "tcp")
        ),
        entrypoint=strings(config.get("Entrypoint")),
        command=strings(config.get("Cmd")),
        digests=strings(raw.get("RepoDigests")),
    )


def engine(version: Payload, info: Payload, endpoint: str) -> Engine:
    """The engine from `GET /version` and `GET /info`; whether it is local only its processes can
    tell."""
    options = {
        name for option in strings(info.get("SecurityOptions")) for name in option.split(",")
    }
    podman = is_podman(version)
    return Engine(
        name=text(info.get("Name")) or ("Podman" if podman else "Docker Engine"),
        version=("podman " if podman else "") + text(version.get("Version")),
        api_version=text(version.get("ApiVersion")),
        endpoint=endpoint,
        rootless="name=rootless" in options or info.get("Rootless") is True,
        userns="name=userns" in options,
        operating_system=text(info.get("OperatingSystem")),
        runtimes=tuple(sorted(mapping(info.get("Runtimes")))) if "Runtimes" in info else None,
        default_runtime=text(info.get("DefaultRuntime")),
        cdi=cdi_devices(info),
        cgroup_driver=text(info.get("CgroupDriver")),
        cpus=as_int(info.get("NCPU")),
        log_driver=text(info.get("LoggingDriver")),
    )


def is_podman(version: Payload) -> bool:
    """Whether what answered `GET /version` is Podman, which says so among its components."""
    return any(
        "podman" in text(part.get("Name")).lower() for part in objects(version.get("Components"))
    )


def cdi_devices(info: Payload) -> tuple[str, ...] | None:
    """The CDI names of GPUs among `DiscoveredDevices`; None where the engine does not list any
    devices."""
    if "DiscoveredDevices" not in info:
        return None
    found = (text(entry.get("ID")) for entry in objects(info.get("DiscoveredDevices")))
    return tuple(name for name in found if "/gpu=" in name)


def event(raw: Payload) -> ContainerEvent | None:
    """A container's event; a network's connect and disconnect count as its container's; None for
    all others. In Docker's words: Podman removes where Docker destroys, and its network's actor is
    the container."""
    kind, action = text(raw.get("Type")), text(raw.get("Action"))
    actor = mapping(raw.get("Actor"))
    attributes = mapping(actor.get("Attributes"))
    if kind == "container":
        identity = text(actor.get("ID"))
        action = "destroy" if action == "remove" else action
    elif kind == "network" and action in ("connect", "disconnect"):
        identity = text(attributes.get("container")) or text(actor.get("ID"))
    else:
        return None
    if not identity:
        return None
    code = text(attributes.get("exitCode"))
    nanoseconds = as_int(raw.get("timeNano"))
    return ContainerEvent(
        at=nanoseconds / 1e9 if nanoseconds else number(raw.get("time")),
        # Kept by the hundred for each container: two texts for all of them, not two for each.
        container=intern(identity),
        action=intern(action),
        exit_code=int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else None,
    )
