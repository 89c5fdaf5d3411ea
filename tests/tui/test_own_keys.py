"""Keys and commands of a person's own: bound, shown, run, and refused with the line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nebtui.action import Action, RunProgram
from nebtui.facts.declared import Service
from nebtui.settings import Settings, SettingsError, load
from nebtui.tui.rebinding import keymap
from nebtui.user_commands import UserCommand
from tests.builders import at, box, container, project
from tests.fakes import FakeHost
from tests.tui.driver import demo, driver


def settings(folder: Path, text: str) -> Settings:
    """The settings of a file with this text."""
    path = folder / "config.toml"
    path.write_text(text)
    return load({"NEBTUI_CONFIG": str(path), "NEBTUI_STATE": str(folder)})


def test_a_key_and_a_command(tmp_path: Path) -> None:
    """As the file has them; words are split once, here, and never by a shell."""
    made = settings(
        tmp_path,
        '[keys]\n"acting.restart" = "f5"\n[[command]]\nname = "Back up"\n'
        'run = \'backup.sh --to "my disk" {container}\'\nkey = "f6"\n',
    )
    assert keymap(made) == {"acting.restart": "f5"}
    (command,) = made.commands
    assert command == UserCommand("Back up", ("backup.sh", "--to", "my disk", "{container}"), "f6")
    hostile = {"container": "a; rm -rf /"}
    assert command.filled(hostile) == ("backup.sh", "--to", "my disk", "a; rm -rf /")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('theme = ""\n[keys]\n"acting.restrat" = "f5"', 3, "is not a key"),
        ('[keys]\n"restart" = "f5"', 2, "acting.restart is"),
        ('[keys]\n"acting.restart" = "j"', 2, "taken by moving.down"),
        ('[keys]\n"acting.stop" = "f5"\n"acting.restart" = "f5"', 2, "taken by acting.restart"),
        ("[keys]\na = 1", 1, "table of texts"),
        ('[[command]]\nname = "x"\nrun = "y"\n\n[[command]]\nrun = "z"', 5, "needs a name"),
        ('[[command]]\nname = "x"\nrun = "y {nobody}"', 1, "{nobody} is not known"),
        ('[[command]]\nname = "x"\nrun = "y \\"z"', 1, "cannot be split"),
        ('[[command]]\nname = "x"\nrun = "y"\nshell = true', 1, "shell is no part"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    """One sentence: file, line, what is wrong, and what would be right."""
    with pytest.raises(SettingsError) as error:
        keymap(settings(tmp_path, text))
    assert str(error.value).startswith(f"{tmp_path}/config.toml:{line}: ")
    assert words in str(error.value)


def test_a_command_may_not_have_a_key_of_the_table() -> None:
    """Its name and whose key it is."""
    made = Settings(commands=(UserCommand("Back up", ("x",), "r"),))
    with pytest.raises(SettingsError, match=r"Back up: r is taken by acting\.restart"):
        keymap(made)


async def test_another_key_does_it_and_help_shows_it(tmp_path: Path) -> None:
    """The old key does nothing any more."""
    changed = (("acting.lock", "f7", "config.toml:1"),)
    host = FakeHost(box(project("core", Service("web", image="x"))))
    async with driver(host, tmp_path, (120, 120), keys=changed) as person:
        await person.press("L")
        assert not person.session.locked
        await person.press("f7")
        assert person.session.locked
        await person.press("question_mark")
        assert "f7      lock" in person.text


class LiveFake(FakeHost):
    """A live box in name; keeps what it was asked to run."""

    kind = "live"  # type: ignore[assignment]


async def test_a_command_is_run_on_the_selection(tmp_path: Path) -> None:
    """By its key, with the selection's own names; without a selection it says what is missing."""
    command = UserCommand("Back up", (sys.executable, "-c", "", "{container}"), "f6")
    facts = box(project("core", Service("web", image="x")), container("core/web"))
    host = LiveFake(facts)
    async with driver(host, tmp_path, commands=(command,)) as person:
        await person.press("escape", "escape", "f6")
        assert not host.done
        await person.select("core", "web")
        await person.press("f6")
        await person.until(lambda: host.done, "the command")
        name = facts.containers_of(at("core/web"))[0].name
        program: Action = host.done[0]
        assert isinstance(program, RunProgram)
        assert program.argv[-1] == name


async def test_it_stands_in_the_palette_and_not_on_the_demo_box(tmp_path: Path) -> None:
    """A simulated box has nothing that a program could be run on."""
    command = UserCommand("Back up", ("true",), "f6")
    async with demo(tmp_path, commands=(command,)) as person:
        await person.press("f6")
        assert not person.session.commands
        await person.press("colon")
        await person.press(*"Back up".replace(" ", ""))
        await person.until(lambda: "Back up" in person.text, "the palette")
