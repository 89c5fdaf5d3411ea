"""`nebtui reach`: the path between two services, as text and JSON."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.sandbox import CliSandbox

PROJECTS = Path(__file__).parents[2] / "nebtui" / "demo" / "projects"


@pytest.fixture
def box(tmp_path: Path) -> CliSandbox:
    """The projects of the demo box as files."""
    made = CliSandbox(tmp_path)
    shutil.copytree(PROJECTS, made.work, dirs_exist_ok=True)
    return made


def test_what_is_missing_is_told_with_the_fix(box: CliSandbox) -> None:
    """Status 1, the networks of both, and the command that mends it; the same as JSON."""
    told = box.run("reach", "gantry/conductor", "chroma", "--no-engine")
    assert told.status == 1
    assert told.out.startswith("gantry/conductor does not reach core/chroma as chroma:8000\n")
    assert "nebtui fix --rule isolated-networks --service conductor" in told.out
    data = box.run("reach", "conductor", "chroma", "--no-engine", "--format", "json").json
    assert (data["version"], data["reachable"], data["tried"]) == (1, False, None)
    assert (data["from"], data["to"]) == ("gantry/conductor", "core/chroma")
    steps = {step["step"]: step for step in data["steps"]}
    assert [*steps] == ["network", "name", "runs", "port", "gate"]
    assert (steps["network"]["answer"], steps["network"]["rule"]) == ("no", "isolated-networks")


def test_the_fix_makes_the_path(box: CliSandbox) -> None:
    """With the network that it adds nothing is missing any more, as far as files can tell."""
    file = box.work / "core" / "docker-compose.yml"
    volume = "      - chroma:/data\n"
    file.write_text(
        file.read_text().replace(volume, volume + "    networks: [default, nebulus]\n", 1)
    )
    told = box.run("reach", "gantry/conductor", "chroma", "--no-engine")
    assert told.status == 0, told.out
    assert told.out.startswith("gantry/conductor may reach core/chroma")


def test_a_bare_name_is_of_the_same_project_first(box: CliSandbox) -> None:
    """`postgres` of two projects is the one beside the caller."""
    told = box.run("reach", "core/api", "postgres", "--no-engine")
    assert "core/postgres" in told.out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("postgres", "api"), "postgres may be core/postgres, quantumsketch/postgres"),
        (("core/api", "nobody"), "no service is called nobody"),
        (("core/api", "core/api"), "is one service: name two"),
    ],
)
def test_names_that_mean_nothing(box: CliSandbox, words: tuple[str, str], why: str) -> None:
    """One line, status 2."""
    told = box.run("reach", *words, "--no-engine")
    assert told.status == 2
    assert len(told.lines) == 1
    assert why in told.lines[0]


def test_without_a_container_nothing_is_tried(box: CliSandbox) -> None:
    """`--try` says why."""
    told = box.run("reach", "core/api", "core/redis", "--no-engine", "--try")
    assert "? tried    cannot be tried: core/api does not run" in told.out
