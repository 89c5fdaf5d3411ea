"""A line of a log as an object: what it tells, and no secret of it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.report.log_output import log_json

SERVICE = ServiceKey(ProjectKey("shop", "/shop", ("/shop/compose.yaml",)), "web")


def test_a_line_with_fields() -> None:
    """Level, message and fields apart, the secret among them masked by its name; the time to the
    nanosecond."""
    text = '{"level":"error","msg":"refused","password":"hun ter2","n":3}'
    line = LogLine(1_795_356_393_000_000_001, SERVICE, "c1", "stderr", text)
    assert log_json(line, "error") == {
        "time": "2026-11-22T14:06:33.000000001Z",
        "project": "shop",
        "service": "web",
        "container": "c1",
        "stream": "stderr",
        "level": "error",
        "message": "refused",
        "fields": {"password": "•••", "n": "3"},
        "text": text,
    }


def test_a_plain_line() -> None:
    """Without fields; the message is what stands behind time and level."""
    told = log_json(LogLine(0, None, "", "stdout", "12:00:00 WARN disk"), "warning")
    assert (told["message"], told["fields"], told["service"]) == ("disk", {}, None)
    assert told["time"] == "1970-01-01T00:00:00.000000000Z"


@given(st.text(max_size=80), st.integers())
def test_any_line_is_an_object(text: str, at: int) -> None:
    """Hostile text and times that no calendar has are JSON on one line."""
    told = json.dumps(log_json(LogLine(at, SERVICE, "c", "stdout", text), None))
    assert "\n" not in told
    assert json.loads(told)["text"] == text
