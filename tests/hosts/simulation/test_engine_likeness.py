"""Where the simulated box behaves as an engine does: probe texts, speeds, a start that one sees,
containers of no project."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.analysis.throughput.summary import words
from nebtui.hosts.simulation.probe_words import refused
from tests.hosts.simulation.box import Watching


@pytest.mark.parametrize(
    ("command", "port", "code", "words"),
    [
        ("curl -fsS http://127.0.0.1:80/", 80, 7, "curl: (7) Failed to connect to 127.0.0.1"),
        ("/bin/sh -c wget -q http://127.0.0.1:80/", 80, 1, "wget: can't connect to remote host"),
        ("pg_isready -U core", 0, 2, "/var/run/postgresql:5432 - no response"),
        ("/bin/sh -c redis-cli ping | grep -q PONG", 0, 1, "Redis at 127.0.0.1:6379"),
        ("python3 -c import urllib; u.urlopen('…')", 80, 1, "<urlopen error [Errno 111]"),
        ("bash -c exec 3<>/dev/tcp/127.0.0.1/80", 80, 1, "/dev/tcp/127.0.0.1/80: Connection"),
        ("/bin/sh -c nvidia-smi && ollama list", 0, 1, "could not connect to ollama app"),
    ],
)
def test_a_probe_prints_what_its_program_prints(
    command: str, port: int, code: int, words: str
) -> None:
    """Exit code and words are the program's own where nothing listens."""
    told = refused(tuple(command.split()), port)
    assert told is not None
    assert told[0] == code
    assert words in told[1]


def test_an_unknown_program_speaks_for_itself() -> None:
    """A module of the image's own has its own words."""
    assert refused(("python3", "-m", "worker.alive"), 0) is None


def test_unhealthy_services_have_the_words_of_their_tests(tmp_path: Path) -> None:
    """A curl test prints no PermissionError, and a python test of 127.0.0.1 names no other host."""
    box = Watching("all", tmp_path)
    said = {}
    for name in ("tabbyapi", "litellm"):
        inspection = box.container(f"infer/{name}").inspection
        assert inspection is not None
        said[name] = {probe.output for probe in inspection.probes}
    assert said["tabbyapi"] == {
        "curl: (7) Failed to connect to 127.0.0.1 port 5000 after 0 ms: Couldn't connect to server"
    }
    assert said["litellm"] == {
        "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>"
    }


def test_speeds_are_as_the_servers_give_them(tmp_path: Path) -> None:
    """Ollama has no needle: its last figure and its age; TabbyAPI's log has one when a request
    ends; llama.cpp has a needle; a server without figures has none."""
    box = Watching("cpu-fallback", tmp_path)
    ollama, tabby, llama = (
        box.container(f"infer/{name}").id for name in ("ollama", "tabbyapi", "llama")
    )
    live: dict[str, int] = {ollama: 0, tabby: 0, llama: 0}
    for _ in range(24):
        box.wait(1)
        for identity in live:
            live[identity] += box.snapshot.throughput[identity].tokens_per_second is not None
    assert live[ollama] == 0
    assert 2 <= live[tabby] <= 4
    assert live[llama] == 24
    last = box.snapshot.throughput[ollama]
    assert 50 < (last.last_rate or 0) < 65
    assert 0 <= last.at - (last.last_at or 0) <= 45
    told = words((last,))
    assert (told.rate, told.rate_tone) == ("–", "dim")
    assert "s ago" in told.note
    assert box.container("infer/whisper").id not in box.snapshot.throughput


def test_the_race_happens_while_one_looks(tmp_path: Path) -> None:
    """At first nothing runs; within ten seconds the services are there, and one was refused and
    died."""
    box = Watching("race", tmp_path, raced=False)
    assert box.snapshot.containers == {}
    assert "chromadb/chroma:1.0.15" in box.snapshot.images
    box.wait(3)
    assert box.snapshot.containers == {}
    box.wait(6)
    ingest = box.container("core/ingest")
    assert "die" in [event.action for event in box.snapshot.histories[ingest.id]]
    assert box.word("core/chroma") != "listening"
    box.wait(30)
    assert box.word("core/chroma") == "listening"
    assert box.word("core/api") == "ready"


def test_one_container_was_made_by_docker_run(tmp_path: Path) -> None:
    """It belongs to no project and no rule speaks of it."""
    box = Watching("all", tmp_path)
    (stranger,) = box.snapshot.outside
    assert (stranger.name, stranger.state, stranger.project) == ("registry-ui", "running", None)
    assert [(p.host_port, p.port) for p in stranger.ports] == [(8081, 80)]
    assert Watching("sandbox", tmp_path).snapshot.outside == ()
