"""Which files make which project: folders, labels, and both joined."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from nebtui.compose.discovery.candidate import Candidate
from nebtui.compose.discovery.labelled import from_containers
from nebtui.compose.discovery.labels import confirm, join
from nebtui.compose.discovery.search import search
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container
from tests.compose.projects import written

SERVICES = "services: {a: {image: a}}\n"


def names(candidates: list[Candidate]) -> list[tuple[str, tuple[str, ...], bool]]:
    """Name, file names and variant of each candidate."""
    return [
        (c.key.name, tuple(os.path.basename(f) for f in c.key.files), c.variant) for c in candidates
    ]


def test_standard_names_with_their_override_come_first(tmp_path: Path) -> None:
    """compose.yaml wins and takes the override; nameless others beside it are variants; other YAML
    is nothing."""
    folder = written(
        tmp_path / "My.Box",
        {
            "compose.yaml": SERVICES,
            "docker-compose.yml": SERVICES,
            "compose.override.yaml": SERVICES,
            "a-gpu.yml": SERVICES,
            "named.yaml": "name: other\n" + SERVICES,
            "values.yaml": "a: 1",
        },
    )
    assert names(search([str(folder)])) == [
        ("mybox", ("compose.yaml", "compose.override.yaml"), False),
        ("mybox", ("a-gpu.yml",), True),
        ("mybox", ("docker-compose.yml",), True),
        ("other", ("named.yaml",), False),
    ]


def test_files_of_equal_name_are_variants_of_each_other(tmp_path: Path) -> None:
    """Two files with one name, or both without, are variants; a single nameless one is a
    project."""
    written(tmp_path, {"one/a.yml": SERVICES, "two/a.yml": SERVICES, "two/b.yml": SERVICES})
    written(
        tmp_path, {"three/a.yml": "name: x\n" + SERVICES, "three/b.yml": "name: x\n" + SERVICES}
    )
    found = {
        (Path(c.key.working_dir).name, Path(c.key.files[0]).name): c.variant
        for c in search([str(tmp_path)])
    }
    assert found == {
        ("one", "a.yml"): False,
        ("two", "a.yml"): True,
        ("two", "b.yml"): True,
        ("three", "a.yml"): True,
        ("three", "b.yml"): True,
    }


def test_the_env_file_of_the_folder_decides(tmp_path: Path) -> None:
    """COMPOSE_FILE and COMPOSE_PROJECT_NAME of `.env` are honoured as Compose does."""
    written(
        tmp_path,
        {
            ".env": "COMPOSE_FILE=base.yaml:sub/prod.yaml\nCOMPOSE_PROJECT_NAME=chosen\n",
            "base.yaml": "name: ignored\n" + SERVICES,
            "sub/prod.yaml": SERVICES,
        },
    )
    first = search([str(tmp_path)])[0]
    assert first.key.name == "chosen"
    assert first.key.files == (f"{tmp_path}/base.yaml", f"{tmp_path}/sub/prod.yaml")


def test_an_env_file_may_name_files_of_other_folders(tmp_path: Path) -> None:
    """A folder without YAML of its own is a project where its `.env` names the files."""
    written(
        tmp_path, {".env": "COMPOSE_FILE=node_modules/x.yaml\n", "node_modules/x.yaml": SERVICES}
    )
    assert [c.key.files for c in search([str(tmp_path)])] == [(f"{tmp_path}/node_modules/x.yaml",)]


def test_broken_standard_files_are_found_with_their_problem(tmp_path: Path) -> None:
    """A folder, broken YAML or an unreadable file under a standard name is a candidate that says
    why."""
    (tmp_path / "dir" / "compose.yaml").mkdir(parents=True)
    written(tmp_path, {"yaml/compose.yml": "services:\n  a: [\n", "empty/compose.yaml": ""})
    os.mkfifo(tmp_path / "compose.yaml")
    found = {Path(c.key.working_dir).name: c.problem for c in search([str(tmp_path)])}
    assert set(found) == {"dir", "yaml", "empty", tmp_path.name}
    assert all(problem is not None for problem in found.values())
    assert found["yaml"] is not None
    assert found["yaml"].line == 2


def test_links_out_and_dependency_folders_are_not_followed(tmp_path: Path) -> None:
    """Nothing outside the root is found through links, nothing in dependency folders, nothing too
    deep."""
    root = tmp_path / "root"
    written(
        root,
        {
            "node_modules/x/compose.yaml": SERVICES,
            ".git/compose.yaml": SERVICES,
            "ok/compose.yaml": SERVICES,
        },
    )
    written(root, {"1/2/3/4/compose.yaml": SERVICES, "1/2/3/4/5/compose.yaml": SERVICES})
    written(tmp_path / "outside", {"compose.yaml": SERVICES})
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "linked").mkdir()
    (root / "linked" / "compose.yaml").symlink_to(tmp_path / "outside" / "compose.yaml")
    assert {Path(c.key.working_dir).name for c in search([str(root)])} == {"ok", "4"}


def test_a_single_file_is_a_root(tmp_path: Path) -> None:
    """A file given by name is a project; one that is none or absent says so."""
    written(tmp_path, {"x.yml": SERVICES, "y.yml": "a: 1"})
    found = search([str(tmp_path / "x.yml"), str(tmp_path / "y.yml"), str(tmp_path / "none.yml")])
    assert found[0].problem is None
    assert [c.problem is not None for c in found] == [False, True, True]


def container(folder: Path, *files: str, created: float = 1.0, name: str = "p") -> Container:
    """A container whose labels name a project."""
    return Container(
        "id",
        "c",
        project=name,
        service="a",
        working_dir=str(folder),
        created=created,
        config_files=tuple(files),
    )


def test_the_newest_container_says_which_files(tmp_path: Path) -> None:
    """Of one (name, folder) the newest container's files count; unlabelled containers count
    nothing."""
    old, new = container(tmp_path, "/old"), container(tmp_path, "/new", created=2.0)
    found = from_containers([new, old, Container("x", "y")])
    assert [c.key.files for c in found] == [("/new",)]
    assert not found[0].confirmed


def test_labels_are_believed_only_with_proof(tmp_path: Path) -> None:
    """Files that are absent, no compose file, outside the folder or linked out of it are not
    believed."""
    folder = written(
        tmp_path / "p", {"compose.yaml": SERVICES, "sub/x.yaml": SERVICES, "passwd": "root:x:0:0\n"}
    )
    written(tmp_path, {"outside.yaml": SERVICES})
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    verdicts = {
        name: confirm(from_containers([container(folder, str(path))])[0]).confirmed
        for name, path in {
            "own": folder / "compose.yaml",
            "below": folder / "sub" / "x.yaml",
            "absent": folder / "gone.yaml",
            "other": folder / "passwd",
            "outside": tmp_path / "outside.yaml",
            "link": folder / "link.yaml",
            "relative": Path("compose.yaml"),
        }.items()
    }
    assert {name for name, good in verdicts.items() if good} == {"own", "below"}
    assert confirm(from_containers([container(folder)])[0]).problem is not None


def test_one_project_of_labels_and_search(tmp_path: Path) -> None:
    """The same name and folder are one project with both sources and the label's files; variants
    stay."""
    folder = written(
        tmp_path / "p", {"compose.yaml": SERVICES, "prod.yaml": SERVICES, "dev.yaml": SERVICES}
    )
    labelled = confirm(from_containers([container(folder, f"{folder}/prod.yaml")])[0])
    found = join([labelled], search([str(folder)]))
    assert names(found) == [("p", ("prod.yaml",), False), ("p", ("dev.yaml",), True)]
    assert found[0].sources == {"label", "search"}


def test_joining_is_idempotent(tmp_path: Path) -> None:
    """Joining a joined list changes nothing, in any order of the lists."""
    folder = written(tmp_path / "p", {"compose.yaml": SERVICES, "dev.yaml": SERVICES})
    labelled = [
        replace(c, confirmed=True)
        for c in from_containers([container(folder, f"{folder}/compose.yaml")])
    ]
    searched = search([str(folder)])
    once = join(labelled, searched)
    assert join(once) == once == join(searched, labelled)


@pytest.mark.parametrize("now", [("compose.yaml", "compose.override.yaml"), ("compose.yaml",)])
def test_an_override_that_came_or_went_since_the_start_counts(now: tuple[str, ...]) -> None:
    """Containers remember the files they were started with; the folder says what the next `up`
    reads."""
    both = ("compose.yaml", "compose.override.yaml")
    then = both if now == ("compose.yaml",) else ("compose.yaml",)
    keys = [ProjectKey("w", "/w", tuple(f"/w/{name}" for name in names)) for names in (then, now)]
    labelled = Candidate(keys[0], frozenset({"label"}), confirmed=len(then) == 1)
    joined = join([labelled], [Candidate(keys[1], frozenset({"search"}))])
    assert [(c.key, c.confirmed, sorted(c.sources)) for c in joined] == [
        (keys[1], True, ["label", "search"])
    ]


def test_a_clone_of_nebtui_holds_no_project() -> None:
    """The files of the demo box are not found from above, so the first start in a clone opens the
    demo box."""
    package = Path(str(files("nebtui")))
    assert search([str(package.parent)]) == []
    assert search([str(package / "demo" / "projects")]) != []
