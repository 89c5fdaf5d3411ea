"""One file is sent to a machine, over the person's own ssh."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.engine.ssh_address import login, unreachable
from nebtui.hosts.remote.connections import UNREACHED
from nebtui.hosts.remote.far_shell import receiving
from nebtui.hosts.remote.over_ssh import ssh_argv

PATIENCE = 180.0
"""Seconds that it may take: a megabyte over a slow line."""
MOST_WORDS = 300


def send(url: str, environ: Mapping[str, str], file: CarriedFile, data: bytes) -> str:
    """Have it kept there; "" once it is, else one sentence. EngineAddressError where the address is
    none."""
    to = login(url)
    argv = ssh_argv(url, receiving(file))
    try:
        done = subprocess.run(
            argv,
            input=data,
            capture_output=True,
            env=dict(environ),
            timeout=PATIENCE,
            check=False,
            start_new_session=True,
        )
    except OSError as error:
        return f"{argv[0]} cannot be started ({error.strerror}): install openssh-client."
    except subprocess.TimeoutExpired:
        return f"{to} did not take the file within {PATIENCE:.0f} s: nothing is changed there."
    if b"nebtui=sent\n" in done.stdout:
        return ""
    words = _last(done.stderr) or f"exit status {done.returncode}"
    if done.returncode == UNREACHED or done.returncode < 0:
        return unreachable(url, words)
    if b"nebtui=broken\n" in done.stdout:
        words = _last(done.stderr) or "its digest is another one there, or sha256sum is missing"
    return f"{to} did not keep the file ({words}): nothing else is changed there."


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").split("\n")
    return next((line.strip()[:MOST_WORDS] for line in reversed(lines) if line.strip()), "")
