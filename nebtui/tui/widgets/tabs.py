"""What the tabs of the detail pane say about a service: why, health, mounts. Pure: snapshot
in, lines out."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.ownership import denied, identity
from nebtui.analysis.reachability import names, networks_now, resolve
from nebtui.analysis.readiness import health_test, readiness
from nebtui.analysis.references import HOST_GATEWAY, references
from nebtui.analysis.talks import Talk, talks
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.text.mask import mask
from nebtui.text.paths import short
from nebtui.text.units import age, clock_time, size
from nebtui.tui.widgets.markup import joined

TABS = {
    "why": "1 Why",
    "startup": "2 Startup",
    "log": "3 Log",
    "health": "4 Health",
    "mounts": "5 Mounts",
    "yaml": "6 YAML",
    "gpu": "7 GPU",
}


def marks(selected: str, width: int) -> list[tuple[str, str]]:
    """The row of tabs with the selected one marked, in at most `width` cells where that is
    possible: what is not selected loses its word first."""
    every = [
        (f"[{text}]", "info") if key == selected else (f" {text} ", "dim")
        for key, text in TABS.items()
    ]
    if sum(len(text) for text, _ in every) <= width:
        return every
    return [(t, tone) if tone == "info" else (f" {t.split()[0]} ", tone) for t, tone in every]


def usage(snapshot: Snapshot, key: ServiceKey) -> list[Content]:
    """What each container of a service uses now: CPU of one core, memory, network; – where nobody
    could read it."""
    result = []
    for container in snapshot.containers_of(key):
        sample = snapshot.samples.get(container.id)
        if sample is None or container.state != "running":
            continue  # what a stopped or looping one used once is no figure of now
        figures = (
            ("cpu", "–" if sample.cpu is None else f"{sample.cpu:.1f} %"),
            ("memory", size(sample.memory)),
            ("in", "–" if sample.rx is None else f"{size(sample.rx)}/s"),
            ("out", "–" if sample.tx is None else f"{size(sample.tx)}/s"),
        )
        parts = [part for name, value in figures for part in ((f"{name} ", "dim"), f"{value}   ")]
        result.append(joined(("resources   ", "dim"), *parts, (container.name, "dim")))
    return result


def stranger(container: Container) -> list[Content]:
    """All that the engine lists of a container that no project made."""
    ports = (
        f"{f'{p.host_ip}:{p.host_port} → ' if p.host_port is not None else ''}{p.port}/{p.protocol}"
        for p in container.ports
    )
    mounts = (f"{mount.source} → {mount.target}" for mount in container.mounts)
    rows = (
        ("state", container.status or container.state),
        ("image", container.image),
        ("networks", ", ".join(container.networks)),
        ("ports", ", ".join(ports)),
        ("mounts", ", ".join(mounts)),
    )
    return [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]


def networks(snapshot: Snapshot, key: ServiceKey) -> list[Content]:
    """The networks a service is on, and whom it names: reached or not, with the place of each
    text."""
    service = snapshot.service(key)
    index = names(snapshot)
    on = ", ".join(sorted(networks_now(snapshot, key))) or ("no network" if service else "–")
    mode = f" (network_mode {service.network_mode})" if service and service.network_mode else ""
    why = reason(snapshot, key)
    found = [joined(("state       ", "dim"), why)] if why else []
    found.append(joined(("networks    ", "dim"), on + mode))
    said = [talk for talk in talks(snapshot) if talk.source == key]
    for reference in references(key, service) if service else ():
        if reference.host == HOST_GATEWAY:
            known = dict(service.extra_hosts).get(HOST_GATEWAY) if service else None
            verdict, tone = (f"→ {known}", "ok") if known else ("✗ not in extra_hosts", "bad")
        else:
            resolution = resolve(index, reference)
            if resolution.reachable is None and not reference.certain:
                continue
            verdict, tone = _verdict(resolution.reached, resolution.others)
            used = {talk.target for talk in said} & set(resolution.reached)
            verdict += " · connected" if used else ""
        port = f":{reference.port}" if reference.port else ""
        place = (
            f"  {short(reference.origin.file)}:{reference.origin.line}" if reference.origin else ""
        )
        found.append(
            joined(
                ("names       ", "dim"), f"{reference.host}{port} ", (verdict, tone), (place, "dim")
            )
        )
    for name, dependency in (service.depends_on if service else {}).items():
        gate = dependency.condition.removeprefix("service_")
        found.append(
            joined(
                ("depends on  ", "dim"), f"{name} ", (gate, "ok" if gate != "started" else "warn")
            )
        )
    return [*found, *_unnamed(snapshot, key, service, said)]


def _unnamed(
    snapshot: Snapshot, key: ServiceKey, service: Service | None, said: list[Talk]
) -> list[Content]:
    """The services that it talks to and that no file of it names."""
    index = names(snapshot)
    named = {
        owner
        for reference in (references(key, service) if service else ())
        for owner in resolve(index, reference).reached
    }
    return [
        joined(("talks to    ", "dim"), f"{talk.target}:{talk.port} ", ("no file names it", "warn"))
        for talk in said
        if talk.target not in named
    ]


def _verdict(reached: tuple[ServiceKey, ...], others: tuple[ServiceKey, ...]) -> tuple[str, str]:
    if len(reached) == 1:
        return f"→ {reached[0]}", "ok"
    if reached:
        return "✗ answered by " + " and ".join(map(str, reached)), "bad"
    if others:
        return "✗ " + ", ".join(map(str, others)) + " shares no network", "bad"
    return "no service on this host answers it", "dim"


def health(snapshot: Snapshot, key: ServiceKey, now: float) -> list[Content]:
    """The healthcheck, where it stands, and its last answers with their age. `now`: the box's time
    in Unix seconds."""
    service = snapshot.service(key)
    test = health_test(snapshot, key, service) if service else None
    if test is None:
        result = [
            joined(("test        ", "dim"), ("none: no service can wait until it is ready", "warn"))
        ]
        if any(c.health not in ("", "none") for c in snapshot.containers_of(key)):
            # The file was undone or edited since, or the image is not known here.
            told = "the engine tests it all the same: as an earlier file or its image says"
            result.append(joined(("            ", ""), (told, "warn")))
    else:
        origin = (
            service.origin("healthcheck") if service and service.stands("healthcheck") else None
        )
        place = f"{short(origin.file)}:{origin.line}" if origin else "from the image"
        result = [joined(("test        ", "dim"), mask(" ".join(test.test)), (f"  {place}", "dim"))]
        figures = (
            ("interval", test.interval),
            ("timeout", test.timeout),
            ("start_period", test.start_period),
            ("start_interval", test.start_interval),
        )
        message = "  ".join(f"{name} {value:g}s" for name, value in figures if value is not None)
        if message:
            result.append(joined(("            ", ""), (message, "dim")))
    for container in snapshot.containers_of(key):
        result.append(joined(("health      ", "dim"), f"{container.name} {container.health}"))
        result += _answers(container, now)
    return result


def _answers(container: Container, now: float) -> list[Content]:
    """The last answers of a container's healthcheck, with their age."""
    result = []
    probes = container.inspection.probes if container.inspection else ()
    for probe in probes[-5:]:
        when = clock_time(probe.start)
        since = f"{age(max(0.0, now - probe.end))} ago"
        said = probe.output.strip().splitlines()[-1:] or [""]
        tone = "ok" if probe.exit_code == 0 else "bad"
        result.append(
            joined(
                (f"  {when}  {since:<10}  ", "dim"),
                (f"exit {probe.exit_code} ", tone),
                mask(said[0]),
            )
        )
    return result


def mounts(snapshot: Snapshot, key: ServiceKey) -> list[Content]:
    """Who the service is, and each mount with the owner of its source."""
    service = snapshot.service(key)
    if service is None:
        return [joined(("not declared in a file nebtui can read", "dim"))]
    who = identity(snapshot, key, service)
    message = (
        f"{who.uid}:{who.gid}  ({who.source})" if who else "unknown (no process, no numeric user)"
    )
    result = [joined(("runs as     ", "dim"), message)]
    for mount in service.mounts:
        mode = "ro" if mount.read_only else "rw"
        head = joined(
            (f"{mount.type:<8}", "dim"),
            f"{mount.source or '(anonymous)'} → {mount.target} ",
            (mode, "info"),
        )
        path = snapshot.paths.get(mount.source) if mount.type == "bind" else None
        if path is None:
            result.append(head)
            continue
        owner = (
            f"  {path.uid}:{path.gid} {path.mode & 0o7777:04o}"
            if path.exists
            else "  does not exist on the host"
        )
        reason = denied(path, who, write=not mount.read_only) if who and path.exists else ""
        result.append(
            head
            + joined(
                (owner, "dim" if path.exists else "bad"), (f"  ✗ {reason}" if reason else "", "bad")
            )
        )
    return result if service.mounts else [*result, joined(("no mounts", "dim"))]


def heading(snapshot: Snapshot, key: ServiceKey) -> list[tuple[str, str] | str]:
    """The service's name and verdict."""
    verdict = readiness(snapshot, key)
    return [(str(key), "title"), " ", (verdict.state, WORDS[verdict.word].tone)]


def reason(snapshot: Snapshot, key: ServiceKey) -> str:
    """Why the verdict is what it is, in one line; "" where the word says it all."""
    verdict = readiness(snapshot, key)
    why = verdict.why.splitlines()[0] if verdict.why else ""
    return why if why != verdict.word else ""
