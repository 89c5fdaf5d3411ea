"""A secret in any text of any fact is shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.cli.output import say, say_json
from nebtui.report import gpu_output, graph_text, json_output, text_output
from nebtui.tui.widgets.markup import styled
from tests.chaos import test_hostile_text
from tests.chaos.test_hostile_text import snapshot
from tests.cli.sandbox import CliSandbox

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


@pytest.mark.parametrize("form", FORMS)
def test_no_report_shows_it(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, findings, graph and GPUs as text and as JSON, of a box that has it in every field."""
    monkeypatch.setattr(test_hostile_text, "HOSTILE", form)
    box = snapshot()
    assert box.projects
    found = rules.find(box)
    say(text_output.status(box, found, box.outside))
    say(text_output.findings(found))
    say(graph_text.graph(box, found, 120, ascii_only=False))
    say(gpu_output.text(box))
    say_json(json_output.status(box, box.outside))
    say_json(json_output.graph(box))
    said = capsys.readouterr().out
    assert len(said) > 1000
    assert CANARY not in said
    assert CANARY not in styled(form).plain


@pytest.mark.parametrize("form", FORMS)
def test_no_json_is_broken_by_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left is JSON, quotes and backslashes beside the secret included."""
    say_json({form: [form + '"\\', {"x": f'{form}\\"}}'}]})
    said = capsys.readouterr().out
    assert json.loads(said)
    assert CANARY not in said


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("check", "--all"),
        ("check", "--all", "--format", "json"),
        ("graph",),
        ("fix", "--unsafe"),
        ("fix", "--unsafe", "--override"),
        ("undo", "--list"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_no_verb_shows_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Files that hold secrets where people put them, one of them broken beside its secret."""
    box = CliSandbox(tmp_path)
    text = (
        "services:\n  db:\n    image: redis:7\n"
        f"    command: [redis-server, --requirepass, {CANARY}]\n"
        f"    labels: ['auth.DSN={CANARY}']\n"
        "  app:\n    image: x\n    depends_on: [db]\n"
        f"    environment: {{URL: 'redis://:{CANARY}@db:6379', OPENAI_KEY: {CANARY},"
        f" HOST: 'http://u:{CANARY}@host.docker.internal:1'}}\n"
        f"    healthcheck: {{test: 'redis-cli -a {CANARY} ping'}}\n"
    )
    broken = f'services:\n  a:\n    image: x\n    environment:\n      DB_PASSWORD: "{CANARY}${{"\n'
    box.write({"a/compose.yaml": text, "b/compose.yaml": broken, "a/.env": f"TOKEN={CANARY}\n"})
    answer = box.run(*words)
    assert CANARY not in answer.out
    assert CANARY not in answer.err
