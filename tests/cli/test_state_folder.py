"""A home that cannot be looked into stops nothing but writing."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from nebtui.cli.errors import CommandError
from nebtui.cli.state_folder import with_state
from nebtui.disk.folders import unusable
from nebtui.settings import Settings, SettingsError, load
from tests.tui.driver import demo


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nobody may look into: root may, so that the kernel is not asked."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != folder)
    return folder


def test_the_nearest_folder_that_is_there_decides(tmp_path: Path, closed: Path) -> None:
    """What has to be made first is usable where it can be made; a file is no folder."""
    assert unusable(str(tmp_path / "a" / "b")) == ""
    assert unusable(str(closed / "a")) == f"{closed} cannot be read"
    (tmp_path / "file").write_text("")
    assert unusable(str(tmp_path / "file" / "state")) == f"{tmp_path / 'file'} is no folder"


@pytest.mark.parametrize("verb", ["check", "status", None])
def test_looking_goes_on(closed: Path, verb: str | None) -> None:
    """In a state folder of this run, and with the reason."""
    settings = with_state(Settings(state_dir=str(closed)), Namespace(verb=verb))
    assert not settings.kept
    assert unusable(settings.state_dir) == ""
    assert settings.problem == (
        f"{closed} cannot be read; read-only, as nothing could be taken back: set NEBTUI_STATE to "
        "a folder of yours"
    )


@pytest.mark.parametrize("arguments", [Namespace(verb="fix", write=True), Namespace(verb="undo")])
def test_writing_is_refused(closed: Path, arguments: Namespace) -> None:
    """What could not be taken back is not written."""
    with pytest.raises(CommandError, match="nothing is written; set NEBTUI_STATE"):
        with_state(Settings(state_dir=str(closed)), arguments)


def test_settings_that_nobody_asked_for_are_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default file behind a closed door; one that was named is an error still."""

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert "the settings are defaults" in load({"NEBTUI_STATE": str(tmp_path)}).problem
    with pytest.raises(SettingsError, match="cannot be read: Permission denied"):
        load({"NEBTUI_CONFIG": str(tmp_path / "config.toml"), "NEBTUI_STATE": str(tmp_path)})


async def test_the_key_tells_why_it_stays_locked(tmp_path: Path) -> None:
    """L names the folder and the remedy, not an option that nobody gave."""
    async with demo(tmp_path, kept=False, problem="/home/x cannot be read") as person:
        person.session.locked = person.session.read_only = True
        await person.press("L")
        assert person.session.locked
        assert any("/home/x" in note.message for note in person.app._notifications)
