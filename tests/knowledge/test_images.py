"""The image data: every entry is well formed, Compose accepts every test, and names find the right
entry."""

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from nebtui.knowledge import (
    Condition,
    ImageKnowledge,
    about,
    entries,
    entry,
    probe_programs,
    repository,
)
from nebtui.knowledge.tags import admits

ROLES = {
    *("", "agent", "app", "auth", "base", "cache", "database", "docker", "documents", "embedding"),
    *("gateway", "image-generation", "inference", "job", "network", "observability", "queue"),
    *("sandbox", "search", "speech", "storage", "ui", "vector-store", "web", "workflow"),
}


def compose_binary() -> Path | None:
    """The Go binary inside the package: the script beside it loses the exit code."""
    spec = find_spec("compose")
    places = spec.submodule_search_locations if spec else None
    found = [Path(place) / "docker-compose" for place in places or ()]
    return found[0] if found and found[0].exists() else None


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_entry_is_well_formed(entry: ImageKnowledge) -> None:
    """Each entry says what it speaks of, on which basis, from where and when, in the agreed
    forms."""
    assert entry.name
    assert entry.images
    assert all(glob == repository(glob)[0] for glob in entry.images), (
        "globs carry no registry, tag or capitals"
    )
    assert entry.basis
    assert set(entry.basis) <= set("DUWIK")
    assert entry.source
    assert date.fromisoformat(entry.date) <= date(2100, 1, 1)
    assert entry.ready in {"ready", "alive"}
    assert entry.role in ROLES
    assert entry.without_gpu in {"", "refuses", "falls-back"}
    assert all(0 < port < 65536 for port in entry.ports)
    assert not (entry.one_shot and entry.test), "a job has nothing to be ready for"
    assert not (entry.role == "base" and (entry.ports or entry.test)), "a base serves nothing"
    assert entry.family or not any(glob.startswith("*") for glob in entry.images), (
        "a name that begins anyhow is a family's"
    )
    assert not (entry.conditions and not entry.test), "a condition of no test"


@pytest.mark.parametrize(
    ("entry", "condition"),
    [(entry, condition) for entry in entries() for condition in entry.conditions],
    ids=lambda value: value.name if isinstance(value, ImageKnowledge) else "",
)
def test_condition_is_well_formed(entry: ImageKnowledge, condition: Condition) -> None:
    """Each condition says what is missing, asks something, and its expressions compile."""
    assert condition.says
    assert condition.says[-1] not in ".,:;"
    patterns = (
        *condition.words,
        *condition.no_words,
        *condition.variables.values(),
        *condition.no_variables.values(),
    )
    assert patterns or condition.no_mounts
    assert all(re.compile(pattern) for pattern in patterns)
    assert all(place.startswith("/") and not place.endswith("/") for place in condition.no_mounts)


def unmet(
    image: str,
    command: str = "",
    variables: Mapping[str, str] | None = None,
    mounts: tuple[str, ...] = (),
) -> list[str]:
    """What is missing for the known test of a service, each condition read as `Condition` says."""
    known = about(image)
    assert known is not None
    assert known.test is not None

    def fits(expressions: Mapping[str, str]) -> bool:
        return any(
            re.fullmatch(expressions[name], value)
            for name, value in (variables or {}).items()
            if name in expressions
        )

    return [
        one.says
        for one in known.conditions
        if (
            (one.words or one.variables)
            and not any(re.search(word, command) for word in one.words)
            and not fits(one.variables)
        )
        or any(re.search(word, command) for word in one.no_words)
        or fits(one.no_variables)
        or any(f"{m}/".startswith(f"{place}/") for m in mounts for place in one.no_mounts)
    ]


@pytest.mark.parametrize(
    ("image", "command", "variables"),
    [
        ("redis:7", "", {}),
        ("redis:7", "redis-server --appendonly yes --port 6380", {}),
        ("redis:7", "redis-server --requirepass x", {"REDISCLI_AUTH": "x"}),
        ("bitnami/redis", "", {"ALLOW_EMPTY_PASSWORD": "yes"}),
        ("elasticsearch:8.12.0", "", {"xpack.security.enabled": "false"}),
        ("elasticsearch:7.17.0", "", {}),
        ("opensearchproject/opensearch:2", "", {"DISABLE_SECURITY_PLUGIN": "true"}),
        ("opensearchproject/opensearch:2", "", {"plugins.security.disabled": "true"}),
        ("traefik:v3", "--ping --providers.docker", {}),
        ("traefik:v3", "--api.insecure=true --ping=true", {}),
        ("traefik:v3", "", {"TRAEFIK_PING": "true"}),
        ("nats:2-alpine", "-js -m 8222", {}),
        ("nats:2-alpine", "", {}),
        ("vllm/vllm-openai", "--model x --api-key y --port 9000 --host 0.0.0.0", {}),
        ("keycloak/keycloak:26.0", "start-dev", {"KC_HEALTH_ENABLED": "true"}),
        ("n8nio/n8n", "", {"N8N_PORT": "5679", "N8N_PROTOCOL": "http", "N8N_PATH": "/"}),
        ("postgres:16", "postgres -c shared_buffers=1GB", {}),
        ("mongo:7", "--replSet rs0 --bind_ip_all", {}),
        ("apache/kafka:3.9.0", "", {}),
        ("apache/kafka:3.9.0", "", {"KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093"}),
        ("quay.io/coreos/etcd:v3.5.5", "etcd -listen-client-urls http://0.0.0.0:2379", {}),
        ("quay.io/coreos/etcd:v3.5.5", "", {"ETCD_LISTEN_CLIENT_URLS": "http://0.0.0.0:2379"}),
        ("minio/minio", 'server /data --console-address ":9001"', {}),
        ("prom/prometheus", "--web.external-url=http://x:9090 --web.enable-lifecycle", {}),
        ("langgenius/dify-api:1.0", "", {"MODE": "api"}),
        ("acme/my-vllm", "vllm serve x", {}),
        ("qdrant/qdrant", "", {"QDRANT__SERVICE__API_KEY": "x"}),
        ("langfuse/langfuse:3", "", {"HOSTNAME": "0.0.0.0"}),
    ],
)
def test_conditions_that_are_met(image: str, command: str, variables: dict[str, str]) -> None:
    """An ordinary configuration keeps its known test."""
    assert unmet(image, command, variables) == []


@pytest.mark.parametrize(
    ("image", "command", "variables"),
    [
        ("redis:7", "redis-server --requirepass x", {}),
        ("redis:7", "redis-server /etc/redis/redis.conf", {}),
        ("redis:7", "redis-server --aclfile /users.acl", {}),
        ("redis:7", "redis-server --tls-port 6379 --port 0", {}),
        ("redis/redis-stack", "", {"REDIS_ARGS": "--requirepass x"}),
        ("valkey/valkey:8", "valkey-server --requirepass x", {}),
        ("valkey/valkey:8", "", {"VALKEY_EXTRA_FLAGS": "--requirepass x"}),
        ("bitnami/redis", "", {"REDIS_PASSWORD": "x", "REDISCLI_AUTH": "y"}),
        ("elasticsearch:8.12.0", "", {}),
        ("elasticsearch:7.17.0", "", {"xpack.security.enabled": "true"}),
        ("opensearchproject/opensearch:2", "", {}),
        ("traefik:v3", "--providers.docker", {}),
        ("traefik:v3", "--ping --ping.entrypoint=web", {}),
        ("traefik:v3", "--ping=false", {}),
        ("nats:2-alpine", "-js", {}),
        ("nats:2-alpine", "-ms 8222", {}),
        ("vllm/vllm-openai", "--ssl-certfile /c.pem", {}),
        ("vllm/vllm-openai", "--host 10.0.0.1", {}),
        ("vllm/vllm-openai", "vllm serve x --headless", {}),
        ("keycloak/keycloak:26.0", "start", {}),
        ("n8nio/n8n", "worker", {}),
        ("n8nio/n8n", "", {"N8N_PATH": "/n8n/"}),
        ("n8nio/n8n", "", {"N8N_PROTOCOL": "https"}),
        ("postgres:16", "postgres -c listen_addresses=''", {}),
        ("mongo:7", "--tlsMode requireTLS", {}),
        ("mongo:7", "mongod --config /etc/mongo.conf", {}),
        ("apache/kafka:3.9.0", "", {"KAFKA_LISTENERS": "PLAINTEXT://broker:29092"}),
        ("apache/kafka:3.9.0", "", {"KAFKA_LISTENERS": "SASL_PLAINTEXT://:9092"}),
        ("quay.io/coreos/etcd:v3.5.5", "etcd --cert-file x", {}),
        ("minio/minio", "server --address :9010 /data", {}),
        ("prom/prometheus", "--web.config.file=/web.yml", {}),
        ("prom/prometheus", "--web.external-url=http://x:9090/prometheus", {}),
        ("langgenius/dify-api:1.0", "", {"MODE": "worker"}),
        ("acme/my-vllm", "python bench.py", {}),
        ("qdrant/qdrant", "", {"QDRANT__SERVICE__ENABLE_TLS": "true"}),
        ("grafana/grafana", "", {"GF_SERVER_PROTOCOL": "https"}),
    ],
)
def test_conditions_that_are_not_met(image: str, command: str, variables: dict[str, str]) -> None:
    """A configuration under which the known test could not pass is told from an ordinary one."""
    assert len(unmet(image, command, variables)) == 1


def test_mounts_that_hide_the_answer() -> None:
    """Where a server's own configuration is mounted, what it answers is not known."""
    assert unmet("nginx:1.27", mounts=("/etc/nginx/conf.d/default.conf",))
    assert unmet("nginx:alpine", mounts=("/etc/nginx",))
    assert unmet("traefik:v3", "--ping", mounts=("/etc/traefik/traefik.yml",))
    assert not unmet("nginx:1.27", mounts=("/usr/share/nginx/html", "/etc/nginx2"))
    assert not unmet("caddy:2", mounts=("/etc/caddy/Caddyfile", "/data"))


@pytest.mark.parametrize(
    "entry", [entry for entry in entries() if entry.test], ids=lambda entry: entry.name
)
def test_health_test_is_well_formed(entry: ImageKnowledge) -> None:
    """Each test has a Compose form, bounded timing, programs to look for, and asks a port the entry
    lists."""
    assert entry.test is not None
    form, *words = entry.test.test
    assert form in {"CMD", "CMD-SHELL"}
    assert words
    assert form == "CMD" or len(words) == 1
    assert entry.needs
    assert set(entry.needs) == set(probe_programs(entry.test))
    text = " ".join(words)
    assert "/dev/tcp" not in text or entry.test.test[:3] == ("CMD", "bash", "-c"), (
        "/dev/tcp is bash's own"
    )
    assert not re.search(r"(?<!\$)\$(?!\$)", text), "a single dollar would be Compose's"
    assert all(int(port) in entry.ports for port in re.findall(r"127\.0\.0\.1[:/](\d+)", text))
    interval, timeout, retries, start = (
        entry.test.interval,
        entry.test.timeout,
        entry.test.retries,
        entry.test.start_period,
    )
    assert interval is not None
    assert timeout is not None
    assert start is not None
    assert retries
    assert 1 <= timeout <= interval <= start


def test_dead_chroma_test_is_absent() -> None:
    """The healthcheck that circulates for Chroma (curl, and an API that is gone) stands nowhere in
    the data."""
    tests = [
        entry.test.test for entry in entries() if entry.test and entry.name.startswith("Chroma")
    ]
    assert tests
    assert not any("curl" in word or "/api/v1" in word for test in tests for word in test)


def test_no_two_entries_claim_the_same_images() -> None:
    """A pair of images and tags stands once, so the order of the file decides between versions
    only."""
    claims = [(glob, entry.tags) for entry in entries() for glob in entry.images]
    assert len(claims) == len(set(claims))


def test_compose_reads_every_test_as_written(tmp_path: Path) -> None:
    """Compose accepts each test in a file and hands it back unchanged: every dollar is escaped as
    it must be."""
    binary = compose_binary()
    if binary is None:
        pytest.skip("no Compose binary: install the extra `compose`")
    tests = {
        f"s{place}": list(entry.test.test) for place, entry in enumerate(entries()) if entry.test
    }
    services = {name: {"image": "x", "healthcheck": {"test": test}} for name, test in tests.items()}
    file = tmp_path / "compose.yaml"
    file.write_text(json.dumps({"name": "k4x", "services": services}), encoding="utf-8")
    argv = [str(binary), "-f", str(file), "config", "--format", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)["services"]
    assert {name: read[name]["healthcheck"]["test"] for name in tests} == tests


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("chromadb/chroma", "Chroma"),
        ("chromadb/chroma:latest", "Chroma"),
        ("chromadb/chroma:1.0.12", "Chroma"),
        ("chromadb/chroma:1", "Chroma"),
        ("chromadb/chroma:0.6.3", "Chroma (Python)"),
        ("chromadb/chroma:0.5.23.dev4", "Chroma (Python)"),
        ("ghcr.io/chroma-core/chroma:0.4.24", "Chroma (Python)"),
        ("chromadb/chroma:${CHROMA_TAG:-0.5.0}", "Chroma"),
        ("localhost:5000/chromadb/chroma:1.1", "Chroma"),
        ("registry.lan:5000/proxy/chromadb/chroma", "Chroma"),
        ("qdrant/qdrant:v1.13.0@sha256:" + "ab" * 32, "Qdrant"),
        ("postgres", "PostgreSQL"),
        ("postgres:16-alpine", "PostgreSQL"),
        ("docker.io/library/postgres:17", "PostgreSQL"),
        ("public.ecr.aws/docker/library/redis:7", "Redis"),
        ("pgvector/pgvector:pg17", "PostgreSQL"),
        ("timescale/timescaledb-ha:pg16", "PostgreSQL"),
        ("mongo:4.4", "MongoDB (old shell)"),
        ("mongo:7", "MongoDB"),
        ("valkey/valkey:8", "Valkey"),
        ("temporalio/auto-setup:1.25", "Temporal"),
        ("ollama/ollama:rocm", "Ollama"),
        ("vllm/vllm-openai:v0.8.5", "vLLM"),
        ("ghcr.io/theroyallab/tabbyAPI:latest", "TabbyAPI"),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda", "llama.cpp server"),
        ("docker.n8n.io/n8nio/n8n", "n8n"),
        ("ghcr.io/open-webui/open-webui:main", "Open WebUI"),
        ("rabbitmq:3-management", "RabbitMQ"),
        ("quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z", "MinIO"),
        ("minio/mc", "MinIO client"),
        ("nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3.0", "NVIDIA NIM"),
        (
            "ghcr.io/huggingface/text-embeddings-inference:cpu-1.6",
            "Text Embeddings Inference (CPU)",
        ),
        ("ghcr.io/huggingface/text-embeddings-inference:1.6", "Text Embeddings Inference"),
        ("nats:2-alpine", "NATS (alpine)"),
        ("nats", "NATS"),
        ("langfuse/langfuse-worker:3", "Langfuse worker"),
        ("lscr.io/linuxserver/jellyfin", "LinuxServer.io"),
        ("registry.lan:5000/proxy/pgvector/pgvector:pg17", "PostgreSQL"),
        ("docker.elastic.co/elasticsearch/elasticsearch:9.3.0", "Elasticsearch"),
        ("elasticsearch:7.17.1", "Elasticsearch (7 and older)"),
        ("opensearchproject/opensearch:2.11", "OpenSearch"),
        ("opensearchproject/opensearch-dashboards:2", "OpenSearch Dashboards"),
        ("nginx:1.27-alpine", "nginx (alpine)"),
        ("nginx:1.27", "nginx"),
        ("nginx", "nginx"),
        ("nginx:1.19.2", "nginx (before 1.21)"),
        ("acme/db-migrate:2", "Migration job (family)"),
        ("nats:2.10", "NATS"),
        ("mariadb:10.3", "MariaDB (before 10.4)"),
        ("mariadb:lts", "MariaDB"),
        ("minio/minio:RELEASE.2021-04-22T15-44-28Z", "MinIO (before 2023)"),
        ("grafana/grafana:11.0.0-ubuntu", "Grafana (Ubuntu)"),
        ("grafana/grafana-image-renderer", "Grafana image renderer"),
        ("keycloak/keycloak:24.0.1", "Keycloak (before 25)"),
        ("quay.io/mudler/localrecall:v0.5.5-postgresql", "PostgreSQL of LocalRecall"),
        ("nvcr.io/nvidia/tritonserver:24.05-py3", "Triton Inference Server"),
        ("nvcr.io/nvidia/blueprint/rag-server:2.3", "NVIDIA RAG server"),
        ("python:3.12-slim", "Plain base image"),
        ("busybox", "Plain base image"),
        ("acme/postgres", "PostgreSQL (family)"),
        ("registry.lan/team/postgres-with-extras:3", "PostgreSQL (family)"),
        ("ghcr.io/acme/vllm-rocm:1", "vLLM (family)"),
        ("acme/my-text-generation-inference", "Text Generation Inference (family)"),
        ("acme/comfyui-flux", "ComfyUI (family)"),
        ("acme/redis-cluster", "Redis or Valkey (family)"),
        ("prometheuscommunity/postgres-exporter", "Prometheus exporter"),
        ("acme/postgres-exporter:1", "Exporter (family)"),
        ("oliver006/redis_exporter", "Prometheus exporter"),
        ("nginx/nginx-prometheus-exporter:1.0", "Prometheus exporter"),
        ("rediscommander/redis-commander", "Redis admin page"),
        ("dpage/pgadmin4", "Database admin page"),
        ("mongo-express", "Database admin page"),
        ("postgrest/postgrest", "PostgREST"),
        ("prodrigestivill/postgres-backup-local", "Backup tool"),
        ("ollama-webui/ollama-webui", "Open WebUI (old name)"),
        ("ghcr.io/open-webui/pipelines:main", "Open WebUI pipelines"),
        ("semitechnologies/transformers-inference:x", "Weaviate module (family)"),
    ],
)
def test_about_finds_the_entry(image: str, name: str) -> None:
    """Registry, digest and tag do not hide an image, and its version picks the entry."""
    known = about(image)
    assert known is not None
    assert known.name == name


@pytest.mark.parametrize(
    "image",
    [
        None,
        "",
        "acme/postgrest",
        "acme/pgadmin",
        "acme/postgres-operator",
        "acme/postgres-backup-s3",
        "acme/postgres-mcp",
        "acme/mysql-client",
        "acme/mongo-express",
        "acme/redis-commander",
        "acme/redisinsight",
        "acme/qdrant-web-ui",
        "acme/vllm-router",
        "lmcache/vllm-production-stack-router",
        "acme/vllm-benchmark",
        "acme/ollama-webui",
        "acme/ollama-exporter-ui",
        "acme/elasticsearch-hq",
        "acme/kafka-connect",
        "acme/nginx-ingress",
        "acme/chat",
        "ghcr.io/ggml-org/llama.cpp:light",
        "${IMAGE}",
        "minio/other",
        "sha256:ab",
    ],
)
def test_about_says_nothing_of_strangers(image: str | None) -> None:
    """An image of another owner, another variant or no name at all is not guessed at."""
    assert about(image) is None


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("redis", ("redis", "")),
        ("redis:7.2", ("redis", "7.2")),
        ("localhost/redis", ("redis", "")),
        ("reg.example:5000/team/app:1@sha256:00", ("team/app", "1")),
        ("library/redis", ("redis", "")),
        ("${REGISTRY}/team/app:${TAG:-1:2}", ("team/app", "")),
    ],
)
def test_repository_takes_a_reference_apart(image: str, expected: tuple[str, str]) -> None:
    """A reference splits into repository and tag, whatever stands around them."""
    assert repository(image) == expected


def test_images_that_drop_privileges_are_marked() -> None:
    """The databases that start as root and step down are known, since `user:` would break their
    first start."""
    for image in (
        "postgres",
        "redis",
        "rabbitmq",
        "mysql",
        "mariadb",
        "mongo",
        "clickhouse/clickhouse-server",
    ):
        known = about(image)
        assert known is not None
        assert known.drops_privileges, image
    for image in ("n8nio/n8n", "ollama/ollama", "qdrant/qdrant"):
        known = about(image)
        assert known is not None
        assert not known.drops_privileges, image


def test_every_table_is_read() -> None:
    """Those of the folder, by name: a package in one file has no folder to look at."""
    folder = Path(entry.__file__).parent / "images"
    assert {path.stem for path in folder.glob("*.toml")} == set(entry.TABLES)


@pytest.mark.parametrize(
    ("tags", "admitted", "refused"),
    [
        (">=10.4", ("10", "10-focal", "10.4", "11.2", "latest"), ("10.3", "9", "5.5.60")),
        ("<10.4", ("10.3.39", "9", "latest"), ("10", "10.4", "11")),
        (">=1.0", ("1", "v1.0.3"), ("0.6", "0")),
        ("<=2.1", ("2.1", "2.1.7", "2.0", "1"), ("2.2", "2", "3")),
    ],
)
def test_tags_that_are_admitted(
    tags: str, admitted: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    """A tag that lacks parts is the newest of its version; one without a version meets all."""
    assert [tag for tag in admitted + refused if admits(tags, tag)] == list(admitted)
