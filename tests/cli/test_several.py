"""Several boxes in one command: printed one after the other, each with what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.stub_engine import StubEngine, stub_engine
from tests.cli.sandbox import Answer, CliSandbox
from tests.cli.test_schema import assert_valid

GONE = "unix:///nonexistent/b.sock"


def container(name: str, environment: str, *ports: dict[str, Any]) -> dict[str, Any]:
    """What the engine lists of a service's container."""
    labels = {
        "com.docker.compose.project": "p",
        "com.docker.compose.service": name,
        "com.docker.compose.project.working_dir": "/srv/p",
        "com.docker.compose.project.config_files": "/srv/p/compose.yaml",
    }
    return {
        "Id": name * 16,
        "Names": [f"/p-{name}-1"],
        "Image": "x",
        "ImageID": "sha256:1",
        "State": "running",
        "Status": "Up",
        "Labels": labels,
        "Ports": list(ports),
    }


def bound(listed: dict[str, Any]) -> dict[str, Any]:
    """Its ports as an inspection has them."""
    return {
        f"{port['PrivatePort']}/tcp": [{"HostIp": port["IP"], "HostPort": str(port["PublicPort"])}]
        for port in listed["Ports"]
    }


def told_of(engine: StubEngine, name: str, *containers: dict[str, Any], url: str = "") -> None:
    """Let the stand-in engine have a name and containers; their environment names `url`."""
    engine.name = name
    engine.containers = list(containers)
    for one in containers:
        inspected = {
            "Id": one["Id"],
            "Name": one["Names"][0],
            "Image": "sha256:1",
            "State": {"Status": "running", "Pid": 0},
            "Config": {"Labels": one["Labels"], "Env": [f"API_URL={url}"], "Image": "x"},
            "NetworkSettings": {"Networks": {}, "Ports": bound(one)},
        }
        engine.answers[f"/containers/{one['Id']}/json"] = inspected


@pytest.fixture
def run(sandbox: CliSandbox, tmp_path: Path) -> Any:
    """Runs nebtui on two engines of other machines, `near` and `gpu1`."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with stub_engine(tmp_path / "a") as (near, one), stub_engine(tmp_path / "b") as (far, two):
        told_of(near, "laptop", container("web", ""), url="http://gpu1:8000")
        port = {"IP": "127.0.0.1", "PrivatePort": 8000, "PublicPort": 8000, "Type": "tcp"}
        told_of(far, "metal", container("llm", "", port))
        (sandbox.root / "config.toml").write_text(
            f'[hosts]\nnear = "{one}"\ngpu1 = "{two}"\ngone = "{GONE}"\n'
        )

        def command(verb: str, *words: str, hosts: tuple[str, ...] = ("near", "gpu1")) -> Answer:
            options = (word for host in hosts for word in ("--host", host))
            return sandbox.run(verb, *options, *words)

        yield command


@pytest.mark.parametrize("verb", ["status", "check", "graph"])
def test_each_box_is_there(run: Any, verb: str) -> None:
    """As text under its name, as JSON with its `host`, as the schema says; and what the one needs
    of the other."""
    told = run(verb, "--format", "json")
    assert_valid(verb, told.json)
    assert [row["host"] for row in told.json["hosts"]] == ["near", "gpu1"]
    (crossing,) = told.json["crossings"]
    assert (crossing["from"], crossing["box"], crossing["target"], crossing["answer"]) == (
        *("near p/web", "gpu1", "p/llm", "loopback"),
    )
    text = run(verb).out
    assert text.index("near") < text.index("gpu1")
    assert "✗ near p/web → gpu1 gpu1:8000: p/llm publishes it on 127.0.0.1 only" in text


def test_one_box_has_its_name(run: Any) -> None:
    """Without it there is none: null."""
    told = run("status", "--format", "json", hosts=("gpu1",))
    assert_valid("status", told.json)
    assert told.json["host"] == "gpu1"


def test_metrics_of_all(run: Any) -> None:
    """The box is a label; one that is gone is down, and the page is whole."""
    told = run("status", "--format", "prometheus", hosts=("near", "gone"))
    assert told.status == 2
    assert 'nebtui_engine_up{box="near"} 1' in told.out
    assert 'nebtui_engine_up{box="gone"} 0' in told.out
    assert (
        'nebtui_engine_up{box="gpu1"} 1'
        in run("status", "--format", "prometheus", hosts=("gpu1",)).out
    )


def test_one_that_is_gone(run: Any) -> None:
    """Its reason, exit 2, and everything of the other."""
    told = run("status", "--format", "json", hosts=("gone", "near"))
    gone, near = told.json["hosts"]
    assert told.status == 2
    assert "/nonexistent/b.sock" in gone["problem"]
    assert near["projects"][0]["services"][0]["name"] == "web"
    checked = run("check", hosts=("gone", "near"))
    assert "gone: not looked at" in checked.out
    assert "/nonexistent/b.sock" in checked.err


def test_without_a_terminal_the_screen_is_the_status(run: Any, sandbox: CliSandbox) -> None:
    """`nebtui --host a --host b` in a pipe."""
    told = sandbox.run("--host", "near", "--host", "gpu1", "--plain")
    assert told.status == 0
    assert told.out.startswith("near: engine")
    assert json.loads(sandbox.run("--host", "near", "--host", "gpu1", "--format", "json").out)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("status", "."), "a PATH is on one machine"),
        (("graph", "--format", "dot"), "draws one box"),
        (("check", "--format", "sarif"), "is about one box"),
        (("check", "--diff", "HEAD"), "--diff is about files of one machine"),
        (("status", "--project", "nope"), "no project is called nope"),
    ],
)
def test_what_several_boxes_cannot_have(run: Any, argv: tuple[str, ...], said: str) -> None:
    """One line, exit 2."""
    told = run(argv[0], *argv[1:])
    assert (told.status, told.out) == (2, "")
    assert said in told.lines[-1]
