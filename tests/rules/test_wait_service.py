"""The wait service really waits: each of its programs, against a port of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess

import pytest

from nebtui.analysis.programs import Programs
from nebtui.rules.wait_service import wait_argv


@pytest.mark.parametrize("program", ["bash", "nc", "python3"])
def test_it_ends_with_0_once_the_port_answers(program: str) -> None:
    """A port that listens ends it at once, whichever program asks."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        argv = wait_argv("127.0.0.1", port, Programs(frozenset({program}), "here"))
        done = subprocess.run(argv, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done


@pytest.mark.parametrize("program", ["bash", "nc", "python3"])
def test_it_ends_with_1_where_the_port_never_answers(program: str) -> None:
    """After its last look it names the port; here it looks once and does not pause."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    argv = wait_argv("127.0.0.1", port, Programs(frozenset({program}), "here"))
    once = [
        word.replace("150", "1").replace("sleep 2", ":").replace("sleep(2)", "sleep(0)")
        for word in argv
    ]
    done = subprocess.run(once, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, f"127.0.0.1:{port} did not answer" in done.stdout + done.stderr) == (
        1,
        True,
    )


def test_nothing_waits_without_a_program() -> None:
    """An image with neither of them gets no wait service."""
    assert wait_argv("db", 5432, Programs(frozenset({"curl", "sh"}), "here")) == ()
