"""Changes as plain data and back: every class, old lines, and lines that no nebtui wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.facts import changes
from nebtui.facts.codec import ABSENT, CHANGES, decode, decode_fact, default_of, encode
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Container, HostPath
from nebtui.facts.process import Process
from tests.facts.generated import facts

LISTED = Path(__file__).with_name("change_fields.txt")
WRONG: list[Any] = [None, 7, -1.5, True, "x", [], [[]], {}, {"": [1]}, 2**70]
WEB = {"c": "ContainerGone", "id": "web"}


@pytest.mark.parametrize("name", sorted(CHANGES))
@settings(max_examples=60)
@given(data=st.data())
def test_every_change_comes_back_equal(name: str, data: st.DataObject) -> None:
    """Written as JSON and read again, each class of change is what it was."""
    change = data.draw(facts(CHANGES[name]))
    assert decode(json.loads(json.dumps(encode(change)))) == change


@pytest.mark.parametrize("name", sorted(CHANGES))
@settings(max_examples=40)
@given(data=st.data())
def test_any_data_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Data with something wrong in any place gives a change or None, never an error."""
    good = encode(data.draw(facts(CHANGES[name])))
    fitting = decode(_spoiled(good, data.draw(st.sampled_from(WRONG)), data))
    assert fitting is None or type(fitting).__name__ == name


def _spoiled(node: Any, wrong: Any, data: st.DataObject) -> Any:
    """The data with one value in it, at whatever depth, replaced."""
    keys = [k for k in node if k != "c"] if isinstance(node, dict) else [*range(len(node))]
    if not keys:
        return node
    key = data.draw(st.sampled_from(keys))
    deeper = isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans())
    node[key] = _spoiled(node[key], wrong, data) if deeper else wrong
    return node


def test_what_equals_its_default_is_left_out() -> None:
    """A line holds what there is to know and no more."""
    process = Process("web", 7, 0, 0)
    assert encode(changes.ProcessesSeen((process,))) == {
        "c": "ProcessesSeen",
        "processes": [{"container": "web", "pid": 7, "uid": 0, "gid": 0}],
    }


def test_an_unknown_field_is_ignored() -> None:
    """A later nebtui's recording is read as far as this one understands it."""
    assert decode({**WEB, "later": [1, {}]}) == changes.ContainerGone("web")


@pytest.mark.parametrize(
    "data",
    [
        {**WEB, "c": "NotYetInvented"},
        {**WEB, "c": ["ContainerGone"]},
        {"c": "ContainerGone"},
        {"id": "web"},
        {**WEB, "id": 7},
        {**WEB, "id": None},
        {"c": "CollectorFailed", "name": "x", "reason": ["no", "text"]},
        {"c": "Sampled", "at": 1e300},
        {"c": "Sampled", "at": float("nan")},
        {"c": "Sampled", "at": True},
        {"c": "GpuStackSeen", "stack": {"links": [{"name": "x", "state": "?", "message": ""}]}},
        ["ContainerGone", "web"],
        None,
    ],
)
def test_what_does_not_fit_is_none(data: object) -> None:
    """An unknown class, a missing field, a wrong type, a word or figure that cannot be."""
    assert decode(data) is None


def test_a_path_that_nests_without_end_is_refused() -> None:
    """A class that holds itself is read as deep as the interpreter goes, no deeper."""
    node: dict[str, Any] = {"path": "/", "exists": True}
    for _ in range(100_000):
        node = {"path": "/", "exists": True, "parents": [node]}
    assert decode({"c": "PathsSeen", "paths": [node]}) is None
    shallow = {"path": "/a", "exists": True, "parents": [{"path": "/", "exists": True}]}
    assert decode_fact(HostPath, shallow) == HostPath("/a", True, parents=(HostPath("/", True),))
    while node.get("parents"):  # taken apart by hand: the interpreter would recurse to free it
        node = node.pop("parents")[0]


def test_figures_that_are_none_are_written_as_missing() -> None:
    """JSON has no infinity; a figure that is none is a missing one."""
    assert encode(changes.EngineLost("gone", float("inf")))["at"] is None


def test_one_fact_alone_is_read() -> None:
    """What is kept between runs is read by the same rules."""
    assert decode_fact(Healthcheck, {"test": ["CMD", "true"], "retries": 3}) == Healthcheck(
        ("CMD", "true"), retries=3
    )
    assert decode_fact(Container, {"name": "no id"}) is None


def test_fields_are_only_added() -> None:
    """Recordings of every release stay readable: what was there stays, with its type and default;
    what comes later has a default. NEBTUI_UPDATE_GOLDEN=1 takes new fields into the list."""
    now = dict(_listed())
    known = dict(line.split(": ", 1) for line in LISTED.read_text().splitlines())
    classes = {name.partition(".")[0] for name in known}
    assert {name: told for name, told in known.items() if now.get(name) != told} == {}
    later = {name: told for name, told in now.items() if name not in known}
    assert [
        name
        for name, told in later.items()
        if name.partition(".")[0] in classes and " = " not in told
    ] == []
    if later and os.environ.get("NEBTUI_UPDATE_GOLDEN"):
        LISTED.write_text("".join(f"{name}: {told}\n" for name, told in sorted(now.items())))
    assert sorted(later) == [] or os.environ.get("NEBTUI_UPDATE_GOLDEN")


def _listed() -> Iterator[tuple[str, str]]:
    """`Class.field` and `type = default` of every class that a change can hold."""
    seen: set[Any] = set()
    waiting: list[Any] = [*CHANGES.values()]
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if hint in seen or not is_dataclass(hint):
            continue
        seen.add(hint)
        waiting += get_type_hints(hint).values()
        for field in fields(hint):
            default = default_of(field)
            told = "" if default is ABSENT else f" = {default!r}"
            yield f"{hint.__name__}.{field.name}", f"{field.type}{told}"  # type: ignore[union-attr]
