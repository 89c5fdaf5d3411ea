"""The lines between two nebtui: whatever comes in is read or refused, never half understood."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.action import Action, Probe, RunProgram, Up
from nebtui.facts.declared import ProjectKey
from nebtui.host import ShownFigures
from nebtui.hosts.remote.lines import (
    ACTIONS,
    LineBuffer,
    NonsenseError,
    decoded_action,
    encoded_action,
    greeting_line,
    read_greeting,
    read_shown,
    shown_json,
)

KEY = ProjectKey("ai", "/ai", ("/ai/compose.yaml",))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ASKED = st.dictionaries(
    st.sampled_from(("c", "project", "services", "container", "argv", "name", "volumes", "scale")),
    JSON | st.sampled_from((*ACTIONS, "RunProgram", "Action")),
)


def actions() -> st.SearchStrategy[Action]:
    """Every kind of action that can be asked for, with anything in it."""
    return st.one_of([st.from_type(kind) for kind in ACTIONS.values()])


@given(actions())
def test_an_action_comes_back_equal(action: Action) -> None:
    """Through JSON, whatever names are in it."""
    if isinstance(action, Probe):
        action = replace(action, timeout=2.5)
    elif isinstance(action, Up):  # numbers beyond those of a machine are refused
        action = replace(action, scale=tuple((name, many % 99) for name, many in action.scale))
    assert decoded_action(json.loads(json.dumps(encoded_action(action)))) == action


@given(ASKED | JSON)
def test_what_is_no_action_is_none(data: object) -> None:
    """Whatever is asked for, the answer is one of the known actions or None."""
    action = decoded_action(data)
    assert action is None or type(action).__name__ in ACTIONS


@given(actions(), st.text(min_size=1), JSON)
def test_what_a_newer_nebtui_adds_is_not_guessed(action: Action, name: str, value: object) -> None:
    """An action with a field that is not known may mean another thing: it is not done."""
    encoded = encoded_action(action) or {}
    known = {"c", *action.__dataclass_fields__}
    if name not in known:
        assert decoded_action({**encoded, name: value}) is None


def test_a_program_of_the_users_own_is_nothing_to_ask_for() -> None:
    """It would run whatever the other side says."""
    assert encoded_action(RunProgram("x", ("sh",))) is None
    assert decoded_action({"c": "RunProgram", "name": "x", "argv": ["sh"]}) is None


@given(st.none() | st.frozensets(st.text()), st.none() | st.frozensets(st.text()))
def test_what_is_looked_at_comes_back_equal(
    usage: frozenset[str] | None, network: frozenset[str] | None
) -> None:
    """None is everybody, which is not nobody."""
    shown = ShownFigures(usage, network)
    assert read_shown(json.loads(json.dumps(shown_json(shown)))) == shown


@given(st.binary())
def test_any_line_is_a_greeting_or_none(line: bytes) -> None:
    """Words that a shell prints before it are no greeting, and no error."""
    assert read_greeting(line) is None


def test_the_greeting() -> None:
    """Version, protocol and the time there."""
    line = greeting_line("gpu1", "abc", 1_780_000_000.1234)
    found = read_greeting(line)
    assert found is not None
    assert (found.serve, found.now) == (1, 1_780_000_000.123)
    assert json.loads(line)["box"] == {"name": "gpu1", "machine": "abc"}
    assert read_greeting(line.replace(b'"serve":1', b'"serve":true')) is None
    assert read_greeting(line.replace(b"1780000000.123", b"1e999")) is None


@given(st.lists(st.binary(max_size=40)), st.integers(1, 30))
def test_lines_are_the_same_however_they_come(pieces: list[bytes], size: int) -> None:
    """In pieces of any size; what follows the last line end waits."""
    whole = b"\n".join(pieces)
    buffer, found = LineBuffer(1000), []
    for at in range(0, len(whole), size):
        buffer.add(whole[at : at + size])
        while (line := buffer.line()) is not None:
            found.append(line)
    assert b"".join(found) == whole[: whole.rfind(b"\n") + 1]
    assert all(line.index(b"\n") == len(line) - 1 for line in found)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_without_end_is_refused(end: bytes) -> None:
    """Before it fills the memory, and also where its end comes with it."""
    buffer = LineBuffer(1000)
    buffer.add(b"x" * 999)
    assert buffer.line() is None
    buffer.add(b"xx" + end)
    with pytest.raises(NonsenseError, match="a line of more than 1,000 bytes"):
        buffer.line()
