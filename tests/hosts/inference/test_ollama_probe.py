"""The speed of an Ollama server by its own replies, where the user opted in, without changing what
it does."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.samples import ThroughputSample
from nebtui.hosts.inference.ollama_probe import OllamaProbe, question, reply
from tests.hosts.inference.box import Box, Page, published, serving

RECORDINGS = Path(__file__).parents[2] / "recordings"
LISTED = (RECORDINGS / "ps-ollama-context.json").read_text()
REPLY = (RECORDINGS / "generate-ollama.json").read_text()
NOW = datetime(2026, 11, 21, 19, 30, tzinfo=UTC).timestamp()


def listed(expires: str = "2026-11-21T19:40:00Z", **more: object) -> str:
    """`/api/ps` with one model that expires then."""
    model = {
        "name": "m:1",
        "size": 5,
        "size_vram": 5,
        "context_length": 8192,
        "expires_at": expires,
        **more,
    }
    return json.dumps({"models": [model]})


def test_a_question_leaves_the_model_as_it_is() -> None:
    """It keeps the context the model was loaded with and the time it has left."""
    asked = json.loads(question(listed("2026-11-21T17:35:00-02:00"), NOW).body)
    assert asked["model"] == "m:1"
    assert asked["options"]["num_ctx"] == 8192
    assert asked["keep_alive"] == 300
    assert asked["stream"] is False
    # Kept for ever, which Ollama writes as a year that no calendar knows.
    assert json.loads(question(listed("2318-10-07T04:00:00Z"), NOW).body)["keep_alive"] == -1


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ('{"models": []}', ""),
        (listed("2026-11-21T19:30:03Z"), ""),
        (listed("2026-11-21T19:20:00Z"), ""),
        (listed(context_length=None), "does not tell the context"),
        ("nonsense", ""),
    ],
    ids=["none loaded", "about to leave", "busy past its time", "older release", "nonsense"],
)
def test_when_nobody_is_asked(page: str, why: str) -> None:
    """A model that is not there to stay is not asked, nor one that the question could reload."""
    asked = question(page, NOW)
    assert asked.body == ""
    assert why in asked.why


def test_a_reply_tells_its_own_speed() -> None:
    """Tokens and seconds are those of generating alone; a reply without them says nothing."""
    found = reply(REPLY)
    assert found is not None
    assert (found.tokens, found.seconds, found.prompt_tokens, found.prompt_seconds) == (
        16,
        0.25,
        26,
        0.13,
    )
    assert reply('{"error": "no"}') is None
    assert reply('{"eval_count": 5, "eval_duration": 0}') is None


@given(
    st.text(),
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=3
    ),
)
def test_no_answer_breaks_it(noise: str, value: object) -> None:
    """Whatever the server writes, neither reader raises."""
    for body in (
        noise,
        json.dumps(
            {"models": [value, {"name": value, "expires_at": noise, "context_length": value}]}
        ),
    ):
        question(body, NOW)
        reply(body)
    reply(json.dumps({"eval_count": value, "eval_duration": value, "load_duration": value}))


def looked(box: Box, told: Page, questions: int) -> ThroughputSample:
    """The newest sample after so many replies were taken in."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        box.look()
        if len(told.posted) >= questions:
            time.sleep(0.2)
            box.look()
            return box.samples[-1]
        time.sleep(0.05)
    raise AssertionError(f"asked {len(told.posted)} times")


def test_a_speed_only_where_the_user_opted_in() -> None:
    """Opted in, the last reply's speed is shown; otherwise nobody is asked and the sample says how
    to opt in."""
    with serving() as (told, port):
        told.answers = {"/api/ps": (200, LISTED), "/api/generate": (200, REPLY)}
        container = published(11434, port, image="ollama/ollama:latest")
        silent = Box(container).look(3)
        assert silent is not None
        assert (silent.last_rate, told.posted) == (None, [])
        assert "ask_ollama" in silent.problem
        # Where the setting is on, nobody is told to switch it on.
        later = Box(container, ask_ollama="later").look(3)
        assert later is not None
        assert "screen asks it" in later.problem
        assert ("ask_ollama" in later.problem, told.posted) == (False, [])

        sample = looked(Box(container, ask_ollama="now"), told, 1)
        assert sample.last_rate == pytest.approx(64.0)
        assert (sample.model, sample.problem) == ("gemma3:latest", "")
        # It was asked once: the next question is due much later.
        assert len(told.posted) == 1


def test_a_server_that_reloads_is_not_asked_again() -> None:
    """A reply that had to load the model first gives no speed, and it stays the only one."""
    slow = json.dumps({**json.loads(REPLY), "load_duration": 9_000_000_000})
    with serving() as (told, port):
        told.answers = {"/api/ps": (200, LISTED), "/api/generate": (200, slow)}
        sample = looked(
            Box(published(11434, port, image="ollama/ollama"), ask_ollama="now"), told, 1
        )
        assert sample.last_rate is None
        assert "not asked again" in sample.problem


def test_a_model_that_cannot_generate_is_passed_over() -> None:
    """What the server says is told; an embedder that is listed first keeps no other model from
    being asked."""
    with serving() as (told, port):
        told.answers = {"/api/generate": (400, '{"error": "\\"m\\" does not support generate"}')}
        asking = OllamaProbe(lambda: False)
        clock, place = 1.0, ("127.0.0.1", port)
        for _ in range(100):
            asking.step(LISTED, place, clock, NOW)
            if asking.problem:
                break
            time.sleep(0.02)
        assert "does not support generate" in asking.problem
        assert len(told.posted) == 1
        # That model is not asked again; one that generates, listed after it, is.
        both = json.loads(LISTED)
        both["models"].append({**both["models"][0], "name": "qwen:7b"})
        told.answers = {"/api/generate": (200, REPLY)}
        found = None
        for _ in range(100):
            found = found or asking.step(json.dumps(both), place, clock, NOW)
            if found:
                break
            time.sleep(0.02)
        assert [json.loads(posted)["model"] for posted in told.posted] == [
            "gemma3:latest",
            "qwen:7b",
        ]
        assert (asking.model, asking.problem) == ("qwen:7b", "")
