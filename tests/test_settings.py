"""Settings: one file, read once; what is wrong with it is told with file and key."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from nebtui.settings import Settings, SettingsError, described, known, load, settings_file
from nebtui.user_commands import UserCommand

FULL = """
theme = "nord"
ascii = true
[search]
roots = ["~/stacks", "/srv"]
depth = 2
[rules]
allow = ["missing-healthcheck"]
[fix]
network = "llm"
one_key = true

[throughput]
ask_ollama = true
[keys]
"acting.restart" = "f5"
[[command]]
name = "Dump"
run = "dump {service}"
[hosts]
gpu1 = "ssh://me@gpu1"
lab = "tcp://10.0.0.5:2376"
"""


def read(folder: Path, text: str | bytes) -> Settings:
    """The settings that a file with this text gives."""
    file = folder / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load({"NEBTUI_CONFIG": str(file), "NEBTUI_STATE": "/state"})


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    """Without a file, and with an empty one, everything has its default."""
    assert load({"NEBTUI_CONFIG": str(tmp_path / "none"), "NEBTUI_STATE": "/state"}) == Settings(
        state_dir="/state"
    )
    assert read(tmp_path, "") == Settings(state_dir="/state")


def test_every_setting_is_read(tmp_path: Path) -> None:
    """All known settings arrive, `~` in roots is the home folder, and none is left at its
    default."""
    found = read(tmp_path, FULL)
    home = os.path.expanduser("~")
    assert found == Settings(
        roots=(f"{home}/stacks", "/srv"),
        depth=2,
        allow=("missing-healthcheck",),
        network="llm",
        one_key=True,
        ask_ollama=True,
        theme="nord",
        ascii=True,
        keys=(("acting.restart", "f5", f"{tmp_path / 'config.toml'}:16"),),
        commands=(UserCommand("Dump", ("dump", "{service}")),),
        hosts=(("gpu1", "ssh://me@gpu1"), ("lab", "tcp://10.0.0.5:2376")),
        state_dir="/state",
    )
    assert not [
        name for name, value in described(found).items() if value == described(Settings())[name]
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "Invalid value"),
        (b"theme = '\xff'", "utf-8"),
        ("[fix]\nnetwrok = 'x'", "fix.netwrok is not a setting; known: search.roots"),
        ("colour = 1", "colour is not a setting"),
        ("[a.b]\nc = 1", "a.b.c is not a setting"),
        ("[search]\nroots = '/srv'", "search.roots must be a list of texts"),
        ("[search]\nroots = [1]", "search.roots must be a list of texts"),
        ("[search]\ndepth = true", "search.depth must be a whole number"),
        ("[search]\ndepth = '4'", "search.depth must be a whole number"),
        ("[fix]\none_key = 1", "fix.one_key must be true or false"),
        ("[fix]\nnetwork = 3", "fix.network must be a text"),
        ("theme = []", "theme must be a text"),
        ("fix = 3", "fix is not a setting"),
        ("\nhosts = 3", "toml:2: hosts is a table of texts"),
        ("[hosts]\na = 'ssh://a'\ngpu1 = 4", "toml:3: the address of a box is a text"),
        ("[hosts]\ngpu1 = 'http://gpu1'", "toml:2: 'http://gpu1': write ssh://"),
        ("[hosts]\n'a b' = 'ssh://a'", "toml:2: 'a b' is no name of a box"),
        ("[hosts]\ngpu1 = 'tcp://gpu1'", "toml:2: 'tcp://gpu1' has no port"),
        ("[hosts]\ngpu1 = 'ssh://-oProxyCommand=x'", "names no machine"),
        ("[hosts]\ngpu1 = 'ssh://me:geheim@gpu1'", "ssh://…: leave the password out"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    """A file that is no TOML, an unknown key or a wrong type: one line with the file and the
    reason."""
    with pytest.raises(SettingsError) as told:
        read(tmp_path, text)
    assert str(told.value).startswith(str(tmp_path / "config.toml"))
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    """A path that cannot be read is told once, with the reason."""
    with pytest.raises(SettingsError, match="cannot be read: Is a directory") as told:
        load({"NEBTUI_CONFIG": str(tmp_path)})
    assert str(told.value).count(str(tmp_path)) == 1


def test_where_the_file_is() -> None:
    """`NEBTUI_CONFIG` names it, else it lies in the user's configuration folder."""
    assert settings_file({"NEBTUI_CONFIG": "/x.toml"}) == Path("/x.toml")
    assert settings_file({}).parts[-2:] == ("nebtui", "config.toml")


def test_every_field_can_be_set() -> None:
    """Each field of the settings has a key in the file, but the state folder, which a variable
    names, and what is told of both."""
    assert set(known()) == set(described(Settings())) - {"state_dir"}
    assert {f.name for f in fields(Settings)} - {"state_dir", "problem", "kept"} == {
        {"command": "commands"}.get(name, name.rpartition(".")[2]) for name in known()
    }
