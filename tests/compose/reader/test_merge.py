"""Override files merge as Compose merges them."""

from __future__ import annotations

from pathlib import Path

from nebtui.facts.declared import Service
from tests.compose.projects import services_of, written

BASE = """\
services:
  a:
    image: a
    command: [one]
    entrypoint: [first]
    environment: {A: "1", B: "1"}
    labels: [x=1, y=1]
    depends_on: [b]
    networks: [n]
    ports: ["80:80", "81:81"]
    volumes: ["./data:/data", "vol:/v"]
    extra_hosts: ["h:1.1.1.1"]
    healthcheck: {test: [CMD, one], interval: 10s}
  b: {image: b}
networks: {n: , m: }
volumes: {vol: , ww: }
"""


def merged(tmp_path: Path, over: str) -> Service:
    """Service `a` of BASE with an override body of it."""
    written(tmp_path, {"base.yaml": BASE, "over.yaml": f"services:\n  a:\n{over}"})
    return services_of(tmp_path, "base.yaml", "over.yaml")["a"]


def test_command_entrypoint_and_health_test_are_replaced(tmp_path: Path) -> None:
    """Of the health check only the test is replaced, the interval stays."""
    over = "    command: two words\n    entrypoint: second\n    healthcheck: {test: [CMD, two]}\n"
    a = merged(tmp_path, over)
    assert (a.command, a.entrypoint) == (("two", "words"), ("second",))
    assert a.healthcheck is not None
    assert (a.healthcheck.test, a.healthcheck.interval) == (("CMD", "two"), 10.0)


def test_pairs_merge_by_name_in_any_form(tmp_path: Path) -> None:
    """Environment and labels merge by name, a list over a mapping and the other way round."""
    a = merged(tmp_path, "    environment: [B=2, C=2]\n    labels: {y: 2}\n")
    assert a.environment == {"A": "1", "B": "2", "C": "2"}
    assert a.labels == {"x": "1", "y": "2"}


def test_lists_append_and_redefinitions_replace(tmp_path: Path) -> None:
    """Ports append, an equal one once; a volume with the same target is replaced; extra_hosts keep
    both."""
    over = (
        '    ports: ["81:81", "82:82"]\n    volumes: ["./other:/data/"]\n    extra_hosts: '
        "{h: 2.2.2.2}\n"
    )
    a = merged(tmp_path, over)
    assert [port.published for port in a.ports] == ["80", "81", "82"]
    assert [(mount.target, mount.source) for mount in a.mounts] == [
        ("/data", f"{tmp_path}/other"),
        ("/v", "vol"),
    ]
    assert a.extra_hosts == (("h", "1.1.1.1"), ("h", "2.2.2.2"))


def test_gates_and_networks_unite(tmp_path: Path) -> None:
    """A long depends_on upgrades the short one; networks of both files are joined."""
    a = merged(
        tmp_path,
        "    depends_on: {b: {condition: service_healthy}}\n    networks: {m: {aliases: [z]}}\n",
    )
    assert a.depends_on["b"].condition == "service_healthy"
    assert {name: join.aliases for name, join in a.networks.items()} == {"n": (), "m": ("z",)}


def test_reset_and_override(tmp_path: Path) -> None:
    """`!reset` takes a key away, `!override` replaces instead of appending."""
    a = merged(
        tmp_path,
        '    ports: !reset []\n    volumes: !override ["ww:/w"]\n    environment: {A: '
        "!reset null}\n",
    )
    assert a.ports == ()
    assert [mount.target for mount in a.mounts] == ["/w"]
    assert a.environment == {"B": "1"}


def test_an_empty_key_keeps_what_was_there(tmp_path: Path) -> None:
    """A key without a value does not empty a mapping or a list."""
    a = merged(tmp_path, "    environment:\n    ports:\n")
    assert a.environment == {"A": "1", "B": "1"}
    assert len(a.ports) == 2
