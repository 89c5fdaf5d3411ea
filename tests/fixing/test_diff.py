"""What the undo screen shows of a file never shows a person's secret."""

from __future__ import annotations

from nebtui.fixing.file_change import FileChange, diff


def test_values_that_come_back_are_masked() -> None:
    """An env file's own value that undo brings back is masked, and so is a password of a compose
    file."""
    env = FileChange("/x/.env", b"COLOUR=red\nHOST_UID=1000\n", b"COLOUR=blue-secret\n")
    compose = FileChange("/x/compose.yaml", b"a: 1\n", b"a: 1\nDB_PASSWORD: hunter2\n")
    shown = "\n".join(diff((env, compose), mask_added=True))
    assert "+COLOUR=•••" in shown
    assert "-COLOUR=•••" in shown
    assert "blue-secret" not in shown
    assert "hunter2" not in shown


def test_a_file_that_goes_is_shown_whole() -> None:
    """The lines of a file that nebtui created all leave."""
    shown = diff(
        (FileChange("/x/compose.override.yaml", b"services:\n  a: {}\n", None),), mask_added=True
    )
    assert shown[-2:] == ["-services:", "-  a: {}"]
