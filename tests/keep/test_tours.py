"""Promises of the kept place in a tour: one for each tour, and nothing forged is believed."""

from __future__ import annotations

from pathlib import Path

from nebtui.keep.tours import MOST, recall_tour, remember_tour


def test_each_tour_has_its_place(tmp_path: Path) -> None:
    """Kept, replaced, and 0 where there is none."""
    state = str(tmp_path / "state")
    assert recall_tour(state, "demo") == 0
    remember_tour(state, "demo", 3)
    remember_tour(state, "/srv/tour.toml", 7)
    remember_tour(state, "demo", 4)
    assert (recall_tour(state, "demo"), recall_tour(state, "/srv/tour.toml")) == (4, 7)
    assert (tmp_path / "state/tours.json").stat().st_mode & 0o777 == 0o600


def test_only_so_many(tmp_path: Path) -> None:
    """The oldest one is forgotten."""
    for number in range(MOST + 1):
        remember_tour(str(tmp_path), str(number), 1)
    assert recall_tour(str(tmp_path), "0") == 0
    assert recall_tour(str(tmp_path), str(MOST)) == 1


def test_what_is_no_place(tmp_path: Path) -> None:
    """Anything else in the file, or a link in its place, is as if nothing was kept."""
    kept = tmp_path / "tours.json"
    for text in ("", "[1]", '{"demo": "2"}', '{"demo": -1}', '{"demo": true}', "\x00"):
        kept.write_text(text)
        assert recall_tour(str(tmp_path), "demo") == 0
    other = tmp_path / "other.json"
    other.write_text('{"demo": 5}')
    kept.unlink()
    kept.symlink_to(other)
    assert recall_tour(str(tmp_path), "demo") == 0
