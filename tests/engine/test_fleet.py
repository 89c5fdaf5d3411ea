"""Three boxes behind real sshds, one of them frozen: the others are told whole, and what one needs
of another is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import make_image, without
from tests.engine.far_box import FarBox, ssh_environ

LLM = """\
services:
  llm: {{image: {image}, command: [sleep, "1000"], ports: ["18000:8000"]}}
  vectors: {{image: {image}, command: [sleep, "1000"], ports: ["127.0.0.1:16333:6333"]}}
"""
APP = """\
services:
  web:
    image: {image}
    command: [sleep, "1000"]
    environment: {{LLM_URL: "http://far2:18000", STORE_URL: "http://{address}:16333"}}
"""


def up(compose: str, box: FarBox, folder: Path, name: str, text: str) -> None:
    """A project on a box; its file is nowhere on this machine afterwards."""
    folder.mkdir()
    file = folder / "compose.yaml"
    file.write_text(text)
    argv = [compose, "-p", name, "-f", str(file), "up", "-d"]
    own = {**os.environ, "DOCKER_HOST": box.url}
    subprocess.run(argv, env=own, check=True, capture_output=True, timeout=120)
    file.unlink()


@pytest.fixture(scope="module")
def boxes(
    tmp_path_factory: pytest.TempPathFactory, compose: str
) -> Iterator[tuple[FarBox, FarBox, FarBox]]:
    """An app on the first names the second; the third has nothing."""
    if why := FarBox.why_not():
        without(why)
    made = [FarBox(tmp_path_factory.mktemp(f"far{n}"), n) for n in (1, 2, 3)]
    try:
        images = [make_image(box.start()) for box in made]
        folder = tmp_path_factory.mktemp("projects")
        up(compose, made[1], folder / "ai", "h2x-ai", LLM.format(image=images[1]))
        app = APP.format(image=images[0], address=made[1].address)
        up(compose, made[0], folder / "app", "h2x-app", app)
        yield made[0], made[1], made[2]
    finally:
        for box in made:
            box.close()


def nebtui(
    folder: Path, boxes: tuple[FarBox, ...], *words: str
) -> subprocess.CompletedProcess[str]:
    """One run of the command line on all of them."""
    own = ssh_environ(folder, *boxes)
    own |= {"NEBTUI_STATE": str(folder / "state"), "NEBTUI_CONFIG": str(folder / "none")}
    hosts = [word for box in boxes for word in ("--host", f"ssh://{box.name}")]
    return subprocess.run(
        (sys.executable, "-m", "nebtui", *words, *hosts),
        env={**own, "PYTHONPATH": os.getcwd()},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_what_one_needs_of_another(boxes: tuple[FarBox, FarBox, FarBox], tmp_path: Path) -> None:
    """By its name, and by an address that only ssh's own configuration has; no name server is
    asked of, no file is here."""
    told = nebtui(tmp_path, boxes, "status", "--format", "json")
    assert told.returncode in (0, 1), told.stderr
    data = json.loads(told.stdout)
    assert [len(row["projects"]) for row in data["hosts"]] == [1, 1, 0]
    found = {one["port"]: (one["target"], one["answer"]) for one in data["crossings"]}
    assert found == {
        18000: ("h2x-ai/llm", "published"),
        16333: ("h2x-ai/vectors", "loopback"),
    }


def test_a_frozen_box_costs_its_own_part(
    boxes: tuple[FarBox, FarBox, FarBox], tmp_path: Path
) -> None:
    """The engine of the second accepts and says nothing: told, exit 2; the others are whole."""
    boxes[1].freeze(on=True)
    try:
        told = nebtui(tmp_path, boxes, "status", "--format", "json")
    finally:
        boxes[1].freeze(on=False)
    assert told.returncode == 2
    first, second, third = json.loads(told.stdout)["hosts"]
    assert "does not answer in time" in second["problem"]
    assert first["engine"]["name"] == "far1"
    assert third["engine"]["name"] == "far3"
    assert {one["answer"] for one in json.loads(told.stdout)["crossings"]} == {"unknown"}
