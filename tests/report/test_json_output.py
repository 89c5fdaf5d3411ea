"""The JSON of the command line is a contract: exactly these keys, with these types."""

from __future__ import annotations

import json
from typing import Any

from nebtui import rules
from nebtui.facts import changes
from nebtui.facts.declared import Origin, Service
from nebtui.facts.project import Problem
from nebtui.facts.samples import ThroughputSample
from nebtui.report import json_output as as_json
from nebtui.rules.rule import Finding
from tests.builders import at, box, container, joined, project, waits

APP = Service(
    "app",
    environment={"URL": "http://store:80"},
    depends_on=waits("db", condition="service_healthy"),
    networks=joined("default", "net"),
    origins={("environment", "URL"): Origin("/gantry/compose.yaml", 5)},
)
WORK = ThroughputSample(
    "gantry-db-1",
    1.0,
    12.5,
    True,
    last_rate=12.5,
    last_at=1.0,
    server="vLLM",
    over=1.5,
    kv_cache=0.25,
)
BOX = box(
    project("core", Service("store")),
    project("gantry", APP, Service("db"), external=("net",)),
    project("bad", problem=Problem("/bad/compose.yaml", 3, "is not YAML")),
    container("gantry/app", "created"),
    container("gantry/db", "running", "gantry_default", health="starting"),
    changes.Sampled(1.0, throughput=(WORK,)),
)


def shape(value: Any) -> Any:
    """A JSON value with types in place of values; of a list its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_check() -> None:
    """Findings and errors of `check --format json` have the contract's keys in their order, and its
    types."""
    errors = [Problem("/bad/compose.yaml", 3, "is not YAML"), Problem("/x", 0, "is empty")]
    found = rules.find(BOX)
    told = json.loads(json.dumps(as_json.check(list(BOX.projects.values()), found, errors)))
    assert list(told) == [
        "version",
        "projects",
        "services",
        "findings",
        "errors",
        "outside",
        "host",
    ]
    assert (told["version"], told["projects"], told["services"]) == (1, 3, 3)
    assert told["errors"] == [
        {"file": "/bad/compose.yaml", "line": 3, "message": "is not YAML"},
        {"file": "/x", "line": None, "message": "is empty"},
    ]
    isolated = next(f for f in told["findings"] if f["rule"] == "isolated-networks")
    assert shape(isolated) == {
        "rule": "str",
        "severity": "str",
        "project": "str",
        "service": "str",
        "file": "str",
        "line": "int",
        "message": "str",
        "evidence": ["str"],
        "applicability": "str",
        "fix": "str",
        "place": "str",
        "also": [],
    }
    place = {key: isolated[key] for key in ("severity", "project", "service", "file", "line")}
    assert place == {
        "severity": "error",
        "project": "gantry",
        "service": "app",
        "file": "/gantry/compose.yaml",
        "line": 5,
    }


def test_check_without_places() -> None:
    """What is not known is null, never an empty text or a zero."""
    bare = Finding("r", "advice", None, None, "", "m", (), "display")
    (told,) = as_json.check([], [bare], [])["findings"]
    assert [told[key] for key in ("project", "service", "file", "line", "fix", "evidence")] == [
        None
    ] * 5 + [[]]


def test_status() -> None:
    """`status --format json` has the contract's keys for engine, projects and services."""
    told = json.loads(json.dumps(as_json.status(BOX)))
    assert {"version", "engine", "gpus", "projects"} <= set(told)
    assert (told["version"], type(told["engine"]), told["gpus"]) == (1, dict, [])
    assert as_json.status(box(engine=None))["engine"] is None
    by_name = {p["name"]: p for p in told["projects"]}
    assert {"name", "files", "services"} <= set(by_name["gantry"])
    assert by_name["gantry"]["files"] == ["/gantry/compose.yaml"]
    app, db = by_name["gantry"]["services"]
    assert app == {
        "name": "app",
        "state": "created",
        "health": "none",
        "readiness": "waiting",
        "state_words": "waiting",
        "differs": None,
        "why": "waits on db (healthy)",
        "waiting_on": ["db"],
        "networks": ["gantry_default", "net"],
        "gpu": [],
        "cpu_percent": None,
        "memory_bytes": None,
        "uptime_seconds": None,
        "ports": [],
        "tokens_per_second": None,
        "kv_cache": None,
        "out_of_memory": False,
        "servers": [],
        "containers": ["gantry-app-1"],
    }
    (server,) = db["servers"]
    assert server == {
        "name": "vLLM",
        "model": None,
        "busy": True,
        "running": None,
        "waiting": None,
        "unit": "tok/s",
        "rate": 12.5,
        "over_seconds": 1.5,
        "last_rate": 12.5,
        "last_seconds_ago": 0.0,
        "one_request": None,
        "usual": None,
        "slow": False,
        "kv_cache": 0.25,
        "problem": None,
    }
    assert db["kv_cache"] == 0.25
    assert (db["readiness"], db["health"], db["tokens_per_second"]) == (
        "starting",
        "starting",
        12.5,
    )
    store = by_name["core"]["services"][0]
    assert [store[key] for key in ("state", "health", "containers")] == [None, None, []]
    assert by_name["bad"]["problem"] == "/bad/compose.yaml:3: is not YAML"


def test_graph() -> None:
    """`graph --format json`: networks with members, and edges between `project/service` names."""
    told = json.loads(json.dumps(as_json.graph(BOX)))
    assert list(told) == ["version", "networks", "edges", "swarm", "host"]
    assert {"name": "net", "external": True, "members": ["gantry/app"]} in told["networks"]
    assert told["edges"] == [
        {
            "from": "gantry/app",
            "to": "gantry/db",
            "kind": "depends",
            "gate": "service_healthy",
            "reachable": None,
        },
        {
            "from": "gantry/app",
            "to": "core/store",
            "kind": "references",
            "gate": None,
            "reachable": False,
        },
    ]
    assert str(at("gantry/app")) == "gantry/app"
