"""What is written into an env file is what Compose reads from it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.compose.binary.command import ComposeCommand, environment
from nebtui.compose.editor.apply import apply
from nebtui.compose.editor.verbs import EditRefusedError, SetVariable
from nebtui.compose.syntax import env_file

VALUES = [
    *(
        "1000",
        "",
        "x y",
        " lead",
        "trail ",
        "it's",
        'say "x"',
        "a#b",
        "a #b",
        "#",
        "a=b",
        "`x`",
        "é ü",
    ),
    *(
        "$x",
        "${X}",
        "$$",
        "\\",
        "a\\",
        "a\\b",
        "a\\'b",
        "\\n",
        "\\$x",
        '"',
        "'",
        "'\"",
        "a'b\"c$d\\e",
    ),
]
LINES = ["", "A{n}='old'\n", 'A{n}="old"\n', "A{n}=old\n", "export A{n}=old # c\n"]


@pytest.mark.parametrize("line", LINES)
def test_compose_reads_the_value_that_was_written(
    line: str, compose: ComposeCommand, tmp_path: Path
) -> None:
    """Every value, over every kind of line that was there before."""
    text = "".join(line.format(n=n) for n in range(len(VALUES)))
    for n, value in enumerate(VALUES):
        text = apply(text, SetVariable(f"A{n}", value))
    (tmp_path / ".env").write_text(text)
    asked = ", ".join(f'A{n}: "${{A{n}}}"' for n in range(len(VALUES)))
    (tmp_path / "compose.yaml").write_text(
        f"services: {{a: {{image: x, environment: {{{asked}}}}}}}\n"
    )
    done = subprocess.run(
        (*compose.argv, "-f", str(tmp_path / "compose.yaml"), "config", "--format", "json"),
        capture_output=True,
        env=environment(os.environ),
        check=True,
    )
    found = json.loads(done.stdout)["services"]["a"]["environment"]
    assert [found[f"A{n}"].replace("$$", "$") for n in range(len(VALUES))] == VALUES


@given(
    st.text(alphabet="aA =#'\"\\$\n:\té", max_size=30),
    st.text(alphabet="aA =#'\"\\${}é", max_size=8),
)
def test_any_env_file_is_edited_or_refused(text: str, value: str) -> None:
    """The value is read back, twice is once, and the other variables keep their text; or there is a
    sentence."""
    try:
        after = apply(text, SetVariable("A", value))
    except EditRefusedError:
        return
    assert env_file.parse(after, "", {})["A"] == value
    assert apply(after, SetVariable("A", value)) == after
