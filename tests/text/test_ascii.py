"""The likeness of every character that nebtui draws with, cell for cell."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nebtui.analysis.verdict import WORDS
from nebtui.text.ascii import GLYPHS, in_ascii
from nebtui.text.terminal import plain

SOURCE = Path(__file__).parents[2] / "nebtui"


def drawn() -> Iterator[tuple[str, str]]:
    """(file, character) of each symbol beyond ASCII in a text of the source, docstrings apart."""
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        told = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                symbols = (c for c in node.value if unicodedata.category(c)[0] in "SP")
                for char in symbols if id(node) not in told else ():
                    if not char.isascii():
                        yield str(path.relative_to(SOURCE)), char


def test_every_symbol_has_a_likeness() -> None:
    """No symbol of the source becomes a question mark by neglect."""
    lost = {(file, char) for file, char in drawn() if char != "◌" and "?" in in_ascii(char)}
    assert {one for one in lost if one[0] != "text/terminal.py"} == set()


def test_states_differ_in_ascii() -> None:
    """Every verdict has a glyph of its own; six of them are agreed."""
    glyphs = {word: in_ascii(look.glyph) for word, look in WORDS.items()}
    assert len(set(glyphs.values())) == len(glyphs)
    agreed = {"ready": "*", "listening": "+", "unknown": "?", "degraded": "!", "failed": "x"}
    assert {**agreed, "absent": "-"}.items() <= glyphs.items()


def test_a_likeness_has_the_cells_of_its_character() -> None:
    """Nothing moves on the screen."""
    assert {c for c, likeness in GLYPHS.items() if cell_len(c) != len(likeness)} == set()


@given(st.text())
def test_any_text_becomes_as_wide_ascii(text: str) -> None:
    """Whatever a terminal may be given comes out as ASCII, and in one cell for each."""
    shown = plain(text)
    assert in_ascii(shown).isascii()
    assert plain(text, True).isascii()
