"""A project's model through Compose and through our reader, its problems, its cache, and trials of
edited texts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nebtui.compose import model
from nebtui.compose.binary.command import ComposeCommand
from nebtui.compose.binary.validate import validate
from nebtui.compose.discovery.candidate import Candidate
from nebtui.compose.model import load, read_only
from nebtui.facts.project import Project
from tests.compose.projects import key_of, written

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/home/me"}
FILES = {
    "compose.yaml": """\
include: [inc/inc.yaml]
services:
  web:
    extends: {file: base.yaml, service: app}
    depends_on: {db: {condition: service_healthy}}
    command: echo "a b" $$HOME ${W}
    volumes: [./data:/data/, cache:/cache, ~/x:/x]
    networks: [back, out]
  db:
    image: db
    environment: [PASSWORD=p$$w, FROM_ENV]
    healthcheck: {test: pg_isready, interval: 1m}
networks: {back: , out: {external: true}}
volumes: {cache: }
""",
    "compose.override.yaml": "services: {web: {ports: !override ['82:82'], profiles: [p]}}\n",
    "base.yaml": "services: {app: {image: app, ports: ['80:80'], env_file: [app.env], gpus: "
    "all}}\n",
    "app.env": "E=1\n",
    "inc/inc.yaml": "services: {inc: {image: 'i:${V}', volumes: [./x:/x]}}\n",
    "inc/.env": "V=5\n",
    ".env": "W=w\nFROM_ENV=f\n",
}
NAMES = ("compose.yaml", "compose.override.yaml")


def candidate(folder: Path, *names: str) -> Candidate:
    """The candidate of these files of a folder."""
    return Candidate(key_of(folder, *names))


def loaded(folder: Path, compose: ComposeCommand, *names: str) -> Project:
    """The project through Compose."""
    return load(candidate(folder, *names), compose, ENVIRON)


def test_both_views_give_equal_facts(tmp_path: Path, compose: ComposeCommand) -> None:
    """With extends, include, override, env files and interpolation, Compose's view and ours are the
    same facts."""
    written(tmp_path, FILES)
    ours, theirs = (
        read_only(candidate(tmp_path, *NAMES), ENVIRON),
        loaded(tmp_path, compose, *NAMES),
    )
    assert (ours.problem, theirs.problem) == (None, None)
    assert (ours.view, theirs.view) == ("reader", "compose")
    assert ours.services == theirs.services
    assert list(ours.services) == list(theirs.services)
    assert ours.networks == theirs.networks
    assert set(ours.files_read) == {str(tmp_path / name) for name in FILES}


def test_a_missing_variable_falls_back(tmp_path: Path, compose: ComposeCommand) -> None:
    """Where a required variable is missing the view is not interpolated and the project has no
    problem."""
    written(
        tmp_path, {"compose.yaml": "services: {a: {image: 'x:${TAG:?set it}', command: echo $$A}}"}
    )
    project = loaded(tmp_path, compose)
    assert (project.view, project.problem) == ("compose, not interpolated", None)
    assert project.services["a"].image == "x:${TAG:?set it}"
    assert project.services["a"].command == ("echo", "$A")


def test_what_an_unused_profile_lacks_is_no_problem(
    tmp_path: Path, compose: ComposeCommand
) -> None:
    """Compose looks for the env file of a service only where its profile is asked for."""
    text = "services: {a: {image: a}, b: {image: b, env_file: gone.env, profiles: [%s]}}"
    for profile, warned in (("cloud", False), ("''", True)):
        written(tmp_path, {"compose.yaml": text % profile})
        project = loaded(tmp_path, compose)
        assert set(project.services) == {"a", "b"}
        assert (project.problem, project.warning is not None) == (None, warned), profile


@pytest.mark.parametrize(
    ("text", "line", "services"),
    [
        ("services:\n  a: {image: a}\n  b:\n    image: b\n    depends_on: [gone]\n", 5, {"a", "b"}),
        (
            "services:\n  a: {image: a, depends_on: [b]}\n  b: {image: b, depends_on: [a]}\n",
            None,
            {"a", "b"},
        ),
        ("services:\n  a:\n    image: a\n    imagee: b\n", 2, {"a"}),
        ("services:\n  a: [\n", 2, set()),
        ("services:\n  a: {image: a}\n  a: {image: b}\n", 3, set()),
    ],
)
def test_a_refused_file_keeps_what_can_be_read(
    tmp_path: Path, compose: ComposeCommand, text: str, line: int | None, services: set[str]
) -> None:
    """What Compose refuses is a problem with file and line, and the services that our reader sees
    are kept."""
    written(tmp_path, {"compose.yaml": text})
    project = loaded(tmp_path, compose)
    assert project.problem is not None
    assert project.problem.file == str(tmp_path / "compose.yaml")
    assert "\n" not in project.problem.message
    assert line is None or project.problem.line == line
    assert set(project.services) == services
    assert project.view == ("reader" if services else "none")


def test_an_overlay_alone_is_no_fault(tmp_path: Path, compose: ComposeCommand) -> None:
    """A file whose service has no image is meant for another file: its open names are no problem in
    either view."""
    written(
        tmp_path,
        {"compose.yaml": "services: {a: {user: '1', networks: [elsewhere], depends_on: [gone]}}"},
    )
    for project in (loaded(tmp_path, compose), read_only(candidate(tmp_path), ENVIRON)):
        assert project.problem is None
        assert project.services["a"].user == "1"


def test_an_unconfirmed_project_is_not_read(tmp_path: Path, compose: ComposeCommand) -> None:
    """Files known from labels only are not opened."""
    written(tmp_path, FILES)
    bare = Candidate(key_of(tmp_path, *NAMES), confirmed=False)
    project = load(bare, compose, ENVIRON)
    assert (project.services, project.view, project.confirmed) == ({}, "none", False)


def test_a_simple_edit_is_tried_on_standard_input(
    tmp_path: Path, compose: ComposeCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One edited config file is given to Compose without any copy; the file itself stays."""
    written(
        tmp_path,
        {
            "compose.yaml": "services: {a: {image: a, volumes: [./d:/d]}}",
            "b.yaml": "services: {a: {user: '1'}}",
        },
    )
    project = loaded(tmp_path, compose, "compose.yaml", "b.yaml")
    monkeypatch.setattr(
        "nebtui.compose.binary.validate._ask_copy", lambda *_: pytest.fail("made a copy")
    )
    path = str(tmp_path / "compose.yaml")
    answer = validate(
        project, {path: "services: {a: {image: new, volumes: [./e:/e]}}"}, compose, ENVIRON
    )
    assert answer.config is not None
    assert answer.interpolated
    assert answer.config["services"]["a"]["image"] == "new"
    assert answer.config["services"]["a"]["user"] == "1"
    assert answer.config["services"]["a"]["volumes"][0]["source"] == f"{tmp_path}/e"
    assert Path(path).read_text().startswith("services: {a: {image: a")


def test_edits_of_extended_included_and_env_files(tmp_path: Path, compose: ComposeCommand) -> None:
    """With includes, extends and `.env` a copy is asked; its answer names the original paths
    only."""
    written(tmp_path, FILES)
    project = loaded(tmp_path, compose, *NAMES)
    same = validate(project, {}, compose, ENVIRON)
    untouched = validate(
        project, {str(tmp_path / "base.yaml"): FILES["base.yaml"]}, compose, ENVIRON
    )
    assert untouched.config == same.config
    edits = {
        "base.yaml": FILES["base.yaml"].replace("gpus: all", "user: '7'"),
        "inc/.env": "V=6\n",
        ".env": "W=edited\nFROM_ENV=g\n",
    }
    answer = validate(
        project, {str(tmp_path / name): text for name, text in edits.items()}, compose, ENVIRON
    )
    assert answer.config is not None, answer.error
    services = answer.config["services"]
    assert (services["web"]["user"], services["web"]["command"][-1]) == ("7", "edited")
    assert (services["inc"]["image"], services["db"]["environment"]["FROM_ENV"]) == ("i:6", "g")
    assert services["web"]["volumes"][0]["source"] == f"{tmp_path}/data"


def test_a_bad_edit_is_refused_with_the_original_path(
    tmp_path: Path, compose: ComposeCommand
) -> None:
    """The error of a trial names the user's file, not the copy."""
    written(tmp_path, FILES)
    project = loaded(tmp_path, compose, *NAMES)
    answer = validate(
        project, {str(tmp_path / "base.yaml"): "services: {app: [}"}, compose, ENVIRON
    )
    assert answer.config is None
    assert str(tmp_path / "base.yaml") in answer.error
    assert "nebtui-" not in answer.error


def test_a_bad_text_on_standard_input_names_the_file(
    tmp_path: Path, compose: ComposeCommand
) -> None:
    """The error of a trial on standard input names the file that the text is for."""
    folder = written(tmp_path, {"compose.yaml": "services: {a: {image: a}}"})
    path = str(folder / "compose.yaml")
    answer = validate(
        loaded(folder, compose), {path: "services: {a: {imagee: b}}"}, compose, ENVIRON
    )
    assert (
        answer.error == f"validating {path}: services.a additional properties 'imagee' not allowed"
    )


def test_the_strictest_mode_that_the_files_pass(tmp_path: Path, compose: ComposeCommand) -> None:
    """A project that only reads without interpolation is tried without; a project read by us is
    tried both ways."""
    folder = written(tmp_path, {"compose.yaml": "services: {a: {image: 'x:${TAG:?set it}'}}"})
    edit = {str(folder / "compose.yaml"): "services: {a: {image: 'x:${TAG:?set it}', user: '1'}}"}
    for project in (loaded(folder, compose), read_only(candidate(folder), ENVIRON)):
        answer = validate(project, edit, compose, ENVIRON)
        assert answer.config is not None
        assert not answer.interpolated
    assert not validate(loaded(folder, compose), edit, None, ENVIRON).asked


def test_a_new_override_file_is_tried_too(tmp_path: Path, compose: ComposeCommand) -> None:
    """A standard override that an edit creates is merged in the trial."""
    folder = written(tmp_path, {"compose.yaml": "services: {a: {image: a}}"})
    edit = {str(folder / "compose.override.yaml"): "services: {a: {user: '9'}}"}
    answer = validate(loaded(folder, compose), edit, compose, ENVIRON)
    assert answer.config is not None
    assert answer.config["services"]["a"]["user"] == "9"


def test_a_compose_that_hangs_or_is_gone(tmp_path: Path) -> None:
    """A Compose that cannot be started gives our reader's view and a problem that says so."""
    folder = written(tmp_path, {"compose.yaml": "services: {a: {image: a}}"})
    project = model.load(candidate(folder), ComposeCommand(("/nonexistent/compose",), "2"), ENVIRON)
    assert project.view == "reader"
    assert set(project.services) == {"a"}
    assert project.problem is not None
    assert "could not be started" in project.problem.message
