"""`pattern` beside `re.compile`."""

import re

import pytest

from nebtui.light_pattern import pattern


@pytest.mark.parametrize("method", ["search", "match", "fullmatch", "findall", "split"])
@pytest.mark.parametrize("flags", [0, re.IGNORECASE | re.VERBOSE])
def test_as_re_compile(method: str, flags: int) -> None:
    """Each method gives the same, the first time and the second."""
    ours, theirs = pattern(r"(a) b?", flags), re.compile(r"(a) b?", flags)
    for text in ("a b", "xA", "", "aba"):
        one, other = getattr(ours, method)(text), getattr(theirs, method)(text)
        assert getattr(one, "span", lambda found=one: found)() == (
            getattr(other, "span", lambda found=other: found)()
        )
    assert ours.sub("z", "a ba") == theirs.sub("z", "a ba")
    assert (ours.pattern, ours.flags) == (theirs.pattern, theirs.flags)


def test_compiled_at_the_first_use() -> None:
    """A faulty one is made, and refused when it is used."""
    faulty = pattern("(")
    with pytest.raises(re.error):
        faulty.search("")
