"""The memory of normal: kept from run to run, private, bounded in time, and never a reason to
fail."""

from __future__ import annotations

import sqlite3
import stat
import time
from pathlib import Path

from nebtui.keep.baselines import DAYS, FILE, SpeedMemory

NOW = time.time()


def test_speeds_outlive_a_run_as_one_median_a_minute(tmp_path: Path) -> None:
    """The next run knows each minute's median, apart for each service, model and concurrency."""
    memory = SpeedMemory(str(tmp_path / "state"))
    assert list(memory.recall("a/llm", "m", "1")) == []
    for minute in range(3):
        memory.learn("a/llm", "m", "1", 50.0, NOW // 60 * 60 + 60 * minute)
    for second, speed in enumerate((60.0, 64.0, 62.0)):
        memory.learn("a/llm", "m", "1", speed, 6000.0 + NOW // 60 * 60 + second)
    memory.learn("a/llm", "m", "1", 80.0, 6060.0 + NOW // 60 * 60)
    memory.learn("a/llm", "m", "2-4", 20.0, NOW)
    memory.close()
    again = SpeedMemory(str(tmp_path / "state"))
    assert list(again.recall("a/llm", "m", "1")) == [50.0, 50.0, 50.0, 62.0, 80.0]
    assert list(again.recall("a/llm", "other", "1")) == []
    assert list(again.recall("a/llm", "m", "2-4")) == [20.0]
    again.close()


def test_a_look_beside_a_running_screen_knows_what_it_knows(tmp_path: Path) -> None:
    """The first windows of a service are there for others at once, within their minute, so that
    `check` compares with what the screen calls usual."""
    screen, check = SpeedMemory(str(tmp_path)), SpeedMemory(str(tmp_path))
    assert list(screen.recall("a/llm", "m", "1")) == []
    for second, speed in enumerate((55.0, 56.0, 55.8, 57.0)):
        screen.learn("a/llm", "m", "1", speed, NOW // 60 * 60 + second)
    assert list(check.recall("a/llm", "m", "1")) == [55.0, 56.0, 55.8]
    check.close()
    screen.close()
    after = SpeedMemory(str(tmp_path))
    assert list(after.recall("a/llm", "m", "1")) == [55.0, 56.0, 55.8, 57.0]
    after.close()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The file and its folder are closed to everyone but their owner."""
    memory = SpeedMemory(str(tmp_path / "state"))
    memory.recall("a", "m", "1")
    memory.close()
    assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_old_speeds_are_forgotten(tmp_path: Path) -> None:
    """Speeds older than the days kept are gone in the next run, younger ones stay."""
    memory = SpeedMemory(str(tmp_path))
    memory.learn("a", "m", "1", 60.0, NOW - (DAYS + 1) * 86400)
    memory.learn("a", "m", "2-4", 61.0, NOW - (DAYS - 1) * 86400)
    memory.close()
    again = SpeedMemory(str(tmp_path))
    assert list(again.recall("a", "m", "1")) == []
    assert list(again.recall("a", "m", "2-4")) == [61.0]
    again.close()


def test_a_file_that_cannot_be_used_is_no_reason_to_fail(tmp_path: Path) -> None:
    """With a broken file or an impossible folder nothing is remembered, and nothing raises."""
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    blocked = tmp_path / "file"
    blocked.write_text("")
    for folder in (tmp_path, blocked / "below"):
        memory = SpeedMemory(str(folder))
        assert list(memory.recall("a", "m", "1")) == []
        memory.learn("a", "m", "1", 60.0, NOW)
        memory.close()


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    """What can no longer be read is kept beside, and speeds are remembered again."""
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    memory = SpeedMemory(str(tmp_path))
    memory.learn("a", "m", "1", 60.0, NOW)
    memory.close()
    again = SpeedMemory(str(tmp_path))
    assert list(again.recall("a", "m", "1")) == [60.0]
    again.close()
    assert (tmp_path / FILE).with_suffix(".broken").read_bytes().startswith(b"this is no database")


def test_one_that_another_run_holds_is_left_to_it(tmp_path: Path) -> None:
    """While another run holds the file, nothing is recalled and nobody waits for it."""
    memory = SpeedMemory(str(tmp_path))
    memory.recall("a", "m", "1")
    holder = sqlite3.connect(tmp_path / FILE)
    holder.execute("begin exclusive")
    begun = time.monotonic()
    memory.learn("a", "m", "1", 60.0, NOW)
    assert list(memory.recall("a", "m", "1")) == []
    memory.close()
    assert time.monotonic() - begun < 1.0
    holder.close()
