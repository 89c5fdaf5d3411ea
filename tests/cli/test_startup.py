"""`nebtui startup`: what it prints of a recorded start, what it refuses, its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nebtui.cli import main

RECORDING = str(Path(__file__).parents[1] / "recordings" / "recording-0.1.0.jsonl")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this user's is read or written."""
    monkeypatch.setenv("NEBTUI_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("NEBTUI_CONFIG", str(tmp_path / "config.toml"))


def test_it_tells_the_race(capsys: pytest.CaptureFixture[str]) -> None:
    """The picture, the race and exit status 1."""
    assert main(["startup", "core", "--recording", RECORDING]) == 1
    told = capsys.readouterr().out
    assert "core/ingest raced core/chroma" in told
    assert "api waited for postgres" in told
    assert "held" in told


def test_its_json_has_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds from the project's first create, and the races with gap and refused connections."""
    assert main(["startup", "core", "--recording", RECORDING, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["project"]) == (1, "core")
    by_name = {service["name"]: service for service in told["services"]}
    keys = {"name", "created", "started", "listening", "healthy", "exits", "refused"}
    assert all(keys <= set(service) for service in told["services"])
    assert by_name["postgres"]["created"] == 0.0
    assert by_name["postgres"]["started"] <= by_name["postgres"]["healthy"]
    (race,) = told["races"]
    assert {"dependent", "target", "gap_seconds", "refused"} <= set(race)
    assert (race["dependent"], race["target"]) == ("core/ingest", "core/chroma")
    assert race["gap_seconds"] > 0


def test_several_projects_are_told_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name every project that started."""
    assert main(["startup", "--recording", RECORDING, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert "core" in [start["project"] for start in told["starts"]]
    assert len(told["starts"]) > 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["startup", "nope", "--recording", RECORDING], "no project is called nope"),
        (["startup", "--up"], "--up needs the PROJECT"),
        (["startup", "core", "--up", "--recording", RECORDING], "a recording cannot be started"),
    ],
    ids=["no project", "no name", "a recording"],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what to do."""
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip()
    assert why in said
    assert "\n" not in said


def test_without_an_engine_there_is_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files alone have none: exit status 2 and the engine's sentence."""
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    assert main(["startup"]) == 2
    assert "no engine" in capsys.readouterr().err
