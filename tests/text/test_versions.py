"""Which of two versions is the older one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.text.versions import older

VERSIONS = st.builds(
    lambda numbers, rest: ".".join(map(str, numbers)) + rest,
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.sampled_from(["", "rc1", ".dev3", "a1", ".post1", "+local", "-beta"]),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.9.0", "0.10.0"),
        ("0.1", "0.1.1"),
        ("1.0rc1", "1.0"),
        ("1.0.dev3", "1.0.0"),
        ("1.0.dev3", "1.1.dev1"),
        ("1.0.post1", "1.1"),
    ],
)
def test_the_order(one: str, other: str) -> None:
    """By numbers; an early one before its release."""
    assert older(one, other)
    assert not older(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.0.0"),
        ("1.0", "1.0.post1"),
        ("1.0+x", "1.0"),
        ("", "1.0"),
        ("x", "1.0"),
        ("1.0", ""),
    ],
)
def test_what_is_not_known_to_be_older(one: str, other: str) -> None:
    """The same, a later edition of the same, and what is no version."""
    assert not older(one, other)


@given(VERSIONS, VERSIONS, VERSIONS)
def test_it_is_an_order(one: str, other: str, third: str) -> None:
    """Never both, never before itself, and handed on."""
    assert not older(one, one)
    assert not (older(one, other) and older(other, one))
    if older(one, other) and older(other, third):
        assert older(one, third)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Versions come from other machines."""
    assert not older(text, text)
