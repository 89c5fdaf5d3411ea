"""Who names whom: which texts of a service are host names, and which only look like some."""

from __future__ import annotations

from typing import Any

import pytest

from nebtui.analysis.references import Reference, references
from nebtui.facts.declared import Origin, Service
from tests.builders import at

KEY = at("shop/web")


def of(**parts: Any) -> tuple[Reference, ...]:
    """The references of a service made of these parts."""
    return references(KEY, Service("web", **parts))


def named(name: str, value: str) -> list[tuple[str, int | None]]:
    """Host and port of each reference of one environment variable."""
    return [(r.host, r.port) for r in of(environment={name: value})]


URLS = {
    "http://chroma:8000/api": [("chroma", 8000)],
    "HTTP://Chroma": [("chroma", None)],
    "postgres://user:pass@db:5432/x?sslmode=off": [("db", 5432)],
    "postgres://user:p@ss@db:5432/x": [("db", 5432)],
    "mysql://user:p%40ss@db/x": [("db", None)],
    "redis://:secret@cache:6379/0": [("cache", 6379)],
    "amqp://guest:guest@rabbit": [("rabbit", None)],
    "mongodb://u:p@one:27017,two:27018,three/db?replicaSet=r": [
        ("one", 27017),
        ("two", 27018),
        ("three", None),
    ],
    "mongodb+srv://cluster.example.com/x": [("cluster.example.com", None)],
    "jdbc:postgresql://db:5432/x": [("db", 5432)],
    "jdbc:sqlserver://db:1433;databaseName=x": [("db", 1433)],
    "jdbc:oracle:thin:@db:1521:orcl": [("db", 1521)],
    "nats://n1:4222, nats://n2:4222": [("n1", 4222), ("n2", 4222)],
    "http://etcd1:2379,http://etcd2:2379": [("etcd1", 2379), ("etcd2", 2379)],
    "PLAINTEXT://kafka:9092,EXTERNAL://broker:9094": [("kafka", 9092), ("broker", 9094)],
    '{"store": "http://chroma:8000/x", "cache": "redis:6379"}': [("chroma", 8000), ("redis", 6379)],
    "https://example.com/login?next=http://app:80": [("example.com", None), ("app", 80)],
    "http://my_store:80": [("my_store", 80)],
    "http://store:$PORT/": [("store", None)],
}


@pytest.mark.parametrize("text", URLS)
def test_urls_and_pairs(text: str) -> None:
    """Hosts and ports of URLs, whatever stands in front of them or how many there are."""
    assert named("ANYTHING", text) == URLS[text]


CONNECTION_STRINGS = {
    "host=db port=5432 user=x": [("db", None)],
    "Server=db,1433;Database=x": [("db", 1433)],
    "Data Source=db;User=x": [("db", None)],
    "user:pass@tcp(db:3306)/x": [("db", 3306)],
    "sleep 3; wait-for cache:6379": [("cache", 6379)],
}


@pytest.mark.parametrize("text", CONNECTION_STRINGS)
def test_connection_strings(text: str) -> None:
    """Keyword strings, Go's MySQL form, and pairs within a text."""
    assert named("DSN", text) == CONNECTION_STRINGS[text]


@pytest.mark.parametrize(
    "name",
    [
        "DB_HOST",
        "HOST",
        "PGHOSTNAME_HOSTNAME",
        "REDIS_SERVER",
        "TEMPORAL_ADDRESS",
        "CASSANDRA_SEEDS",
        "KAFKA_BROKERS",
    ],
)
def test_variables_that_are_named_like_hosts_hold_bare_names(name: str) -> None:
    """The value of a variable such as DB_HOST is a name, or a list of them, also without a port."""
    assert named(name, "db") == [("db", None)]
    assert named(name, "one,two; three") == [("one", None), ("two", None), ("three", None)]
    assert named(name, "db:22") == [("db", 22)]


def test_other_variables_hold_no_bare_names() -> None:
    """A word is a host name only where the variable says so."""
    assert named("POSTGRES_USER", "db") == []
    assert named("HOSTILITY", "db") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("serve", "--redis-host", "cache"), [("cache", None)]),
        (("serve", "--redis-host=cache"), [("cache", None)]),
        (("serve", "--store", "http://chroma:8000"), [("chroma", 8000)]),
        (("serve", "--server-url=http://api:80/x"), [("api", 80)]),
        (("sh", "-c", "wait-for db:5432 -- npm start"), [("db", 5432)]),
        (("serve", "--host", "0.0.0.0", "--port", "8000"), []),
        (("serve", "--listen-address", "web"), []),
        (("serve", "--advertise-addr=web:8300", "--bind-addr", "web"), []),
        (("serve", "--name", "cache"), []),
        (("docker", "run", "postgres:16"), []),
    ],
)
def test_commands(words: tuple[str, ...], found: list[tuple[str, int | None]]) -> None:
    """Flags that name a host, URLs and pairs in command and entrypoint; where it listens itself is
    none."""
    for key in ("command", "entrypoint"):
        hits = of(**{key: words})
        assert [(r.host, r.port) for r in hits] == found
        assert all(r.path == (key,) for r in hits)


def test_labels_name_hosts_in_urls_only() -> None:
    """Labels are full of words and pairs: only their URLs count."""
    labels = {
        "forward.address": "http://authelia:9091/verify",
        "router.rule": "Host(`web`)",
        "port": "web:8080",
    }
    assert [(r.host, r.path) for r in of(labels=labels)] == [
        ("authelia", ("labels", "forward.address"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "redis:7",
        "postgres:16",
        "node:20",
        "ollama/ollama:1234",
        "registry.example.com/team/app:8080",
        "12:30",
        "2026-01-01T12:30:00",
        "2026-01-01 12:30",
        "1000:1000",
        "0.0.0.0:8000",
        "127.0.0.1:8000",
        "localhost:8000",
        "http://localhost:8000",
        ":8080",
        "http://[::1]:80/",
        "::1",
        "fe80::1",
        "C:\\data\\models",
        "C:/data:8080",
        "$DB:5432",
        "${DB}:5432",
        "http://$HOST:80",
        "http://${HOST:-chroma}:80",
        "unix:///var/run/x.sock",
        "file:///etc/x",
        "sqlite:////data/x.db",
        "s3://bucket/key",
        "PLAINTEXT://:9092,CONTROLLER://:9093",
        "http://user@:80/",
        "",
    ],
)
def test_what_is_no_reference(text: str) -> None:
    """Image tags, times, ids, addresses, listeners, paths, buckets and unknown variables name
    nobody."""
    assert named("ANYTHING", text) == []


@pytest.mark.parametrize(
    "text", ["$DB", "${DB:?DB must be set}", "0.0.0.0", "::1", "fe80::1", "127.0.0.1", "8000"]
)
def test_host_variables_without_a_name(text: str) -> None:
    """Even a variable named like a host names nobody where its value is an address or not known."""
    assert "db" not in [host for host, _ in named("DB_HOST", text)]
    assert not {"must", "be", "set"} & {host for host, _ in named("DB_HOST", text)}
    assert named("DB_HOST", text) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "CORS_ORIGINS",
            "ALLOWED_HOSTS",
            "NO_PROXY",
            "PUBLIC_URL",
            "EXTERNAL_URL",
            "WEBHOOK_URL",
            "OAUTH_CALLBACK_URL",
        ),
        *(
            "REDIRECT_URI",
            "VIRTUAL_HOST",
            "KAFKA_LISTENERS",
            "KAFKA_ADVERTISED_LISTENERS",
            "BIND_ADDR",
            "LISTEN_HOST",
        ),
        *("IMAGE", "WORKER_IMAGE", "IMAGE_TAG", "PG_VERSION"),
    ],
)
def test_variables_about_callers_listeners_and_images(name: str) -> None:
    """Who may call in, how the outside names a service, where it listens and which image it is: no
    references."""
    assert named(name, "http://web:3000,http://admin:3000") == []
    assert named(name, "web:3000") == []


def test_certainty() -> None:
    """A URL can mean nothing but a host; a pair or a bare word counts only where somebody
    answers."""
    found = {
        r.host: r.certain
        for r in of(environment={"A": "http://a", "B": "b:8000", "C_HOST": "c", "D": "host=d"})
    }
    assert found == {"a": True, "b": False, "c": False, "d": False}


def test_each_name_once_with_its_place_and_without_secrets() -> None:
    """A reference has key and line of its text; passwords are masked, and the same host and port
    are told once."""
    origins = {("environment",): Origin("/f", 3), ("environment", "URL"): Origin("/f", 4)}
    environment = {"URL": "postgres://u:hunter2@db:5432/x", "AGAIN": "db:5432", "OTHER": "db:5433"}
    first, other = references(KEY, Service("web", environment=environment, origins=origins))
    assert (first.host, first.port, first.path, first.origin) == (
        "db",
        5432,
        ("environment", "URL"),
        Origin("/f", 4),
    )
    assert "hunter2" not in first.text
    assert first.text.startswith("URL=postgres://u:")
    assert (other.port, other.origin) == (5433, Origin("/f", 3))


def test_a_long_text_is_shown_as_the_line_that_names_the_host() -> None:
    """Of a script, people see the line that matters."""
    script = "set -e\n" + "echo padding\n" * 50 + "wait-for db:5432\nexec app"
    (found,) = of(command=("sh", "-c", script))
    assert found.text == "wait-for db:5432"
    (wide,) = of(environment={"X": "y" * 900 + " db:5432 " + "z" * 900})
    assert "db:5432" in wide.text
    assert len(wide.text) < 200


@pytest.mark.parametrize(
    "piece", ["x", "a:", "http://", "host=", "a.", "token", "a@", "://", "http://a@", "$", "a,b;"]
)
def test_a_large_value_is_read_to_its_end(piece: str) -> None:
    """A certificate, a script or an attack of 100 kB in a value is read; a pattern that backtracks
    would not come back from it in an hour."""
    found = of(environment={"DB_HOST": piece * (100_000 // len(piece)) + " db:5432"})
    assert isinstance(found, tuple | list)
