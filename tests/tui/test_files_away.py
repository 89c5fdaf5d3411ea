"""A box whose files are on another machine: nothing that needs them is done here, and every key
says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.hosts.simulated import SimulatedHost
from nebtui.tui.outside import interactive
from tests.tui.driver import demo

AWAY = "its files are on gpu1: `ssh -t gpu1 nebtui` reads and mends them there"


async def test_keys_that_need_the_files_say_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixing, marking, undoing and editing open nothing; the tab of the file says it too."""
    monkeypatch.setattr(SimulatedHost, "files_away", AWAY)
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    async with demo(tmp_path, (120, 40)) as driver:
        await driver.select("core", "ingest")
        for key in ("h", "F", "m", "z", "E"):
            driver.app.clear_notifications()
            await driver.press(key)
            assert driver.home, key
            told = [one.message for one in driver.app._notifications]
            assert told == [AWAY], key
        await driver.press("6")
        assert "its files are on gpu1" in driver.text


def test_a_shell_on_another_machine() -> None:
    """Over ssh with a terminal at both ends, whatever the machine is called."""
    words = ("docker", "exec", "web", "sh", "-c", "'command -v bash'")
    shell = ("docker", "exec", "-it", "web", "sh", "-c", "'command -v bash'")
    assert interactive(("ssh", "-p", "22", "docker", *words)) == (
        *("ssh", "-t", "-p", "22", "docker"),
        *shell,
    )
    assert interactive(words) == shell
