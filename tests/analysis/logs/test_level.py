"""The level of a line by what its program put at its beginning: the forms of real programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.level import NAMES, mark_of, named

FORMS = [
    ("error", "ERROR something", "something"),
    ("warning", "WARN: disk", "disk"),
    ("error", "error: cannot open /models", "cannot open /models"),
    ("error", "Error loading model", "loading model"),
    ("error", "llama_model_load: error loading model: magic", "loading model: magic"),
    ("info", 'INFO:     127.0.0.1:5 - "GET / HTTP/1.1" 200 OK', None),  # uvicorn
    (
        "error",
        "ERROR:    Application startup failed. Exiting.",
        "Application startup failed. Exiting.",
    ),
    ("error", "ERROR:root:no such key", None),
    ("warning", "2026-11-22 14:06:33,123 - app.db - WARNING - slow query", "slow query"),
    ("error", "2026-11-22 14:06:33.123 | ERROR    | app:run:12 - gone", None),  # loguru
    ("warning", "2026-11-22T14:06:33.123456Z  WARN qdrant::actix: slow", None),
    ("error", "[2026-11-22T14:06:33Z ERROR actix_server] bind", None),
    ("error", "2026-11-22 14:06:33.123 UTC [1] FATAL:  role does not exist", "role does not exist"),
    ("info", "2026-11-22 14:06:33.123 UTC [1] LOG:  ready", "ready"),  # PostgreSQL
    ("error", "2026/11/22 14:06:33 [emerg] 1#1: host not found in upstream", None),  # nginx
    ("error", "nginx: [emerg] host not found in upstream", "host not found in upstream"),
    ("error", "[Sun Nov 22 14:06:33.1 2026] [core:error] [pid 1] no such file", None),
    ("warning", "2026-11-22T14:06:33.123Z 0 [Warning] [MY-010068] CA", None),
    ("error", "E1122 14:06:33.123456       1 main.go:12] dial", "dial"),
    ("warning", "W20261122 14:06:33.123456  12 node.cpp:7] slow", "slow"),
    ("warning", "1:M 22 Nov 2026 14:06:33.123 # WARNING overcommit", "WARNING overcommit"),
    ("info", "1:M 22 Nov 2026 14:06:33.123 * Ready", "Ready"),
    ("error", "ERROR 11-22 14:06:33 engine.py:123] no memory", "no memory"),  # vLLM
    ("error", "(EngineCore_0 pid=12) ERROR 11-22 14:06:33 [core.py:9] no memory", "no memory"),
    ("error", "[2026-11-22 14:06:33 +0000] [1] [ERROR] worker died", "worker died"),  # gunicorn
    ("warning", "[2026-11-22T14:06:33,123][WARN ][o.e.b] max map count", None),  # Elasticsearch
    ("error", "2026-11-22T14:06:33.123+01:00 ERROR 1 --- [main] o.s.boot : down", None),
    ("error", "[main] ERROR org.x.Y - down", None),
    ("error", "[1] 2026/11/22 14:06:33.12 [ERR] no route", "no route"),  # NATS
    ("info", "[14:06:33 INF] listening", "listening"),  # Serilog
    ("error", "2026.11.22 14:06:33.123 [ 1 ] {} <Error> Application: down", None),  # ClickHouse
    ("error", "fail: Microsoft.Hosting[0]", None),
    ("error", "ERRO[0012] failed to dial", None),  # logrus on a terminal
    ("error", "<12> ERROR x", "x"),
    ("error", "\x1b[31mERROR\x1b[0m: red", "red"),
    ("error", "Traceback (most recent call last):", None),
    ("error", "KeyError: 'EMBED_URL'", "KeyError: 'EMBED_URL'"),
    ("error", "java.lang.NullPointerException", None),
    ("error", "Caused by: java.io.IOException: x", None),
    ("error", "panic: runtime error", None),
    ("error", "thread 'main' panicked at src/main.rs:4:5:", None),
    ("error", "npm ERR! missing script: start", None),
    ("debug", "DEBUG: 12 rows", "12 rows"),
]
NONE = [
    "",
    "listening on 0.0.0.0:6379",
    "errors: 0",
    "error-free run",
    "0 errors, 0 warnings",
    "fail over to b",
    "log files are in /var/log",
    "informational text without a level, an error in its middle",
    "no ERROR here at the beginning",
    "trace 12 done",
    "info.json written",
    "GET /error 200",
    '172.18.0.1 - - [22/Nov/2026:14:06:33 +0000] "GET /error HTTP/1.1" 500',
    "warning_count=3",
    "Errorless",
]


@pytest.mark.parametrize(("level", "line", "message"), FORMS)
def test_real_forms(level: str, line: str, message: str | None) -> None:
    """The level is found, and with it where the message begins."""
    entry = entry_of(line)
    assert entry.level == level
    assert entry.fields is None
    if message is not None:
        assert entry.message == message


@pytest.mark.parametrize("line", NONE)
def test_what_names_no_level(line: str) -> None:
    """The same words elsewhere in a line are words."""
    assert entry_of(line).level is None
    assert entry_of(line).message == line


@given(st.text(max_size=300))
def test_any_text_has_a_mark_inside_itself(text: str) -> None:
    """Whatever is written: no error, and the mark lies within the line."""
    mark = mark_of(text)
    if mark is not None:
        assert 0 <= mark.start < mark.end <= len(text)
        assert mark.message <= len(text)


@given(st.sampled_from(sorted(NAMES)), st.sampled_from(["[{}] x", "2026-11-22 10:00:00 {}: x"]))
def test_every_name_is_found_in_capitals(name: str, form: str) -> None:
    """Each name of a level is one behind a time or in brackets."""
    mark = mark_of(form.format(name.upper()))
    assert mark is not None
    assert mark.level == NAMES[name]


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("Warning ", "warning"),
        ("nonsense", None),
        (3, "error"),
        (4, "warning"),
        (7, "debug"),
        (30, "info"),
        (40, "warning"),
        (50, "error"),
        (60, "error"),
        (-1, None),
        (True, None),
        (None, None),
        (["error"], None),
        (float("nan"), None),
    ],
)
def test_names_and_numbers_of_fields(value: object, level: str | None) -> None:
    """Words, syslog's numbers and pino's; nothing else."""
    assert named(value) == level
