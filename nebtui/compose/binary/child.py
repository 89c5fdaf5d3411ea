"""Runs one Compose process that neither outlives nebtui nor outgrows its limits.

Limits are set by a shell in front of it (`ulimit`), the death signal by `setpriv` where there is
one: code between fork and exec would have to run in this process, beside its threads.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from nebtui.light_dataclass import dataclass

MEMORY_KIB = 2 << 20
"""Data of the process, 2 GiB: the largest file of the corpus takes 60 MB, `include: [/dev/zero]`
grows by 0.6 GB/s."""
CPU_SECONDS = 60
OUTPUT_BLOCKS = (64 << 20) // 512
"""64 MiB of output; `ulimit -f` counts blocks of 512 bytes."""
_LIMITED = f"""
ulimit -d {MEMORY_KIB}; ulimit -t {CPU_SECONDS}; ulimit -f {OUTPUT_BLOCKS}; ulimit -c 0
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit status (negative: the signal that killed it; None: it did not
    end in time and was killed), and what it printed, at most 64 MiB each."""

    code: int | None
    out: str
    err: str


def run(
    argv: tuple[str, ...], text: str, environ: Mapping[str, str], folder: str, seconds: float
) -> Ended:
    """Run a command with `text` on standard input; raises OSError or ValueError where it cannot be
    started."""
    setpriv = shutil.which("setpriv")
    guard = (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
    with _memory(text) as given, _memory() as out, _memory() as err:
        process = subprocess.Popen(
            ("/bin/sh", "-c", _LIMITED, "sh", *guard, *argv),
            stdin=given,
            stdout=out,
            stderr=err,
            env=dict(environ),
            cwd=folder if os.path.isdir(folder) else "/",
            start_new_session=True,
        )
        code: int | None = None
        try:
            code = _wait(process, seconds)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return Ended(code, _text(out), _text(err))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit status, None where it did not end in time. `Popen.wait` with a timeout looks every
    50 ms only, which is as long as Compose takes."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:  # a kernel before 5.3
        with suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
        return None
    try:
        ended = select.poll()
        ended.register(descriptor, select.POLLIN)
        return process.wait() if ended.poll(seconds * 1000) else None
    finally:
        os.close(descriptor)


def _memory(text: str = "") -> IO[bytes]:
    """A file in memory that holds a text; nothing of it touches a disk."""
    file = os.fdopen(os.memfd_create("nebtui", os.MFD_CLOEXEC), "w+b")
    file.write(text.encode())
    file.seek(0)
    return file


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
