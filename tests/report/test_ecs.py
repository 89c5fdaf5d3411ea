"""The ECS task definition: valid by AWS's own description, and honest about what is not in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nebtui.compose import model
from nebtui.compose.discovery import search
from nebtui.facts.project import Project
from nebtui.report.ecs.sizes import FARGATE, LARGEST, TaskSize, smallest
from nebtui.report.ecs.task import TaskDefinition, task_definition
from nebtui.text.mask import MASK, masked
from tests.compose.reader.test_robustness import DOCUMENTS
from tests.facts.generated import facts
from tests.report.ecs_schema import mistakes

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def made(text: str, folder: Path) -> TaskDefinition:
    """The task definition of a compose text, which AWS would take."""
    (folder / "compose.yaml").write_text(text)
    (candidate,) = search.search((str(folder / "compose.yaml"),), environ={})
    result = task_definition(model.read_only(candidate, {}), "eu-central-1")
    assert_valid(result)
    return result


def assert_valid(result: TaskDefinition) -> None:
    """What the schema says, and what ECS refuses beyond it."""
    request: Any = json.loads(json.dumps(result.request))
    assert mistakes(request) == []
    containers = request["containerDefinitions"]
    names = [c["name"] for c in containers]
    assert len(set(names)) == len(names)
    assert all(map(NAME.fullmatch, [request["family"], *names]))
    essential = {c["name"]: c["essential"] for c in containers}
    assert not containers or any(essential.values())
    by_name = {c["name"]: c for c in containers}
    for one in containers:
        for gate in one.get("dependsOn", ()):
            target = by_name[gate["containerName"]]
            assert gate["condition"] != "HEALTHY" or "healthCheck" in target
            assert gate["condition"] not in ("SUCCESS", "COMPLETE") or not target["essential"]
        if "memory" in one and "memoryReservation" in one:
            assert one["memory"] > one["memoryReservation"]
        check = one.get("healthCheck", {})
        for key, least, most in (
            ("interval", 5, 300),
            ("timeout", 2, 60),
            ("retries", 1, 10),
            ("startPeriod", 0, 300),
        ):
            assert least <= check.get(key, least) <= most
        for mount in one.get("mountPoints", ()):
            assert mount["sourceVolume"] in {v["name"] for v in request["volumes"]}
    if request["requiresCompatibilities"] == ["FARGATE"]:
        cpu, memory = int(request["cpu"]), int(request["memory"])
        assert TaskSize(cpu, memory) in FARGATE
        assert sum(c.get("cpu", 0) for c in containers) <= cpu
        assert sum(c.get("memory", 0) for c in containers) <= memory
        assert not any("resourceRequirements" in c or "privileged" in c for c in containers)
    assert all("\n" not in line for line in result.sentences)


WORKER = """\
services:
  worker:
    image: registry.example/worker:3
    command: [run, --fast]
    entrypoint: [tini, --]
    user: "1000:1000"
    read_only: true
    restart: unless-stopped
    stop_grace_period: 30s
    environment:
      MODE: fast
      DB_PASSWORD: hunter2
      API_TOKEN:
      BROKER: redis://queue:6379
    ports: ["8080:80"]
    deploy: {resources: {limits: {cpus: "2", memory: 4g}, reservations: {memory: 2g}}}
    ulimits: {nofile: {soft: 65536, hard: 65536}, memlock: -1}
    cap_drop: [ALL]
    cap_add: [NET_ADMIN, SYS_PTRACE]
    depends_on:
      queue: {condition: service_healthy}
      setup: {condition: service_completed_successfully}
    volumes: ["data:/data", "./conf:/conf:ro"]
    shm_size: 1g
  queue:
    image: redis:7
    healthcheck: {test: [CMD, redis-cli, ping], interval: 1s, timeout: 1s, retries: 30}
  setup: {image: "busybox:1.37", command: "true"}
  debug: {image: "busybox:1.37", profiles: [debug]}
volumes: {data: {}}
"""


def test_everything_that_ecs_has(tmp_path: Path) -> None:
    """Limits, words, gates, rights, logs and mounts of a worker are where ECS has them."""
    result = made(WORKER, tmp_path)
    worker, queue, setup = result.request["containerDefinitions"]
    assert worker == {
        "name": "worker",
        "image": "registry.example/worker:3",
        "cpu": 2048,
        "memory": 4096,
        "memoryReservation": 2048,
        "entryPoint": ["tini", "--"],
        "command": ["run", "--fast"],
        "user": "1000:1000",
        "environment": [
            {"name": "MODE", "value": "fast"},
            {"name": "BROKER", "value": "redis://queue:6379"},
        ],
        "secrets": [
            {"name": name, "valueFrom": f"/{result.request['family']}/worker/{name}"}
            for name in ("DB_PASSWORD", "API_TOKEN")
        ],
        "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
        "dependsOn": [
            {"containerName": "queue", "condition": "HEALTHY"},
            {"containerName": "setup", "condition": "SUCCESS"},
        ],
        "restartPolicy": {"enabled": True},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": f"/ecs/{result.request['family']}",
                "awslogs-region": "eu-central-1",
                "awslogs-stream-prefix": "worker",
                "awslogs-create-group": "true",
            },
        },
        "readonlyRootFilesystem": True,
        "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
        "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}},
        "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": False}],
        "essential": True,
    }
    assert (queue["essential"], setup["essential"]) == (True, False)
    assert queue["healthCheck"] == {
        "command": ["CMD", "redis-cli", "ping"],
        "interval": 5,
        "timeout": 2,
        "retries": 10,
    }
    assert (result.request["cpu"], result.request["memory"]) == ("4096", "8192")


def test_the_rest_is_told(tmp_path: Path) -> None:
    """A sentence each: secrets to fill in, limits that moved, what Fargate does not have; never a
    value."""
    told = "\n".join(made(WORKER, tmp_path).sentences)
    for words in (
        "worker: put the value of DB_PASSWORD into the parameter /",
        "worker: port 8080 leads to 80",
        "worker: calls queue by name",
        "worker: ulimit memlock: Fargate",
        "worker: cap_add NET_ADMIN",
        "worker: sharedMemorySize: Fargate",
        "/conf at /conf is on this machine",
        "worker: volume data ends with the task",
        "queue: healthcheck interval 1 is 5: ECS takes 5 to 300",
        "queue: healthcheck retries 30 is 10",
        "queue: no CPU limit: counted as 0.25 vCPU",
        "debug: left out, because it belongs to the profile debug",
        "executionRoleArn",
        "the task has 4 vCPU and 8192 MiB, the smallest Fargate size that holds 2.5 vCPU and",
    ):
        assert words in told, words
    assert "hunter2" not in told
    assert "hunter2" not in json.dumps(made(WORKER, tmp_path).request)


def test_declared_awslogs_stay(tmp_path: Path) -> None:
    """What a file says about awslogs holds; an option that ECS lacks is told, without its value."""
    result = made(
        "services:\n"
        "  worker:\n"
        "    image: example/worker:1\n"
        "    logging:\n"
        "      driver: awslogs\n"
        "      options: {awslogs-group: /ecs/manim, awslogs-region: ap-south-1, tag: '{{.ID}}'}\n",
        tmp_path,
    )
    assert_valid(result)
    (worker,) = result.request["containerDefinitions"]
    assert worker["logConfiguration"]["options"] == {
        "awslogs-group": "/ecs/manim",
        "awslogs-region": "ap-south-1",
        "awslogs-stream-prefix": "worker",
        "awslogs-create-group": "true",
    }
    assert "worker: logging option tag: ECS has none of that name" in result.sentences


def test_gpus_are_for_ec2(tmp_path: Path) -> None:
    """A GPU makes it EC2, which also has shared memory, devices, rights and Docker volumes."""
    result = made(
        "services:\n"
        "  llm:\n"
        "    image: vllm/vllm-openai:v0.9\n"
        "    privileged: true\n"
        "    shm_size: 8g\n"
        "    ulimits: {memlock: -1}\n"
        "    mem_limit: 8g\n"
        "    memswap_limit: 8g\n"
        "    security_opt: ['no-new-privileges:true']\n"
        "    tmpfs: ['/run:size=64m', /tmp]\n"
        "    devices: [/dev/fuse]\n"
        "    volumes: ['models:/models']\n"
        "    deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 2}]}}}\n"
        "volumes: {models: {}}\n",
        tmp_path,
    )
    (llm,) = result.request["containerDefinitions"]
    assert result.request["requiresCompatibilities"] == ["EC2"]
    assert llm["resourceRequirements"] == [{"type": "GPU", "value": "2"}]
    assert llm["linuxParameters"] == {
        "sharedMemorySize": 8192,
        "tmpfs": [{"containerPath": "/run", "size": 64}],
        "devices": [{"hostPath": "/dev/fuse", "containerPath": "/dev/fuse"}],
        "maxSwap": 0,
    }
    assert (llm["privileged"], llm["dockerSecurityOptions"]) == (True, ["no-new-privileges"])
    assert llm["ulimits"] == [{"name": "memlock", "softLimit": -1, "hardLimit": -1}]
    (volume,) = result.request["volumes"]
    assert volume["dockerVolumeConfiguration"]["scope"] == "shared"
    assert "llm: Fargate has no GPUs, so the launch type is EC2" in result.sentences
    assert "llm: tmpfs /tmp: ECS wants a size, and the file gives none" in result.sentences


def test_a_gate_on_the_test_of_an_image(tmp_path: Path) -> None:
    """ECS does not see it: the gate is START, and that is told."""
    result = made(
        "services:\n"
        "  a: {image: 'a:1', depends_on: {b: {condition: service_healthy}}}\n"
        "  b: {image: 'b:1'}\n",
        tmp_path,
    )
    first, _ = result.request["containerDefinitions"]
    assert first["dependsOn"] == [{"containerName": "b", "condition": "START"}]
    assert any("service_healthy is exported as START" in line for line in result.sentences)


def test_a_secret_in_a_command_stays_here(tmp_path: Path) -> None:
    """It is left out and told, for a masked one would be worse than none."""
    result = made(
        "services: {r: {image: 'redis:7', command: [redis-server, --requirepass, hunter2]}}",
        tmp_path,
    )
    (redis,) = result.request["containerDefinitions"]
    assert "command" not in redis
    assert any(line.startswith("r: command holds a secret") for line in result.sentences)


def test_a_secret_in_a_healthcheck_stays_here(tmp_path: Path) -> None:
    """The healthcheck is left out, and no gate waits for it."""
    result = made(
        "services:\n"
        "  a: {image: 'a:1', depends_on: {db: {condition: service_healthy}}}\n"
        "  db:\n"
        "    image: 'postgres:16'\n"
        "    healthcheck: {test: [CMD-SHELL, PGPASSWORD='hunter2' pg_isready]}\n",
        tmp_path,
    )
    first, db = result.request["containerDefinitions"]
    assert "healthCheck" not in db
    assert first["dependsOn"] == [{"containerName": "db", "condition": "START"}]
    assert "hunter2" not in json.dumps([result.request, result.sentences])
    assert any(line.startswith("db: healthcheck holds a secret") for line in result.sentences)


@pytest.mark.parametrize(
    ("cpu", "memory", "size"),
    [
        (1, 1, TaskSize(256, 512)),
        (256, 2049, TaskSize(512, 3072)),
        (2049, 100, TaskSize(4096, 8192)),
        (4096, 30721, TaskSize(8192, 32768)),
        (16384, 122880, LARGEST),
        (16385, 1, None),
        (1, 122881, None),
    ],
)
def test_the_smallest_size(cpu: int, memory: int, size: TaskSize | None) -> None:
    """The first size that holds both, by CPU and then by memory."""
    assert smallest(cpu, memory) == size


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts(Project))
def test_any_facts_are_exported(project: Project) -> None:
    """Whatever a project's facts hold, the export is one that AWS would take."""
    named = {name: replace(service, name=name) for name, service in project.services.items()}
    assert_valid(task_definition(replace(project, services=named), "eu-central-1"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(DOCUMENTS)
def test_any_file_is_exported(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    """Any project that the reader accepts, whatever its keys hold."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "compose.yaml").write_text(json.dumps(document))
    for candidate in search.search((str(folder / "compose.yaml"),), environ={}):
        result = task_definition(model.read_only(candidate, {}), "eu-central-1")
        assert_valid(result)
        assert MASK not in json.dumps(masked(result.request), ensure_ascii=False)
