"""Commands as sub-processes: their lines, their end, being interrupted, and being left alone."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.action import Progress
from nebtui.hosts.actions import LONGEST_LINE, NOT_STARTED, run_command


def lines(script: str, stop: threading.Event | None = None) -> list[Progress]:
    """What a Python script prints, as progress."""
    return list(run_command((sys.executable, "-c", script), os.environ, "", stop))


def test_lines_of_both_streams_and_the_exit_code() -> None:
    """In the order they were written, without their ends; the last progress has the code."""
    found = lines("import sys; print('a', flush=True); print('b', file=sys.stderr); sys.exit(3)")
    assert [p.text for p in found[:-1]] == ["a", "b"]
    assert (found[-1].done, found[-1].exit_code) == (True, 3)


def test_a_program_that_is_not_there() -> None:
    """One sentence and the shell's exit code, no exception."""
    (only,) = run_command(("/nowhere/compose",), os.environ, "")
    assert (only.done, only.exit_code) == (True, NOT_STARTED)
    assert "No such file" in only.text


def test_no_room_for_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: nothing is started, and that is told."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    (only,) = lines("print('never')")
    assert (only.done, only.exit_code) == (True, NOT_STARTED)
    assert "No space left" in only.text


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3 * LONGEST_LINE), max_size=3))
def test_long_lines_come_in_pieces(lengths: list[int]) -> None:
    """Every character arrives once, in pieces of a bearable length."""
    script = f"[print(chr(97 + n) * length) for n, length in enumerate({lengths})]"
    found = [p.text for p in lines(script)[:-1]]
    assert all(len(text) <= LONGEST_LINE for text in found)
    assert "".join(found) == "".join(chr(97 + n) * length for n, length in enumerate(lengths))


def test_an_unwanted_command_is_interrupted() -> None:
    """As ctrl+c would: it may tidy up, and its end is told as cancelled."""
    stop = threading.Event()
    script = (
        "import time\nprint('began', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: print('tidied up'); raise SystemExit(130)"
    )
    found = []
    for progress in run_command((sys.executable, "-c", script), os.environ, "", stop):
        found.append(progress)
        stop.set()
    assert [p.text for p in found] == ["began", "tidied up", "cancelled"]
    assert found[-1].exit_code == 130


def test_a_command_that_is_left_alone_ends_what_it_began(tmp_path: Path) -> None:
    """Nobody reads its output any more, and that does not break it."""
    mark = tmp_path / "ended"
    script = (
        "import time\nprint('began', flush=True)\n"
        f"for n in range(20): print('x' * 9999, flush=True); time.sleep(0.02)\n"
        f"open({str(mark)!r}, 'w').close()"
    )
    running = run_command((sys.executable, "-c", script), os.environ, "")
    assert next(running).text == "began"
    running.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 20
    while not mark.exists():
        assert time.monotonic() < deadline, "it was cut off"
        time.sleep(0.02)
