"""Which nebtui was sent to a machine: kept, and believed only where it can be one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nebtui.facts.boxes import CarriedFile
from nebtui.keep.sent import (
    FILE,
    recall_declined,
    recall_refusal,
    recall_sent,
    remember_declined,
    remember_refusal,
    remember_sent,
)

SENT = CarriedFile("0.1.0", "ab" * 32, 1_100_000)


def test_kept_for_one_machine(tmp_path: Path) -> None:
    """Version and digest; a refusal beside it, until one is sent."""
    state = str(tmp_path / "machine")
    assert recall_sent(state) is None
    assert not recall_refusal(state)
    remember_refusal(state)
    assert recall_refusal(state)
    remember_sent(state, SENT)
    found = recall_sent(state)
    assert found is not None
    assert (found.version, found.digest, found.name) == (SENT.version, SENT.digest, SENT.name)
    assert not recall_refusal(state)
    remember_refusal(state)
    assert recall_sent(state) == found
    assert (tmp_path / "machine" / FILE).stat().st_mode & 0o777 == 0o600


def test_a_newer_one_that_is_not_wanted(tmp_path: Path) -> None:
    """Kept beside what was sent, until another is; the refusal of any is another thing."""
    state = str(tmp_path)
    remember_sent(state, SENT)
    remember_declined(state, "0.2.0")
    assert recall_declined(state) == "0.2.0"
    assert recall_sent(state) is not None
    assert not recall_refusal(state)
    remember_sent(state, SENT)
    assert recall_declined(state) == ""
    (tmp_path / FILE).write_text('{"declined": 7}')
    assert recall_declined(state) == ""


@pytest.mark.parametrize(
    "data",
    [
        {"version": '1.0"; rm -r ~; "', "digest": "ab" * 32},
        {"version": "1.0", "digest": "$(reboot)"},
        {"version": "../../x", "digest": "ab" * 32},
        {"version": "1.0", "digest": "ab" * 31},
        {"version": 1, "digest": None},
        {"version": "1.0\n", "digest": "ab" * 32},
        [],
        "x",
    ],
)
def test_words_that_are_none(tmp_path: Path, data: object) -> None:
    """They would become words of a shell elsewhere: there is none then."""
    (tmp_path / FILE).write_text(json.dumps(data))
    assert recall_sent(str(tmp_path)) is None
    assert not recall_refusal(str(tmp_path))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A refusal that cannot be kept stops nobody; a digest that cannot be kept is told."""
    (tmp_path / "file").write_text("")
    remember_refusal(str(tmp_path / "file"))
    remember_declined(str(tmp_path / "file"), "1")
    with pytest.raises(OSError, match="file"):
        remember_sent(str(tmp_path / "file"), SENT)


def test_a_link_is_not_believed(tmp_path: Path) -> None:
    """Somebody else could have put it there."""
    remember_sent(str(tmp_path / "real"), SENT)
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    assert recall_sent(str(tmp_path / "linked")) is None
