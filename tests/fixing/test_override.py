"""`--override`: the same change in the override file beside a project, with the same effect, or a
refusal."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nebtui import rules
from nebtui.compose.binary.command import environment, find_compose
from nebtui.compose.editor.apply import apply
from nebtui.compose.editor.verbs import Add, Edit, Expand, Remove, Set, SetVariable, Unbind
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.override import into_override, override_file
from nebtui.fixing.patch import Draft, plan
from nebtui.rules.rule import FileEdit, Finding, Fix, NoFixError, Options, Recreate, layer_for
from tests.rules import cases

WEB = "services:\n  web:\n    image: x\n    environment: {URL: http://host.docker.internal:1}\n"


def box(folder: Path, files: Mapping[str, str]) -> Snapshot:
    """The projects of a folder's files."""
    return cases.snapshot(cases.Case("rule", "case", files=dict(files)), folder)


def only(snapshot: Snapshot) -> Project:
    """The project of the folder itself, not one below it."""
    return min(
        snapshot.projects.values(),
        key=lambda project: (project.variant, len(project.key.working_dir)),
    )


def moved(snapshot: Snapshot, service: str, below: tuple[str, ...], edit: Edit) -> list[FileEdit]:
    """An edit of a service, as a rule makes it, in the override file. Its path is that below the
    service."""
    project = only(snapshot)
    layer = layer_for(project, project.services[service], *below)
    if isinstance(edit, (Set, Add, Remove, Expand, Unbind)):
        object.__setattr__(edit, "path", (*layer.path, *edit.path))
    finding = Finding("r", "error", project.key, service, "", "", (), "safe")
    fix = Fix(
        "f", "safe", (FileEdit(layer.file, edit),), recreate=(Recreate(project.key, (service,)),)
    )
    return list(into_override(fix, finding, snapshot, read))


def read(path: str) -> bytes | None:
    """The bytes of a file, None where it is absent."""
    return Path(path).read_bytes() if Path(path).exists() else None


def written(edits: list[FileEdit]) -> Path:
    """Carry edits of one file out; gives the file."""
    (file,) = {item.file for item in edits}
    path = Path(file)
    path.write_text(apply((read(file) or b"").decode(), *(item.edit for item in edits)))
    return path


def effective(files: tuple[str, ...]) -> Any:
    """What Compose makes of files; skips the rest of the test where there is no Compose."""
    compose = find_compose(os.environ)
    if compose is None:
        pytest.skip("no Compose v2 on this machine")
    folder = os.path.dirname(files[0])
    argv = (
        *compose.argv,
        "--profile",
        "*",
        "--project-directory",
        folder,
        *(p for f in files for p in ("-f", f)),
    )
    done = subprocess.run(
        (*argv, "config", "--format", "json"),
        capture_output=True,
        env=environment(os.environ),
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "override"),
    [
        ("compose.yaml", "compose.override.yaml"),
        ("compose.yml", "compose.override.yml"),
        ("docker-compose.yml", "docker-compose.override.yml"),
        ("docker-compose.yaml", "docker-compose.override.yaml"),
    ],
)
def test_a_rule_s_fix_goes_into_a_new_override(tmp_path: Path, name: str, override: str) -> None:
    """The whole way of a plan: the base stays, the new file holds the service and its key, Compose
    reads both."""
    snapshot = box(tmp_path, {name: WEB})
    finding = next(f for f in rules.find(snapshot) if f.rule == "missing-host-gateway")
    patch = plan(Draft(snapshot), finding, Options(), override=True)
    (change,) = patch.files
    assert (change.path, change.before) == (str(tmp_path / override), None)
    assert change.after is not None
    assert change.after.decode() == (
        'services:\n  web:\n    extra_hosts:\n      - "host.docker.internal:host-gateway"\n'
    )
    (tmp_path / override).write_bytes(change.after)
    both = effective((str(tmp_path / name), str(tmp_path / override)))
    assert both["services"]["web"]["extra_hosts"] == ["host.docker.internal=host-gateway"]


def test_a_join_of_two_projects_writes_two_overrides(tmp_path: Path) -> None:
    """Each side's network and join stand in its own override, services first."""
    files = {
        "a/compose.yaml": WEB.replace("host.docker.internal", "db"),
        "b/compose.yaml": "services: {db: {image: y}}\n",
    }
    snapshot = box(tmp_path, files)
    finding = next(f for f in rules.find(snapshot) if f.rule == "isolated-networks")
    patch = plan(Draft(snapshot), finding, Options(), override=True)
    texts = {
        os.path.relpath(change.path, tmp_path): (change.after or b"").decode()
        for change in patch.files
    }
    body = (
        "    networks: [default, nebtui-shared]\nnetworks:\n  nebtui-shared:\n    external: true\n"
    )
    assert texts == {
        "a/compose.override.yaml": f"services:\n  web:\n{body}",
        "b/compose.override.yaml": f"services:\n  db:\n{body}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        both = effective((str(tmp_path / name).replace(".override", ""), str(tmp_path / name)))
        assert next(iter(both["services"].values()))["networks"] == {
            "default": None,
            "nebtui-shared": None,
        }


def test_an_existing_override_is_edited(tmp_path: Path) -> None:
    """The last -f file is an override already: the key goes there, and what stands there stays."""
    over = "# mine\nservices:\n  web:\n    init: true   # why\n"
    snapshot = box(tmp_path, {"compose.yaml": WEB, "compose.override.yaml": over})
    path = written(moved(snapshot, "web", (), Set(("user",), "1000")))
    assert path == tmp_path / "compose.override.yaml"
    assert path.read_text() == over + '    user: "1000"\n'


def test_what_stands_in_the_override_is_edited_there(tmp_path: Path) -> None:
    """An edit of the override itself stays as it is: no `!override` is needed over its own key."""
    over = "services:\n  web:\n    cap_drop: [NET_RAW]\n"
    snapshot = box(tmp_path, {"compose.yaml": WEB, "compose.override.yaml": over})
    path = written(moved(snapshot, "web", ("cap_drop",), Set(("cap_drop",), ("ALL",))))
    assert path.read_text() == "services:\n  web:\n    cap_drop: [ALL]\n"


def test_an_extended_body_becomes_the_real_service(tmp_path: Path) -> None:
    """What stands in a base of another file is set on the service that extends it, and on no
    other."""
    files = {
        "compose.yaml": "services:\n  web:\n    extends: {file: base.yaml, service: common}\n  "
        "other: {image: y}\n",
        "base.yaml": "services:\n  common:\n    image: x\n    user: root\n",
    }
    path = written(moved(box(tmp_path, files), "web", ("user",), Set(("user",), "1000")))
    assert path.read_text() == 'services:\n  web:\n    user: "1000"\n'
    both = effective((str(tmp_path / "compose.yaml"), str(path)))
    assert both["services"]["web"]["user"] == "1000"
    assert "user" not in both["services"]["other"]


def test_an_included_service_is_overridden(tmp_path: Path) -> None:
    """An override file of the including project may change a service that came through
    `include`."""
    files = {
        "compose.yaml": "include: [sub/part.yaml]\nservices: {web: {image: x}}\n",
        "sub/part.yaml": "services:\n  db:\n    image: y\n",
    }
    path = written(moved(box(tmp_path, files), "db", ("image",), Set(("image",), "z:1")))
    assert path == tmp_path / "compose.override.yaml"
    assert path.read_text() == 'services:\n  db:\n    image: "z:1"\n'
    assert (
        effective((str(tmp_path / "compose.yaml"), str(path)))["services"]["db"]["image"] == "z:1"
    )


def test_a_list_item_of_another_file_is_not_added_twice(tmp_path: Path) -> None:
    """Compose appends lists, and refuses a security option given twice: what a base has already is
    not repeated."""
    files = {
        "compose.yaml": "services:\n  web:\n    extends: {file: base.yaml, service: common}\n",
        "base.yaml": "services:\n  common:\n    image: x\n    security_opt: "
        "[no-new-privileges:true]\n",
    }
    assert (
        moved(box(tmp_path, files), "web", (), Add(("security_opt",), "no-new-privileges:true"))
        == []
    )


def test_an_appended_item_is_there_once(tmp_path: Path) -> None:
    """Only the new item stands in the override, and Compose has both."""
    files = {
        "compose.yaml": "services:\n  web:\n    image: x\n    extra_hosts:\n      - one:1.1.1.1\n"
    }
    path = written(
        moved(box(tmp_path, files), "web", ("extra_hosts",), Add(("extra_hosts",), "h", "2.2.2.2"))
    )
    assert path.read_text() == 'services:\n  web:\n    extra_hosts:\n      - "h:2.2.2.2"\n'
    both = effective((str(tmp_path / "compose.yaml"), str(path)))
    assert both["services"]["web"]["extra_hosts"] == ["h=2.2.2.2", "one=1.1.1.1"]


def test_a_gate_upgrades_the_short_form(tmp_path: Path) -> None:
    """The long form in the override is merged onto the short list, the other dependency stays."""
    base = (
        "services:\n  web: {image: x, depends_on: [db, mq]}\n  db: {image: y}\n  mq: {image: y}\n"
    )
    edit = Set(("depends_on", "db", "condition"), "service_healthy")
    path = written(moved(box(tmp_path, {"compose.yaml": base}), "web", ("depends_on", "db"), edit))
    assert (
        path.read_text()
        == "services:\n  web:\n    depends_on:\n      db:\n        condition: service_healthy\n"
    )
    gates = effective((str(tmp_path / "compose.yaml"), str(path)))["services"]["web"]["depends_on"]
    assert {name: gate["condition"] for name, gate in gates.items()} == {
        "db": "service_healthy",
        "mq": "service_started",
    }


def test_a_whole_value_replaces_what_stands_below(tmp_path: Path) -> None:
    """A mapping or a list that another file has would be merged with; `!override` says that it is
    meant whole."""
    base = (
        "services:\n  web:\n    image: x\n    healthcheck: {disable: true}\n    cap_drop: "
        "[NET_RAW]\n"
    )
    snapshot = box(tmp_path, {"compose.yaml": base})
    edits = moved(
        snapshot,
        "web",
        ("healthcheck",),
        Set(("healthcheck",), {"test": ("CMD", "true"), "retries": 3}),
    )
    edits += moved(snapshot, "web", ("cap_drop",), Set(("cap_drop",), ["ALL"]))
    path = written(edits)
    assert path.read_text() == (
        'services:\n  web:\n    healthcheck: !override {test: ["CMD", "true"], retries: 3}\n'
        "    cap_drop: !override [ALL]\n"
    )
    web = effective((str(tmp_path / "compose.yaml"), str(path)))["services"]["web"]
    assert web["healthcheck"] == {"test": ["CMD", "true"], "retries": 3}
    assert web["cap_drop"] == ["ALL"]


def test_a_removed_key_is_reset(tmp_path: Path) -> None:
    """What another file has is taken away with `!reset`."""
    snapshot = box(tmp_path, {"compose.yaml": "services:\n  web: {image: x, privileged: true}\n"})
    path = written(moved(snapshot, "web", ("privileged",), Remove(("privileged",))))
    assert path.read_text() == "services:\n  web:\n    privileged: !reset null\n"
    assert (
        "privileged"
        not in effective((str(tmp_path / "compose.yaml"), str(path)))["services"]["web"]
    )


def test_variables_stay_where_they_are(tmp_path: Path) -> None:
    """An env file is no compose file."""
    (item,) = moved(box(tmp_path, {"compose.yaml": WEB}), "web", (), SetVariable("A", "1"))
    assert item.edit == SetVariable("A", "1")


@pytest.mark.parametrize(
    "edit",
    [
        Expand(("volumes",), "v:/v"),
        Remove(("cap_add", "ALL")),
        Unbind(("ports",), "127.0.0.1", 80, 80),
    ],
)
def test_what_an_override_cannot_say_is_refused(tmp_path: Path, edit: Edit) -> None:
    """A form of writing, one item less, or another in its place, is no matter of a file that is
    merged over."""
    base = (
        "services:\n  web: {image: x, volumes: ['v:/v'], cap_add: [ALL], "
        "ports: ['127.0.0.1:80:80']}\n"
    )
    with pytest.raises(NoFixError, match="can only be"):
        moved(box(tmp_path, {"compose.yaml": base}), "web", (), edit)


@pytest.mark.parametrize(
    ("files", "env", "reason"),
    [
        (
            ("stack.yaml",),
            {},
            "is started with -f stack.yaml, so Compose would read no override file",
        ),
        (
            ("compose.yaml", "compose.prod.yaml"),
            {},
            "is started with -f compose.yaml -f compose.prod.yaml",
        ),
        (("compose.yaml",), {"COMPOSE_FILE": "compose.yaml"}, "COMPOSE_FILE names the files"),
        ((), {}, "no file of p is known"),
    ],
)
def test_an_override_that_would_not_be_read_is_refused(
    files: tuple[str, ...], env: dict[str, str], reason: str
) -> None:
    """Where the files are listed, Compose looks for no override file."""
    project = Project(ProjectKey("p", "/w", tuple(f"/w/{name}" for name in files)), env=env)
    with pytest.raises(NoFixError, match=reason):
        override_file(project)


def test_a_listed_override_is_read() -> None:
    """The last of several files is an override by name, or COMPOSE_FILE names one."""
    key = ProjectKey("p", "/w", ("/w/a.yaml", "/w/b.yaml", "/w/local.override.yaml"))
    assert override_file(Project(key, env={"COMPOSE_FILE": "x"})) == "/w/local.override.yaml"
