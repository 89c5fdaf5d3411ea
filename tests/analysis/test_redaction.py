"""What a recording keeps of a box, and what it never holds."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui import rules
from nebtui.analysis.redaction import OUTPUT, Redaction
from nebtui.analysis.references import HOST_KEY, hosts_in
from nebtui.analysis.secrecy import visible_text, visible_value, visible_words
from nebtui.facts import changes
from nebtui.facts.changes import Change, Settled
from nebtui.facts.codec import CHANGES, encode
from nebtui.facts.declared import Origin, ProjectKey, Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import HealthProbe, Inspection
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.simulated import SimulatedHost
from nebtui.report import json_output
from nebtui.store import fold_all, unfold
from tests.builders import container, project
from tests.facts.generated import facts

CANARY = "hunter2canary"
FORMS = (
    f"DB_PASSWORD={CANARY}",
    f'"api_key": "{CANARY}"',
    f"OPENAI_KEY={CANARY}",
    f"DSN={CANARY}",
    f"AUTH={CANARY}",
    f"redis://user:{CANARY}@db:6379/0",
    f"redis-cli -a {CANARY} ping",
    f"redis-server --requirepass {CANARY}",
    f"Authorization: Bearer {CANARY}",
    f"sk-{CANARY}0123456789",
)
RANDOM = "aZ3x9Kq1Lm8Pw0Rt5Yu2"
"""Long and without a word in it, as keys are."""


def full(hint: Any, text: str, held: tuple[Any, ...] = ()) -> Any:
    """A value of a type with a text in every place that can hold one."""
    origin, arguments = get_origin(hint), get_args(hint)
    plain: dict[Any, Any] = {str: text, int: 1, float: 1.0, bool: True}
    if hint in plain:
        return plain[hint]
    if is_dataclass(hint):
        hints, kind, inner = get_type_hints(hint), cast("Any", hint), (*held, hint)
        return kind(**{f.name: full(hints[f.name], text, inner) for f in fields(hint)})
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return full(arguments[0], text, held)
    if origin is Mapping:
        return {full(arguments[0], text, held): full(arguments[1], text, held)}
    if held.count(arguments[0]) > 1:
        return ()
    if origin is frozenset:
        return frozenset({full(arguments[0], text, held)})
    return tuple(full(a, text, held) for a in arguments if a is not ...)


def line(change: Change) -> str:
    """What a recording holds of a change."""
    return json.dumps(encode(Redaction().redacted(change)), ensure_ascii=False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_secret_in_any_field_is_not_kept(name: str, form: str) -> None:
    """In every text of every fact, names and keys included, and of those added later."""
    change = full(CHANGES[name], form)
    textless = ("Settled", "Rewound", "HostPortsSeen")
    assert (CANARY in json.dumps(encode(change))) == (name not in textless)
    assert CANARY not in line(change)


VALUES = (
    Service("web", environment={"GREETING": CANARY}),
    Service("web", environment={"A_URL": f"https://db/{CANARY}?x={CANARY}"}),
    Service("web", environment={"NVIDIA_API_KEY": CANARY}),
    Service("web", environment={"NVIDIA_VISIBLE_DEVICES": CANARY}),
    Service("web", environment={"LOGIN_PORT": CANARY}),
    Service("web", command=("serve", "--api-key", CANARY)),
    Service("web", command=("sh", "-c", f"serve --token '{CANARY} 2' --port 80")),
    Service("web", command=("curl", "-u", f"me:{CANARY}", "http://db")),
    Service("web", labels={"traefik.http.auth": f"me:{CANARY}"}),
    Service("web", labels={CANARY: "1"}),
    Service("web", healthcheck=Healthcheck(("CMD", "redis-cli", "-a", CANARY, "ping"))),
    Service("web", healthcheck=Healthcheck(("CMD-SHELL", f"mysqladmin ping -p{CANARY}"))),
    Service("web", origins={(): Origin("/f", 1, f"${{PW:-{CANARY}}}")}),
)


@pytest.mark.parametrize("service", VALUES, ids=lambda s: str(len(repr(s))))
def test_values_are_not_kept(service: Service) -> None:
    """Whatever the variable, option, label or default is called."""
    assert CANARY not in line(changes.ProjectSeen(project("shop", service)))


def test_values_of_env_files_and_long_answers_are_not_kept() -> None:
    """The variables of env files keep their names; of an answer the beginning is kept."""
    seen = Project(ProjectKey("shop", "/shop"), env={"GREETING": CANARY})
    assert CANARY not in line(changes.ProjectSeen(seen))
    assert "GREETING" in line(changes.ProjectSeen(seen))
    probe = HealthProbe(1.0, 2.0, 1, "fine " * 60 + CANARY)
    told = Redaction().fact(Inspection(probes=(probe,)))
    assert told.probes[0].output == ("fine " * 60)[:OUTPUT]


def test_what_looks_like_a_key_is_kept_in_names_only() -> None:
    """A long word without meaning stays where it is an id, and where things are joined by it."""
    one = Redaction().fact(container("shop/web", id=RANDOM, status=f"says {RANDOM}"))
    assert (one.id, one.status) == (RANDOM, "says •••")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("DATABASE_URL", "postgres://me:pw@db:5432/shop", "postgres://db:5432"),
        ("BROKERS", "kafka1:9092,kafka2:9092", "kafka1:9092,kafka2:9092"),
        ("CACHE_HOST", "cache", "cache"),
        ("DB_PASSWORD", "db:5432", "•••"),
        ("SECRET_URL", "https://me:pw@vault:8200/x", "https://vault:8200"),
        ("PORT", "8080", "8080"),
        ("HOST_UID", "1000", "1000"),
        ("OLLAMA_HOST", "0.0.0.0:11434", "0.0.0.0:11434"),
        ("ADDR", ":8080", ":8080"),
        ("DEBUG", "true", "true"),
        ("GREETING", "hello", "•••"),
        ("EMPTY", "", ""),
        ("HF_TOKEN", "${HF_TOKEN}", "${HF_TOKEN}"),
        ("CUDA_VISIBLE_DEVICES", "-1", "-1"),
        (
            "NVIDIA_VISIBLE_DEVICES",
            "GPU-5b3f0f1e-0000-4000-8000-0123456789ab",
            "GPU-5b3f0f1e-0000-4000-8000-0123456789ab",
        ),
        ("NVIDIA_REQUIRE_CUDA", "cuda>=12.4 driver>=550", "cuda>=12.4 driver>=550"),
    ],
)
def test_of_values_hosts_ports_and_switches_are_kept(name: str, value: str, kept: str) -> None:
    """What nebtui derives edges, ports and GPU use from; of all else only that there is a value."""
    assert visible_value(name, value) == kept


@given(
    st.sampled_from(["DB_HOST", "BROKERS", "DATABASE_URL", "CONNECTION_TEXT"]),
    st.lists(st.sampled_from(["db", "db:5432", "redis://r:1/0", "host=pg", "x"]), max_size=3),
)
def test_the_same_hosts_are_read_from_what_is_kept(name: str, parts: list[str]) -> None:
    """A kept value names the hosts and ports that the whole one named, as surely."""
    value = ",".join(parts)
    bare = bool(HOST_KEY.search(name))
    kept = visible_value(name, value)
    assert set(hosts_in(kept, bare=bare)) == set(hosts_in(value, bare=bare))


@pytest.mark.parametrize(
    "text",
    [
        "Up 3 minutes (healthy)",
        "vllm serve --model Qwen/Qwen2.5-Coder-32B-Instruct-AWQ --port 8000 --max-tokens 4096",
        "/usr/local/bin/docker-entrypoint.sh",
        "pg_isready -h db -p 5432 -U postgres",
        "curl -f http://localhost:8080/health",
        "the engine does not answer: start it with systemctl start docker",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    """Words, models, paths, ports and addresses are no secrets."""
    assert visible_text(text) == text
    assert visible_words(tuple(text.split())) == tuple(text.split())


def test_homes_are_renamed_and_paths_stay_apart() -> None:
    """Equal paths stay equal, different ones different, over a whole recording."""
    one = Redaction()
    told = [one.name(f"/home/{who}/shop") for who in ("ann", "bob", "ann")]
    assert told == ["/home/user/shop", "/home/user2/shop", "/home/user/shop"]
    assert one.text("cannot read /home/bob/.env: denied") == "cannot read /home/user2/.env: denied"
    assert one.name("/srv/home/ann") == "/srv/home/ann"


@pytest.mark.parametrize("name", sorted(CHANGES))
@settings(max_examples=30)
@given(data=st.data())
def test_nothing_is_left_to_take_out(name: str, data: st.DataObject) -> None:
    """A second redaction changes nothing, and the first one keeps the class."""
    change = data.draw(facts(CHANGES[name]))
    once = Redaction().redacted(change)
    assert type(once) is type(change)
    assert Redaction().redacted(once) == once


def opening() -> list[Change]:
    """The first picture of the demo box."""
    host = SimulatedHost("all", start=1_780_000_000.0)
    found: list[Change] = []
    for change in host.changes():
        found.append(change)
        if isinstance(change, Settled):
            host.close()
    return found


def test_the_demo_box_has_the_same_findings_and_edges() -> None:
    """Nothing that nebtui finds or draws is lost; evidence loses the rest of URLs only."""
    seen = opening()
    one = Redaction()
    live = fold_all(Snapshot(), seen)
    kept = fold_all(Snapshot(), [one.redacted(change) for change in seen])
    assert json_output.graph(kept) == json_output.graph(live)
    before, after = rules.find(live), rules.find(kept)
    assert len(before) > 10
    assert [replace(f, evidence=()) for f in after] == [replace(f, evidence=()) for f in before]
    told = [
        (a, b)
        for x, y in zip(before, after, strict=True)
        for a, b in zip(x.evidence, y.evidence, strict=True)
    ]
    assert all(b == a or b == a.replace("/v1", "") for a, b in told)
    assert fold_all(Snapshot(), unfold(kept)).containers == kept.containers
