"""The nebtui of another machine, through the person's own ssh: found, asked, and connected to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

from nebtui.engine_address import checked
from nebtui.hosts.clock import MACHINE
from nebtui.hosts.engine.tunnel import OPTIONS, destination, login
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.process import FarProcess

FIND = 'PATH="$PATH:$HOME/.local/bin"; command -v nebtui >/dev/null 2>&1'
"""Where pipx and uv put programs is not in the PATH of a shell that nobody logs in to."""
PATIENCE = 15.0
"""Seconds that the far side may take to say which nebtui it has."""
MOST_LINES = 50
_VERSION = re.compile(rb"nebtui (\d[\w.+-]{0,40})")


def remote_host(url: str, environ: Mapping[str, str], *options: str) -> RemoteHost:
    """The box at an ssh address through the nebtui there. `options`: of its `nebtui serve -`."""
    serve = " ".join(("nebtui serve -", *options))
    script = f"{FIND} || {{ echo nebtui=none; exit 0; }}; exec {serve}"
    return RemoteHost(ssh_argv(url, script), environ, url, by_hand(url))


def nebtui_there(url: str, environ: Mapping[str, str]) -> str:
    """The version of the nebtui at an ssh address, "" where none answers in time."""
    argv = ssh_argv(url, f"{FIND} && exec nebtui --version")
    try:
        process = FarProcess(argv, environ, lambda: b"\n", MACHINE)
    except OSError:
        return ""
    with closing(process):
        for _ in range(MOST_LINES):
            line = process.line(PATIENCE)
            if not line:
                return ""
            if found := _VERSION.match(line):
                return found[1].decode("ascii", "replace")
    return ""


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
