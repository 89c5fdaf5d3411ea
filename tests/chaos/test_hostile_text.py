"""Nothing that a file, a folder, a container or an engine is called steers the terminal."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from nebtui import rules
from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.snapshot import Snapshot
from nebtui.report import gpu_output, graph_text, json_output, text_output
from nebtui.store.folding import folded
from tests.cli.sandbox import CliSandbox

HOSTILE = "\x1b[31mA\x1b]0;owned\x07\x00\r\n\x9b2J\u202eevil\u2066\x7f[bold]"
FORBIDDEN = [chr(n) for n in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0))] + [
    "\u202e",
    "\u2066",
    "\u200b",
]


def forbidden_in(text: str) -> set[str]:
    """The characters of a text that a terminal would obey."""
    return {char for char in FORBIDDEN if char in text}


def filled(kind: Any, depth: int = 0) -> Any:
    """A value of a type in which every text is hostile."""
    origin, inside = get_origin(kind), get_args(kind)
    if kind is str:
        return HOSTILE
    if kind is int:
        return 1
    if kind is float:
        return 1.0
    if kind is bool:
        return True
    if origin is typing.Literal:
        return inside[-1]
    if origin in (typing.Union, types.UnionType):
        return filled(next(one for one in inside if one is not type(None)), depth)
    if origin is tuple:
        if inside[-1:] == (Ellipsis,):
            return () if depth > 6 else (filled(inside[0], depth + 1),)
        return tuple(filled(one, depth + 1) for one in inside)
    if origin is frozenset:
        return frozenset((filled(inside[0], depth + 1),))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {} if depth > 6 else {filled(inside[0], depth + 1): filled(inside[1], depth + 1)}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = [f for f in dataclasses.fields(kind) if f.init]
        recursive = {f.name for f in fields if kind in get_args(hints[f.name])}
        make: Any = kind
        return make(
            **{f.name: filled(hints[f.name], depth + 1) for f in fields if f.name not in recursive}
        )
    raise TypeError(kind)


def every_change() -> list[Change]:
    """One of each, hostile in every text."""
    return [filled(kind) for kind in get_args(changes.Change)]


def snapshot() -> Snapshot:
    """A box in which everything is hostile: the last changes would empty it, so they come first."""
    box = Snapshot()
    removing = (changes.ProjectGone, changes.ContainerGone, changes.Rewound)
    for change in sorted(every_change(), key=lambda c: not isinstance(c, removing)):
        box = folded(box, change)
    return box


def test_every_report_is_clean() -> None:
    """Status, findings, graph and GPUs of a box with hostile text in every field of every fact."""
    box = snapshot()
    assert box.projects
    assert box.containers
    found = rules.find(box)
    lines = [
        *text_output.status(box),
        *text_output.findings(found),
        *graph_text.graph(box, found, 120, ascii_only=False),
        *gpu_output.text(box),
    ]
    assert lines
    assert {line: bad for line in lines if (bad := forbidden_in(line))} == {}
    for data in (json_output.status(box), json_output.graph(box)):
        assert forbidden_in(json.dumps(data)) == set()


@pytest.fixture
def hostile(tmp_path: Path) -> CliSandbox:
    """Folders, files and services with names that would steer a terminal."""
    box = CliSandbox(tmp_path)
    name = "a\x1b[31m\x9b2J\u202eevil\r"
    text = (
        'services:\n  "s\\e[31m\\x9b\\u202e":\n    image: redis:7\n'
        '  "t\\e]0;x\\a":\n    image: "b\\e[2J"\n'
        '    environment: {URL: "http://host.docker.internal:1/\\e[31m"}\n'
        '    depends_on: ["s\\e[31m\\x9b\\u202e"]\n'
    )
    box.write({f"{name}/compose.yaml": text, f"{name}\n/docker-compose.yml": text})
    return box


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("check", "--all"),
        ("graph",),
        ("fix", "--unsafe"),
        ("fix", "--unsafe", "--override"),
        ("fix", "--unsafe", "--write"),
        ("undo", "--list"),
        ("undo",),
        ("gpu",),
        ("doctor",),
        ("config",),
        ("check", "nothing\x1b[31m"),
        ("status", "--project", "x\x1b[31m"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("engine", ["--no-engine", ""])
def test_every_verb_is_clean(hostile: CliSandbox, words: tuple[str, ...], engine: str) -> None:
    """Neither standard output nor standard error holds a character that a terminal obeys."""
    if words[:1] == ("undo",):
        hostile.run("fix", "--unsafe", "--write", "--no-engine")
    answer = hostile.run(*words, *((engine,) if engine else ()))
    assert forbidden_in(answer.out) == set(), answer.out
    assert forbidden_in(answer.err) == set(), answer.err


def test_a_name_of_100_kb_does_not_pad_the_table(tmp_path: Path) -> None:
    """The other lines stay readable."""
    box = CliSandbox(tmp_path)
    box.write({"compose.yaml": f"services:\n  {'x' * 100_000}: {{image: a}}\n  b: {{image: c}}\n"})
    lines = box.run("status", "--no-engine").out.splitlines()
    assert max(map(len, lines)) < 400
