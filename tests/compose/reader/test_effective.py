"""Our own reader: extends, include, env files, the place of each key, and errors as one
sentence."""

from __future__ import annotations

from pathlib import Path

from nebtui.compose import model
from nebtui.compose.discovery.candidate import Candidate
from nebtui.facts.build import Build
from nebtui.facts.declared import Layer
from nebtui.facts.project import Allow
from tests.compose.projects import key_of, reading, services_of, written

PLACES = """\
x-env: &env
  A: "1"
services:
  db:
    image: db
    environment:
      <<: *env
      B: "2"
  web:
    image: web
    depends_on: [db]
    environment:
      - URL=http://db
    volumes:
      - ./d:/d/
    ports:
      - "1:1"
      - "2:2"
    extra_hosts: ["h:1.1.1.1"]
    networks: [n]
networks:
  n:
"""


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    """Keys, pair items, targets and merged keys give the line where they really stand."""
    written(tmp_path, {"compose.yaml": PLACES})
    found = reading(tmp_path)
    web = {path: origin.line for path, origin in found.origins["web"].items()}
    expected = {
        (): 9,
        ("depends_on", "db"): 11,
        ("environment", "URL"): 13,
        ("volumes", "/d"): 15,
        ("ports", "0"): 17,
        ("ports", "1"): 18,
        ("extra_hosts", "h"): 19,
        ("networks", "n"): 20,
    }
    assert {path: web[path] for path in expected} == expected
    assert found.origins["db"]["environment", "A"].line == 2
    assert found.origins["db"]["environment", "B"].line == 8
    assert found.networks["n"].line == 22


def test_what_a_short_form_implies_stands_nowhere(tmp_path: Path) -> None:
    """The condition of a short depends_on has no place of its own."""
    written(tmp_path, {"compose.yaml": PLACES})
    assert ("depends_on", "db", "condition") not in reading(tmp_path).origins["web"]


def test_extends_in_other_files_and_chains(tmp_path: Path) -> None:
    """A chain through two files merges bodies, resolves paths where each stands, and lists the
    layers."""
    folder = written(
        tmp_path,
        {
            "compose.yaml": "services:\n  a:\n    extends: {file: sub/b.yaml, service: b}\n    "
            "user: '1'\n",
            "sub/b.yaml": "services:\n  b:\n    extends: c\n    volumes: ['./b:/b']\n  c: {image: "
            "c, user: '2'}\n",
        },
    )
    a = services_of(folder)["a"]
    assert (a.image, a.user, a.mounts[0].source) == ("c", "1", f"{folder}/sub/b")
    sub = f"{folder}/sub/b.yaml"
    assert reading(folder).layers["a"] == (
        Layer(f"{folder}/compose.yaml", ("services", "a")),
        Layer(sub, ("services", "b")),
        Layer(sub, ("services", "c")),
    )


def test_extending_in_a_circle_is_a_problem(tmp_path: Path) -> None:
    """A circle of extends is named with its line instead of running for ever."""
    written(tmp_path, {"compose.yaml": "services:\n  a:\n    extends: b\n  b:\n    extends: a\n"})
    problem = reading(tmp_path).problem
    assert problem is not None
    assert "circle" in problem.message


def test_include_with_its_own_folder_and_env(tmp_path: Path) -> None:
    """An included project has its own folder and `.env`; the outer one's values win; long form
    overrides merge."""
    folder = written(
        tmp_path,
        {
            "compose.yaml": "include: [sub/one.yaml, {path: [two.yaml, over.yaml], "
            "project_directory: other}]",
            ".env": "OUTER=outer\n",
            "sub/one.yaml": 'services: {one: {image: "i:${V}-${OUTER}", volumes: [./x:/x]}}',
            "sub/.env": "V=5\nOUTER=inner\n",
            "two.yaml": "services: {two: {image: two, build: .}}",
            "over.yaml": "services: {two: {user: '7'}}",
        },
    )
    found = services_of(folder)
    assert found["one"].image == "i:5-outer"
    assert found["one"].mounts[0].source == f"{folder}/sub/x"
    assert (found["two"].user, found["two"].build) == ("7", Build(f"{folder}/other"))


def test_an_include_cycle_ends_with_a_problem(tmp_path: Path) -> None:
    """Files that include each other are a problem, not a recursion."""
    written(
        tmp_path,
        {"compose.yaml": "include: [b.yaml]\nservices: {}", "b.yaml": "include: [compose.yaml]"},
    )
    problem = reading(tmp_path).problem
    assert problem is not None
    assert "cycle" in problem.message


def test_env_files_and_environment(tmp_path: Path) -> None:
    """env_file fills the environment, `environment` wins, bare names take the process's or `.env`'s
    value."""
    folder = written(
        tmp_path,
        {
            "compose.yaml": "services: {a: {image: a, env_file: [e1, {path: e2, required: false}, "
            "e3],"
            " environment: [X=own, FROM_ENV, UNSET]}}",
            "e1": "X=file\nY=1\nZ=${FROM_ENV}\n",
            "e3": "Y=3\n",
            ".env": "FROM_ENV=dot\n",
        },
    )
    assert services_of(folder)["a"].environment == {
        "X": "own",
        "Y": "3",
        "Z": "dot",
        "FROM_ENV": "dot",
        "UNSET": None,
    }
    assert services_of(folder, FROM_ENV="process")["a"].environment["FROM_ENV"] == "process"


def test_several_documents_merge(tmp_path: Path) -> None:
    """Documents of one stream are merged in order."""
    written(
        tmp_path, {"compose.yaml": "services: {a: {image: one}}\n---\nservices: {a: {user: '1'}}\n"}
    )
    a = services_of(tmp_path)["a"]
    assert (a.image, a.user) == ("one", "1")


def test_allow_comments(tmp_path: Path) -> None:
    """Each rule of an allow comment is one Allow with its line."""
    text = (
        "services:\n  # nebtui: allow floating-image, missing-healthcheck\n  a: {image: a} # "
        "nebtui: allow root-image\n"
    )
    path = str(written(tmp_path, {"compose.yaml": text}) / "compose.yaml")
    assert reading(tmp_path).allows == (
        Allow(path, 2, "floating-image"),
        Allow(path, 2, "missing-healthcheck"),
        Allow(path, 3, "root-image"),
    )


def test_bad_files_are_one_sentence_with_a_line(tmp_path: Path) -> None:
    """Bad YAML, twice the same key, wrong shapes and alias bombs are problems, never tracebacks."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)
    )
    texts = {
        "services:\n  a: [": 2,
        "services:\n  a: [\n": 2,
        "services:\n  a: 'x\n\n": 3,
        "a: b\nservices\n": 2,
        "services:\n  a: {image: x}\n  a: {image: y}\n": 3,
        "services: [1]\n": 1,
        "services:\n  a: 5\n": 2,
        "- a\n": 1,
        "services: {a: {image: b, depends_on: [zz]}}\n": 1,
        "services:\n  a: {image: b}\n  b: {image: b, networks: [zz]}\n": 3,
        "include: [gone.yaml]\nservices: {}\n": 0,
    }
    for text, line in {**texts, bomb: None}.items():
        written(tmp_path, {"compose.yaml": text})
        problem = reading(tmp_path).problem
        assert problem is not None, text
        assert "\n" not in problem.message
        assert line is None or problem.line == line, (text, problem)


def test_a_missing_variable_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """An unset required variable leaves its text as it is; the warning says so and the rest is
    read."""
    written(tmp_path, {"compose.yaml": 'services: {a: {image: "${IMG:?set it}", user: "${U:-5}"}}'})
    found = reading(tmp_path)
    assert found.problem is None
    assert found.warning is not None
    assert "IMG" in found.warning.message
    assert services_of(tmp_path)["a"].user == "5"


def test_an_env_file_is_missed_where_its_service_is_wanted(tmp_path: Path) -> None:
    """Compose does not look for those of profiles that nobody asks for."""
    text = "services: {a: {image: a, profiles: [p], env_file: none.env}, b: {image: b}}"
    written(tmp_path, {"compose.yaml": text})
    assert reading(tmp_path).warning is None
    for asked in ("p", "o,p", "*"):
        missed = reading(tmp_path, COMPOSE_PROFILES=asked).warning
        assert missed is not None
        assert "none.env does not exist" in missed.message


def test_who_a_service_runs_as_where_its_user_is_not_set(tmp_path: Path) -> None:
    """An empty id before the colon is root's, whatever the image says; nothing at all is the
    image's own."""
    bodies = ("'${A}:${B}'", "'${A}'", "'${A}:5'")
    services = "".join(f"  s{n}: {{image: a, user: {one}}}\n" for n, one in enumerate(bodies))
    written(tmp_path, {"compose.yaml": f"services:\n{services}"})
    told = {one.service: one.meaning for one in reading(tmp_path).unset}
    assert told["s0"].startswith("runs as root, whoever")
    assert told["s1"].startswith("runs as the image's own user")
    assert told["s2"] == "runs as root with that group"


def test_an_overlay_is_read_instead_of_the_disk(tmp_path: Path) -> None:
    """`read_only` sees edited texts."""
    folder = written(tmp_path, {"compose.yaml": "services: {a: {image: old}}"})
    path = str(folder / "compose.yaml")
    project = model.read_only(
        Candidate(key_of(folder)),
        {},
        lambda asked: "services: {a: {image: new}}" if asked == path else "",
    )
    assert project.services["a"].image == "new"
    assert project.view == "reader"


def test_dependencies_that_other_keys_imply(tmp_path: Path) -> None:
    """Links and shared namespaces imply a dependency that restarts; volumes_from one that does
    not."""
    text = (
        'services: {a: {image: a, links: ["b:x"], ipc: "service:c", volumes_from: [d]}, '
        "b: {image: b}, c: {image: c}, d: {image: d}}"
    )
    written(tmp_path, {"compose.yaml": text})
    assert {name: gate.restart for name, gate in services_of(tmp_path)["a"].depends_on.items()} == {
        "b": True,
        "c": True,
        "d": False,
    }


def test_pwd_is_the_projects_folder(tmp_path: Path) -> None:
    """`$PWD` is where a person would call Compose, not where nebtui runs."""
    written(tmp_path, {"compose.yaml": 'services: {a: {image: a, volumes: ["$PWD/d:/d"]}}'})
    assert services_of(tmp_path, PWD="/elsewhere")["a"].mounts[0].source == f"{tmp_path}/d"
