"""Addresses of engines as people write them: taken as they are, or refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.engine_address import EngineAddressError, box_name, checked


@pytest.mark.parametrize(
    "address",
    [
        "ssh://gpu1",
        "ssh://me@gpu1:2222",
        "ssh://me@10.0.0.5/run/user/1000/docker.sock",
        "ssh://GPU_1.lan",
        "tcp://gpu1:2376",
        "tcp://[fe80::1]:2376",
        "unix:///run/other.sock",
        "rootless",
        "desktop-linux",
    ],
)
def test_addresses_are_taken_as_they_are(address: str) -> None:
    """Nothing is added to them."""
    assert checked(address) == address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "is no address"),
        ("-context", "is no address"),
        ("a b", "is no address"),
        ("gpu1\x1b[2J", "is no address"),
        ("http://gpu1:2375", "write ssh://"),
        ("ssh://", "names no machine"),
        ("ssh://-oProxyCommand=touch", "names no machine"),
        ("ssh://-lroot@gpu1", "names no machine"),
        ("ssh://me@-F/tmp/x", "names no machine"),
        ("ssh://me:secret@gpu1", "leave the password out"),
        ("tcp://gpu1", "has no port"),
        ("tcp://gpu1:99999", "is no address: Port out of range"),
        ("unix://run/x.sock", "names no socket"),
    ],
)
def test_what_is_none_is_refused(address: str, said: str) -> None:
    """With the reason; a password is not repeated."""
    with pytest.raises(EngineAddressError) as told:
        checked(address)
    assert said in str(told.value)
    assert "secret" not in str(told.value)
    assert "\x1b" not in str(told.value)


@given(st.text(max_size=40), st.sampled_from(("ssh://", "tcp://", "unix://", "")))
def test_no_text_raises_anything_else(text: str, scheme: str) -> None:
    """An address comes back, or the one error; a machine never looks like an option."""
    try:
        found = checked(scheme + text)
    except EngineAddressError:
        return
    assert found == scheme + text
    assert not text.rpartition("@")[2].startswith("-")


@pytest.mark.parametrize("name", ["gpu1", "lab.gpu-2", "G_1"])
def test_names_of_boxes(name: str) -> None:
    """Letters, digits and three signs."""
    assert box_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "-x", "ssh://x", "x" * 64, "a\n"])
def test_names_that_are_none(name: str) -> None:
    """Refused, so that a name can stand in a line, a label and a path."""
    with pytest.raises(EngineAddressError):
        box_name(name)
