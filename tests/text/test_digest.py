"""Digests are those of `hashlib`."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.text import digest


@given(st.binary())
def test_as_hashlib(data: bytes) -> None:
    """Of any bytes."""
    assert digest.sha256(data) == hashlib.sha256(data).hexdigest()
    assert digest.blake2(data, 6) == hashlib.blake2b(data, digest_size=6).hexdigest()


@pytest.mark.parametrize("name", ["sha256", "blake2b"])
def test_a_python_without_its_own(name: str) -> None:
    """Built without one (as some distributions do), `hashlib` gives it."""
    assert digest._own(name, "_no_such_module") is getattr(hashlib, name)
