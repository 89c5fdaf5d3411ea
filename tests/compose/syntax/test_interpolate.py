"""Interpolation replaces what Compose replaces, and nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.compose.syntax.interpolate import MissingVariableError, TemplateError, interpolate

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(max_size=20)

CASES = [
    ("$A", "a"),
    ("${A}", "a"),
    ("x${A}y${B}z", "xayz"),
    ("${B:-d}", "d"),
    ("${B-d}", ""),
    ("${U:-d}", "d"),
    ("${U-d}", "d"),
    ("${A:-d}", "a"),
    ("${A:+alt}", "alt"),
    ("${B:+alt}", ""),
    ("${B+alt}", "alt"),
    ("${U+alt}", ""),
    ("${A:?no}", "a"),
    ("${B?no}", ""),
    ("${U:-${A}}", "a"),
    ("${U:-${V:-z}}", "z"),
    ("${U:-a:-b}", "a:-b"),
    ("${U:-$$a}", "$a"),
    ('${U:-{"a"}}', '{"a"}'),
    ("$$A", "$A"),
    ("$$$$a", "$$a"),
    ("a$ b", "a$ b"),
    ("$(c) $1 $}", "$(c) $1 $}"),
    ("$U", ""),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_each_form_gives_what_compose_gives(text: str, expected: str) -> None:
    """Every form of a variable gives the value that Compose 2.40 was seen to give (A=a, B empty, U
    and V unset)."""
    assert interpolate(text, {"A": "a", "B": ""}) == expected


@pytest.mark.parametrize("text", ["${", "${A", "${}", "${1}", "${A^}", "${A:x}", "${A.b}", "${ A}"])
def test_a_brace_that_holds_no_variable_is_refused(text: str) -> None:
    """A `${` that Compose calls an invalid format is refused."""
    with pytest.raises(TemplateError):
        interpolate(text, {"A": "a"})


@pytest.mark.parametrize(("text", "message"), [("${B:?set $A}", "set a"), ("${U?}", "")])
def test_a_missing_required_variable_says_its_name_and_message(text: str, message: str) -> None:
    """A required variable that is absent raises its name and the interpolated message."""
    with pytest.raises(MissingVariableError) as caught:
        interpolate(text, {"A": "a", "B": ""})
    assert caught.value.name in "BU"
    assert caught.value.message == message


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    """Text whose dollars are doubled is itself after interpolation."""
    assert interpolate(text.replace("$", "$$"), {}) == text


@given(NAMES, VALUES, VALUES, VALUES)
def test_a_value_is_never_interpolated_again(
    name: str, value: str, before: str, after: str
) -> None:
    """A variable's value stands in the result as it is, whatever dollars it has."""
    text = f"{before.replace('$', '$$')}${{{name}}}{after.replace('$', '$$')}"
    assert interpolate(text, {name: value}) == before + value + after


@given(st.text(alphabet="$${}:-?+AB_ 1", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is either interpolated or refused with one of the two documented errors."""
    with suppress(TemplateError, MissingVariableError):
        assert isinstance(interpolate(text, {"A": "$B"}), str)
