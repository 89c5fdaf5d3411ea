"""A filter as a person types it, and whom it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.query import Subject, Term, meant, parsed

QDRANT = Subject("qdrant", "rag", "qdrant/qdrant:v1.9", ("ux-ai", "rag_default"), ("unhealthy",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("qdr", True),
        ("RAG", True),
        ("rag/qdrant", True),
        ("unhealthy", False),
        ("state:unhealthy", True),
        ("state:UNHEALTHY net:ux-ai", True),
        ("state:unhealthy net:backend", False),
        ("!net:backend", True),
        ("net:!backend", True),
        ("!net:!backend", False),
        ("!qdrant", False),
        ("image:v1.9", True),
        ("network:ai", True),
        ("project:rag", True),
        ("project:qdrant", False),
        ("name:rag", False),
        ("service:qdrant", True),
        ("localhost:5000", False),
        ("net:", True),
        ("!", True),
    ],
)
def test_what_a_filter_means(text: str, expected: bool) -> None:
    """Words hold together; one without a field asks for name and project, `!` turns it round, and
    one that is not typed to its end asks for nothing yet."""
    assert meant(parsed(text), QDRANT) is expected


def test_an_unknown_field_is_a_plain_text() -> None:
    """A port behind a colon is no field."""
    assert parsed("ghcr.io:443/x !a:b") == (
        Term("", "ghcr.io:443/x"),
        Term("", "a:b", inverse=True),
    )


@given(st.text(alphabet="!:ab /net", max_size=20))
def test_a_word_and_its_inverse_part_all(text: str) -> None:
    """Whatever is typed, each word means a service or its inverse does, never both."""
    for term in parsed(text):
        turned = Term(term.field, term.text, not term.inverse)
        assert term.holds(QDRANT) != turned.holds(QDRANT)
