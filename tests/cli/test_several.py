"""Several boxes in one command: printed one after the other, each with what is wrong with it."""

from __future__ import annotations

import json
import subprocess
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
    ends = {"check": ("near: 1 project", "gpu1: 1 project")}
    first, second = (text.index(name) for name in ends.get(verb, ("near", "gpu1")))
    assert first < second
    words = {
        "check": "p/web calls gpu1:8000, which is box gpu1: p/llm publishes it on 127.0.0.1 only"
    }
    across = "✗ near p/web → gpu1 gpu1:8000: p/llm publishes it on 127.0.0.1 only"
    assert words.get(verb, across) in text


def findings(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """The findings of the rule by box."""
    rows = {row["host"]: row["findings"] for row in answer.json["hosts"]}
    return {
        host: [f for f in found if f["rule"] == "unreachable-box-service"]
        for host, found in rows.items()
    }


def test_a_finding_on_each_side(run: Any) -> None:
    """The box that asks has one, and the box that is asked; by hand, as its files are elsewhere.
    They count as others do: exit 1 for errors."""
    told = run("check", "--format", "json")
    assert_valid("check", told.json)
    near, far = (findings(told)[name] for name in ("near", "gpu1"))
    assert [(f["service"], f["severity"], f["applicability"]) for f in (*near, *far)] == [
        ("web", "error", "display"),
        ("llm", "error", "display"),
    ]
    assert near[0]["fix"] == "on gpu1: publish port 8000 of p/llm on all addresses"
    assert far[0]["fix"].startswith("on metal: publish 8000 without 127.0.0.1 in the file, then")
    assert "near p/web: API_URL=http://gpu1:8000" in far[0]["evidence"]


@pytest.mark.parametrize("form", ["sarif", "github", "mermaid", "dot"])
def test_formats_of_several(run: Any, form: str) -> None:
    """Every result, and everything drawn, bears its box."""
    told = run("check" if form in ("sarif", "github") else "graph", "--format", form)
    if form == "sarif":
        runs = told.json["runs"]
        assert [one["automationDetails"]["id"] for one in runs] == ["nebtui/near/", "nebtui/gpu1/"]
        hosts = [{r["properties"]["host"] for r in one["results"]} for one in runs]
        assert hosts == [{"near"}, {"gpu1"}]
    elif form == "github":
        mine = [line for line in told.out.splitlines() if "unreachable-box-service" in line]
        assert [
            line.partition("::error title=nebtui unreachable-box-service::")[2][:5] for line in mine
        ] == ["near:", "gpu1:"]
    else:
        for text in ("near", "gpu1", "8000"):
            assert text in told.out
        assert "on 127.0.0.1 only" in told.out


def test_a_baseline_of_several(run: Any, sandbox: CliSandbox) -> None:
    """A finding of one box in it leaves out none of the other."""
    path = str(sandbox.root / "baseline.json")
    run("check", "--write-baseline", path)
    assert {row["host"] for row in json.loads(Path(path).read_text())["findings"]} == {
        *("near", "gpu1"),
    }
    again = run("check", "--baseline", path, "--format", "json")
    assert [row["findings"] for row in again.json["hosts"]] == [[], []]
    alone = run("check", "--baseline", path, "--format", "json", hosts=("gpu1", "gone"))
    assert alone.json["hosts"][0]["findings"] == []


def test_diff_is_about_files_that_are_here(run: Any, sandbox: CliSandbox) -> None:
    """What was found in files of other machines is left out, and that is told."""
    work = sandbox.root / "work"
    for words in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "x")):
        options = ("-c", "user.name=x", "-c", "user.email=x")
        subprocess.run(("git", *options, *words), cwd=work, check=True)
    told = run("check", "--diff", "HEAD")
    assert "left out: their files are on another machine, git is on this one" in told.err
    assert told.out.splitlines() == [
        "near: 1 project unreadable, none checked",
        "gpu1: 1 project unreadable, none checked",
    ]


def test_reach_from_box_to_box(run: Any) -> None:
    """The one that asks, by which name, and what is there; tried from inside its container."""
    told = run("reach", "p/web", "gpu1:p/llm", "--format", "json")
    assert_valid("reach", told.json)
    assert (told.status, told.json["from"], told.json["to"]) == (1, "near p/web", "gpu1 p/llm")
    assert [c["answer"] for c in told.json["crossings"]] == ["loopback"]
    tried = run("reach", "web", "llm", "--try")
    assert tried.out.splitlines()[0] == "near p/web does not reach gpu1 p/llm"
    assert "✗ gpu1:8000  p/llm publishes it on 127.0.0.1 only: publish it on gpu1 too" in tried.out
    assert "tried" in tried.out
    other = run("reach", "llm", "web")
    assert (other.status, other.out.splitlines()) == (
        1,
        ["gpu1 p/llm names no port that near p/web publishes"],
    )
    assert "no service of these boxes is called x" in run("reach", "x", "llm").err
    assert "both are on near" in run("reach", "web", "web").err


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
    status = run("status", hosts=("gone", "near")).out
    assert "no Compose projects found" not in status
    assert "gone: no engine: " in status
    sarif = run("check", "--format", "sarif", hosts=("gone", "near")).json
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False
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
        (("check", "--diff", "HEAD"), "not a git repository"),
        (("status", "--project", "nope"), "no project is called nope"),
    ],
)
def test_what_several_boxes_cannot_have(run: Any, argv: tuple[str, ...], said: str) -> None:
    """One line, exit 2."""
    told = run(argv[0], *argv[1:])
    assert (told.status, told.out) == (2, "")
    assert said in told.lines[-1]
