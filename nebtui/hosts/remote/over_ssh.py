"""The nebtui of another machine, through the person's own ssh: found, asked, and connected to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

from nebtui.engine_address import checked
from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.clock import MACHINE
from nebtui.hosts.engine.ssh_address import destination, login
from nebtui.hosts.engine.tunnel import OPTIONS
from nebtui.hosts.remote.absence import Absence, absence
from nebtui.hosts.remote.far_shell import running
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.process import FarProcess
from nebtui.light_dataclass import dataclass

PATIENCE = 15.0
"""Seconds that the far side may take to say which nebtui it has."""
MOST_LINES = 50
_VERSION = re.compile(rb"nebtui (\d[\w.+-]{0,40})")


@dataclass(frozen=True, slots=True)
class FarNebtui:
    """What answers at an ssh address."""

    version: str = ""
    """"" = none answers in time."""
    absence: Absence | None = None
    """What the shell there tells of why not; None where it tells nothing."""


def remote_host(
    url: str, environ: Mapping[str, str], *options: str, sent: CarriedFile | None = None
) -> RemoteHost:
    """The box at an ssh address through the nebtui there. `options`: of its `nebtui serve -`;
    `sent`: the file that was sent there, None = none."""
    serve = " ".join(("serve -", *options))
    return RemoteHost(ssh_argv(url, running(serve, sent)), environ, url, by_hand(url))


def nebtui_there(
    url: str, environ: Mapping[str, str], sent: CarriedFile | None = None
) -> FarNebtui:
    """The nebtui at an ssh address, installed or sent."""
    argv = ssh_argv(url, running("--version", sent))
    try:
        process = FarProcess(argv, environ, lambda: b"\n", MACHINE)
    except OSError:
        return FarNebtui()
    with closing(process):
        for _ in range(MOST_LINES):
            line = process.line(PATIENCE)
            if not line:
                return FarNebtui()
            if found := _VERSION.match(line):
                return FarNebtui(found[1].decode("ascii", "replace"))
            if (missing := absence(line)) is not None:
                return FarNebtui(absence=missing)
    return FarNebtui()


def ssh_argv(url: str, script: str) -> tuple[str, ...]:
    """The ssh that has a shell there run a script without single quotes; EngineAddressError where
    the address is none."""
    # Lines of JSON with the same names again and again are an eighth of their size then.
    options = (*OPTIONS, "-o", "Compression=yes")
    return ("ssh", *options, *destination(checked(url)), f"sh -c '{script}'")


def by_hand(url: str) -> tuple[str, ...]:
    """The words before a command that a person has run there."""
    port = urlsplit(url).port
    return ("ssh", *(("-p", str(port)) if port else ()), login(url))
