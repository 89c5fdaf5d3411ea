"""Logs of real containers: merged, over restarts and recreation, and none lost: counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.box import wait_for
from tests.engine.conftest import Box

pytestmark = pytest.mark.engine

COUNTING = """\
services:
  one: &counter
    image: {image}
    command:
      - sh
      - -c
      - |
        stop=0; trap stop=1 TERM
        file=/data/$${WHO}; n=$$(cat $$file 2>/dev/null || echo 0)
        while [ $$stop = 0 ]; do
          n=$$((n+1)); echo line $$n; echo $$n > $$file
          [ $$((n % 40)) = 0 ] && usleep 20000
        done
    environment: {WHO: one}
    volumes: [".:/data"]
  two:
    <<: *counter
    environment: {WHO: two}
"""
KINDS = """\
services:
  plain:
    image: {image}
    command: ["sh", "-c", "echo password=hunter2; echo oops >&2; printf '\\\\033[31mred\\\\033[0m'"]
  terminal:
    image: {image}
    tty: true
    command: ["echo", "on a terminal"]
  structured:
    image: {image}
    command:
      - sh
      - -c
      - |
        echo '{"level":"error","msg":"refused","password":"hun ter2"}'
        echo '  its detail'
        echo 'level=info msg=ready'
  silent:
    image: {image}
    logging: {driver: none}
    command: ["echo", "nobody reads this"]
"""


@contextmanager
def followed(box: Box, out: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`nebtui logs` of a project in a process of its own, its output in a file; interrupted at the
    end as by ctrl+c, which it survives with 0."""
    argv = (sys.executable, "-m", "nebtui", "logs", box.name, *words)
    with out.open("wb") as stream, subprocess.Popen(argv, stdout=stream) as process:
        try:
            yield process
            process.send_signal(2)
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                process.kill()


def numbers(box: Box, out: Path, service: str) -> list[int]:
    """The numbers of the lines that were printed of a service."""
    head = f"{box.name}/{service} | line "
    lines = out.read_text().split("\n")[:-1]
    return [int(line.removeprefix(head)) for line in lines if line.startswith(head)]


def test_no_line_is_lost_over_restart_and_recreation(
    project: Callable[[str], Box], tmp_path: Path
) -> None:
    """Two services that count, one restarted and one recreated while they are followed: every
    number is there once, in order."""
    box, out = project(COUNTING), tmp_path / "out"
    assert box.run("up", "-d")[0] == 0
    with followed(box, out, "--tail", "all"):
        wait_for(lambda: numbers(box, out, "two"), "the first lines")
        for words in (("restart", "one"), ("up", "-d", "--force-recreate", "--no-deps", "two")):
            before = [len(numbers(box, out, name)) for name in ("one", "two")]
            assert box.run(*words)[0] == 0
            wait_for(
                lambda before=before: all(  # type: ignore[misc]
                    len(numbers(box, out, name)) > count + 200
                    for name, count in zip(("one", "two"), before, strict=True)
                ),
                f"lines after {words[0]}",
            )
        assert box.run("stop")[0] == 0
        last = {name: int((box.folder / name).read_text()) for name in ("one", "two")}
        wait_for(
            lambda: all(numbers(box, out, name)[-1] == n for name, n in last.items()),
            "the last line",
            seen=lambda: f"{last}, {[len(numbers(box, out, name)) for name in last]}",
        )
    for name, number in last.items():
        assert numbers(box, out, name) == list(range(1, number + 1))


def test_streams_terminals_and_drivers(project: Callable[[str], Box]) -> None:
    """Both streams and a terminal's are read, secrets masked and escapes gone; a container whose
    log is not kept is named with the remedy on standard error; `--grep` and `--tail` narrow."""
    box = project(KINDS)
    assert box.run("up", "-d")[0] == 0
    # Not `wait`: it refuses where all have ended already.
    ended = ("ps", "--all", "--status", "exited", "--quiet")
    wait_for(lambda: len(box.run(*ended)[1].split()) == 4, "the end of all four")

    def printed(*words: str) -> tuple[set[str], str]:
        argv = (sys.executable, "-m", "nebtui", "logs", "--no-follow", *words)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return {line.partition("/")[2] for line in done.stdout.splitlines()}, done.stderr

    lines, said = printed(box.name)
    assert lines == {
        "plain | password=•••",
        "plain | oops",
        "plain | red",
        "terminal | on a terminal",
        'structured | {"level":"error","msg":"refused","password":"•••"}',
        "structured |   its detail",
        "structured | level=info msg=ready",
    }
    assert f"{box.name}/silent: nothing of it is kept (logging driver none)" in said
    assert printed(f"{box.name}/plain", "--tail", "1")[0] == {"plain | red"}
    assert printed(box.name, "--grep", "^o(o|n)")[0] == {"plain | oops", "terminal | on a terminal"}
    assert printed(box.name, "--level", "warning")[0] == {
        'structured | {"level":"error","msg":"refused","password":"•••"}',
        "structured |   its detail",
    }
    assert printed(box.name, "--since", "2031-01-01")[0] == set()
    asked = (sys.executable, "-m", "nebtui", "logs", "--no-follow", "--format", "json", box.name)
    objects = [json.loads(line) for line in subprocess.check_output(asked).splitlines()]
    assert len(objects) == len(lines)
    (told,) = (one for one in objects if one["message"] == "refused")
    assert (told["service"], told["level"], told["stream"]) == ("structured", "error", "stdout")
    assert told["fields"] == {"password": "•••"}
    assert "ter2" not in json.dumps(objects)
    for name, why in (("nope", "no project is called nope"), (f"{box.name}/x", "no service x")):
        argv = (sys.executable, "-m", "nebtui", "logs", name)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert why in done.stderr
