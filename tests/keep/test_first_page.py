"""The page that is kept for the next first frame."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.hosts.engine.first_question import FirstAnswer
from nebtui.keep.first_page import FILE, digest, recall_page, remember_page, stamp


def test_it_is_believed_while_nothing_changed(tmp_path: Path) -> None:
    """The same digest and all its files; nobody else may read it."""
    file = tmp_path / "compose.yaml"
    file.write_text("")
    remember_page(str(tmp_path / "state"), "1", "a page", [str(file)])
    assert recall_page(str(tmp_path / "state"), "1") == "a page"
    assert recall_page(str(tmp_path / "state"), "2") is None
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600
    file.unlink()
    assert recall_page(str(tmp_path / "state"), "1") is None


def test_somebody_elses_is_not_believed(tmp_path: Path) -> None:
    """A link could lead anywhere."""
    remember_page(str(tmp_path / "theirs"), "1", "a page", [])
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).symlink_to(tmp_path / "theirs" / FILE)
    assert recall_page(str(tmp_path / "theirs"), "1") == "a page"
    assert recall_page(str(tmp_path / "state"), "1") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"page": 1}', "[" * 100_000])
def test_a_spoiled_page_is_none(tmp_path: Path, text: str) -> None:
    """It is drawn then."""
    (tmp_path / FILE).write_text(text)
    assert recall_page(str(tmp_path), "1") is None


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    (tmp_path / "state").write_text("a file")
    remember_page(str(tmp_path / "state"), "1", "a page", [])
    assert recall_page(str(tmp_path / "state"), "1") is None


def test_ages_and_orders_are_no_change() -> None:
    """What the engine tells anew each time differs in no digest; a state, an exit code, a health or
    a label does."""
    ports = [{"PrivatePort": 1}, {"PrivatePort": 2}]
    first = {"Id": "1", "State": "exited", "Status": "Exited (1) 2 hours ago", "Ports": ports}

    def of(item: object) -> str:
        return digest(FirstAnswer("unix:///x", "Docker/26", "1.45", [item]).lasting())

    assert of({**first, "Status": "Exited (1) 3 hours ago", "Ports": ports[::-1]}) == of(first)
    assert of({**first, "Status": "Exited (2) 2 hours ago"}) != of(first)
    assert of({**first, "State": "running"}) != of(first)
    assert of({**first, "Labels": {"a": "b"}}) != of(first)
    up = {**first, "Status": "Up 2 hours (healthy)"}
    assert of({**up, "Status": "Up About a minute (healthy)"}) == of(up)
    assert of({**up, "Status": "Up 2 hours (unhealthy)"}) != of(up)
    assert of("nonsense") != of(first)


def test_addresses_are_no_change() -> None:
    """A container that was started again has others; on another network it is another picture."""

    def of(networks: object) -> str:
        item = {"Id": "1", "NetworkSettings": {"Networks": networks}}
        return digest(FirstAnswer("unix:///x", "Docker/26", "1.45", [item]).lasting())

    first = of({"core": {"EndpointID": "1", "IPAddress": "172.18.0.2"}})
    assert of({"core": {"EndpointID": "2", "IPAddress": "172.18.0.3"}}) == first
    assert of({"other": {"EndpointID": "1", "IPAddress": "172.18.0.2"}}) != first
    assert of({"core": {}, "other": {}}) != first
    assert of({"core": "nonsense"}) == of({"core": None})
    assert of("nonsense") == of(None)


def test_the_stamp_of_a_file(tmp_path: Path) -> None:
    """Another content, another stamp; none where there is no file."""
    assert stamp(str(tmp_path / "x")) == (0, 0)
    (tmp_path / "x").write_text("a")
    before = stamp(str(tmp_path / "x"))
    (tmp_path / "x").write_text("ab")
    assert stamp(str(tmp_path / "x")) != before
