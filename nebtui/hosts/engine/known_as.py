"""By which names and addresses a box is known to other machines, as far as this one can tell."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from nebtui.engine_address import EngineAddressError, checked
from nebtui.hosts.engine.ssh_address import login

SECONDS = 3.0


def known_as(url: str, environ: Mapping[str, str]) -> frozenset[str]:
    """Of the machine of an engine's address: its name there, the one that ssh's own configuration
    has for it, and what these resolve to; of a Unix socket this machine's. In lower case; a look-up
    may take seconds."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        names = {socket.gethostname(), os.uname().nodename}
    else:
        names = {parts.hostname or ""}
        if parts.scheme == "ssh":
            names.add(_configured(url, environ))
    found = {name.lower() for name in names if name}
    return frozenset(found | {address for name in found for address in _resolved(name)})


def _configured(url: str, environ: Mapping[str, str]) -> str:
    """The HostName that `ssh -G` prints, which connects to nothing; "" where there is none."""
    program = shutil.which("ssh", path=environ.get("PATH", os.defpath))
    if program is None:
        return ""
    with suppress(EngineAddressError, OSError, subprocess.SubprocessError):
        checked(url)
        machine = login(url).rpartition("@")[2]
        done = subprocess.run(
            (program, "-G", "--", machine),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            word, _, value = line.partition(" ")
            if word == "hostname":
                return value.strip()
    return ""


def _resolved(name: str) -> frozenset[str]:
    """The addresses of a name, those of the loopback left out: every box has them."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    addresses = {str(one[4][0]).partition("%")[0] for one in found}
    return frozenset(a for a in addresses if not a.startswith(("127.", "::1")))
