"""Programs of the user's own that nebtui steps aside for: a shell in a container, the editor, the
browser."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from textual.app import App, SuspendNotSupported

from nebtui.action import Probe
from nebtui.analysis.published import ANY
from nebtui.facts.declared import Origin, ProjectKey, ServiceKey
from nebtui.facts.observed import Container, PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.session import Session

SHELL = ("sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh")
"""Bash where the image has one."""
EDITORS = ("nano", "vim", "vi")
"""Tried in turn where neither VISUAL nor EDITOR is set."""
WITH_PLACE = ("code", "codium", "subl", "zed", "hx")
"""Editors that take `FILE:LINE`; the others take `+LINE FILE`."""


def shell(app: App[Any], session: Session, selected: ServiceKey | ProjectKey | None) -> None:
    """A shell in the first running container of the selected service."""
    running = _running(session.snapshot, selected)
    if session.host.kind not in ("live", "remote"):
        told = "there is no shell here: this box is not a live one"
    elif running is None:
        told = "select a service that runs"
    elif session.host.kind == "live" and shutil.which("docker") is None:
        argv = interactive(session.host.command(Probe(running.name, ("sh",))))
        told = f"needs the docker command: {shlex.join(argv)}"
    else:
        argv = interactive(session.host.command(Probe(running.name, SHELL)))
        code = aside(app, argv, f"shell in {running.name}: exit leaves it")
        if code in (126, 127):
            app.notify(f"{running.image} has no shell", title="no shell", markup=False, timeout=6)
        return
    app.notify(told, title="no shell", severity="warning", markup=False, timeout=6)


def interactive(argv: tuple[str, ...]) -> tuple[str, ...]:
    """A `docker exec` with the terminal, also that of another machine over ssh."""
    if argv[0] == "ssh":
        at = next(n for n, pair in enumerate(pairwise(argv)) if pair == ("docker", "exec"))
        return (argv[0], "-t", *argv[1:at], *interactive(argv[at:]))
    at = argv.index("exec", 3 if argv[1].startswith("--") else 1) + 1
    return (*argv[:at], "-it", *argv[at:])


def editor(app: App[Any], session: Session, selected: ServiceKey | ProjectKey | None) -> None:
    """The editor at the line of the selection; the file is read again afterwards."""
    place = standing(session.snapshot, selected)
    argv = editing(place, os.environ) if place else ()
    if place is None:
        told = "select a service or a project that stands in a file"
    elif away := session.host.files_away:
        told = away
    elif not argv:
        told = f"no editor was found: set EDITOR ({place.file}:{place.line})"
    else:
        code = aside(app, argv, f"{place.file}:{place.line}")
        session.host.reread((place.file,))
        if code:
            app.notify(f"{argv[0]} ended with {code}", markup=False, timeout=4)
        return
    app.notify(told, title="not edited", severity="warning", markup=False, timeout=6)


def aside(app: App[Any], argv: tuple[str, ...], told: str) -> int:
    """Give the terminal to a program until it ends; its exit status, 127 where it cannot be
    started."""
    try:
        with app.suspend():
            print(told, flush=True)
            return subprocess.run(argv, check=False).returncode
    except OSError as error:
        app.notify(f"{argv[0]}: {error.strerror}", severity="error", markup=False)
    except SuspendNotSupported:
        app.notify(f"by hand: {shlex.join(argv)}", markup=False, timeout=8)
    return 127


def on_the_demo_box(app: App[Any]) -> None:
    """Take the tour of the demo box in a nebtui of its own; this one comes back when that ends."""
    zipped = sys.argv[0].endswith(".pyz")
    program = (sys.argv[0],) if zipped else ("-m", "nebtui")
    aside(app, (sys.executable, *program, "tour"), "the tour of the demo box: q comes back")


def standing(snapshot: Snapshot, selected: ServiceKey | ProjectKey | None) -> Origin | None:
    """Where a service begins in its file; of a project where its file cannot be read, else its
    first line. None for the box, and for what stands in no file."""
    if isinstance(selected, ServiceKey):
        service = snapshot.service(selected)
        if service is not None and (origin := service.origin()):
            return origin
        selected = selected.project
    if selected is None or not selected.files:
        return None
    project = snapshot.projects.get(selected)
    if project is not None and project.problem is not None and project.problem.line:
        return Origin(project.problem.file, project.problem.line)
    return Origin(selected.files[0], 1)


def editing(place: Origin, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The argv that opens a line in the user's editor, () where there is none."""
    named = environ.get("VISUAL") or environ.get("EDITOR")
    path = environ.get("PATH", os.defpath)
    try:
        words = shlex.split(named) if named else []
    except ValueError:
        words = []
    if not words:
        words = [name for name in EDITORS if shutil.which(name, path=path)][:1]
    if not words:
        return ()
    name = os.path.basename(words[0])
    if name in WITH_PLACE:
        flag = ("-g",) if name in ("code", "codium") else ()
        return (*words, *flag, f"{place.file}:{place.line}")
    return (*words, f"+{place.line}", place.file)


def published(
    snapshot: Snapshot, selected: ServiceKey | ProjectKey | None
) -> tuple[PortBinding, ...]:
    """The TCP ports of the host that the running containers of a service have, lowest first."""
    if not isinstance(selected, ServiceKey):
        return ()
    ports = {
        port.host_port: port
        for container in snapshot.containers_of(selected)
        if container.state == "running"
        for port in container.ports
        if port.host_port and port.protocol == "tcp"
    }
    return tuple(ports[number] for number in sorted(ports))


def url(port: PortBinding) -> str:
    """The address of a published port as a browser takes it."""
    host = "localhost" if port.host_ip in ANY else port.host_ip
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if port.port in (443, 8443) or port.host_port == 443 else "http"
    return f"{scheme}://{host}:{port.host_port}"


def address(app: App[Any], ports: tuple[PortBinding, ...]) -> None:
    """Open the first port where there is a browser with a window; its address is told and copied in
    any case."""
    if not ports:
        told = "select a running service that publishes a port"
        app.notify(told, title="nothing to open", markup=False, timeout=4)
        return
    first, *others = map(url, ports)
    app.copy_to_clipboard(first)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        app.open_url(first)
    more = f" · also {', '.join(others)}" if others else ""
    app.notify(f"{first}{more}", title="copied", markup=False, timeout=8)


def _running(snapshot: Snapshot, selected: ServiceKey | ProjectKey | None) -> Container | None:
    if not isinstance(selected, ServiceKey):
        return None
    found = (c for c in snapshot.containers_of(selected) if c.state == "running")
    return next(found, None)
