"""The image data: every entry is well formed, Compose accepts every test, and names find the right
entry."""

import json
import re
import subprocess
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from nebtui.knowledge import ImageKnowledge, about, entries, probe_programs, repository

ROLES = {
    *(
        "cache",
        "database",
        "documents",
        "embedding",
        "gateway",
        "image-generation",
        "inference",
        "job",
        "observability",
    ),
    *("queue", "search", "speech", "storage", "ui", "vector-store", "web", "workflow", ""),
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
    """The health test that circulates for Chroma (curl, and an API that is gone) stands nowhere in
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
        "acme/postgres",
        "busybox",
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
