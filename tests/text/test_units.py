"""Promises of short amounts: how wide they are, and that nothing is told as zero that is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.text.units import short_age, short_percent, short_size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (20_000, "<0.1M"),
        (320 * 1024, "0.3M"),
        (9 * 1024**2, "9.0M"),
        (412 * 1024**2, "412M"),
        (int(1.5 * 1024**3), "1.5G"),
        (1024**4, "1.0T"),
    ],
)
def test_short_size(number: int | None, text: str) -> None:
    """Bytes in the unit that keeps them short; little is not nothing."""
    assert short_size(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s"), (13, "10s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (200_000, "2d")],
)
def test_short_age(seconds: float, text: str) -> None:
    """An age in one unit; a clock that is a little behind makes none negative."""
    assert short_age(seconds) == text


@given(st.integers(0, 2**59), st.floats(0, 3e10), st.floats(0, 1e6))
def test_short_amounts_fit_their_columns(number: int, seconds: float, share: float) -> None:
    """Sizes and shares take at most five cells, ages four."""
    assert len(short_size(number)) <= 5
    assert len(short_percent(share)) <= 5
    assert len(short_age(seconds)) <= 4
