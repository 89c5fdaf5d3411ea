"""The house itself: what ships, who imports whom, and how long a thing may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_installing import found_uv

HOME = Path(__file__).parents[1]
MODULES = sorted((HOME / "nebtui").rglob("*.py"))
TESTS = sorted((HOME / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_LINE = 250, 40, 100


def name_of(path: Path) -> str:
    """A file as people call it."""
    return str(path.relative_to(HOME))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_module_says_what_it_is() -> None:
    """Each module and each test module begins with a docstring."""
    dumb = [
        name_of(p)
        for p in (*MODULES, *TESTS)
        if not (ast.get_docstring(ast.parse(p.read_text())) or "").strip()
    ]
    assert dumb == []


def test_every_test_states_its_promise() -> None:
    """Each test says in a docstring what holds."""
    wrong = [
        f"{name_of(path)}:{function.name}"
        for path in TESTS
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert wrong == []


def test_dataclasses_are_light() -> None:
    """Each comes from `nebtui.light_dataclass`: the standard library's costs 0.5 ms of a start."""
    others = [
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and any(alias.name == "dataclass" for alias in node.names)
    ]
    assert others == ["nebtui/light_dataclass.py"]


def test_files_and_functions_stay_short() -> None:
    """No file and no function of nebtui grows beyond what a person reads in one go."""
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}
    long = {
        f"{name_of(path)}:{function.name}": lines
        for path in MODULES
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_lines_stay_short() -> None:
    """No line is longer than 100 characters, strings and remarks to tools included."""
    long = [
        f"{name_of(path)}:{number}"
        for path in (*MODULES, *TESTS)
        for number, line in enumerate(path.read_text().split("\n"), 1)
        if len(line) > LONGEST_LINE
    ]
    assert long == []


def test_every_fact_is_read() -> None:
    """No field of a fact is collected for nobody: each is read somewhere in nebtui."""
    declared = {
        statement.target.id: f"{name_of(path)}:{node.name}"
        for path in (HOME / "nebtui" / "facts").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    read = {
        node.attr
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert {f: where for f, where in declared.items() if f not in read} == {}


def test_no_class_name_means_two_things() -> None:
    """Each class of nebtui has a name of its own."""
    names = [
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_who_may_import_whom() -> None:
    """The contracts between the rooms hold."""
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        (str(linter), "--no-cache"), cwd=HOME, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


def data_files() -> set[str]:
    """Everything beside Python that the program reads at run time, as it is called in the wheel."""
    data = {
        name_of(p)
        for p in (HOME / "nebtui").rglob("*")
        if p.is_file() and p.suffix not in (".py", ".pyc")
    }
    return data | {f"nebtui/styles/{sheet.name}" for sheet in (HOME / "styles").glob("*.tcss")}


def test_the_wheel_holds_all_that_is_read() -> None:
    """Style sheets, the demo's projects and the tables of knowledge lie where the packaging takes
    them from."""
    target = tomllib.loads((HOME / "pyproject.toml").read_text())["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    assert target["only-include"] == ["nebtui", "styles"]
    assert target["sources"] == {"styles": "nebtui/styles"}
    data = data_files()
    assert {
        "nebtui/styles/app.tcss",
        "nebtui/demo/box.toml",
        "nebtui/knowledge/images/databases.toml",
    } <= data
    assert len([name for name in data if name.startswith("nebtui/demo/projects/")]) >= 5
    assert {p.suffix for p in (HOME / "styles").iterdir()} == {".tcss"}


def test_the_wheel_as_built(tmp_path: Path) -> None:
    """A real wheel holds every module and data file, and no tests."""
    if not (uv := found_uv()):
        pytest.skip("no uv to build with")
    command = (uv, "build", "--wheel", "--offline", "--out-dir", str(tmp_path))
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode and "hatchling" in done.stderr:
        pytest.skip("hatchling is not at hand offline")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = data_files() | {name_of(path) for path in MODULES}
    assert {name for name in wanted if not re.search(r"/\.|__pycache__", name)} - names == set()
    assert {name.partition("/")[0] for name in names if "dist-info" not in name} == {"nebtui"}


def tracked() -> list[Path]:
    """The files that git tracks; none outside a clone."""
    done = subprocess.run(("git", "ls-files", "-z"), cwd=HOME, capture_output=True, check=False)
    return [
        HOME / name for name in done.stdout.decode().split("\0") if name and (HOME / name).is_file()
    ]


def test_no_package_index_is_named() -> None:
    """Nobody is sent to a registry or a mirror: no tracked file names one, and the lock pins
    everything by hash."""
    files = tracked()
    if not files:
        pytest.skip("not a clone")
    hosts = (
        "py" + "pi.org",
        "files.python" + "hosted.org",
        "index" + "-url",
        "find" + "-links",
        "registry.npm" + "js.org",
    )
    naming = re.compile("|".join(map(re.escape, hosts)))
    texts = (path for path in files if path.suffix not in (".png", ".svg"))
    assert [
        name_of(path) for path in texts if naming.search(path.read_text(errors="replace"))
    ] == []
    pinned = re.findall(
        r"^([a-z][\w.-]*)(.*)$", (HOME / "requirements.lock").read_text(), re.MULTILINE
    )
    assert [name for name, rest in pinned if "==" not in rest] == []


def test_secrets_stay_out_of_the_repository() -> None:
    """No key, token or private path of the machine it was written on is tracked."""
    pattern = re.compile("BEGIN [A-Z ]*PRIVATE" + " KEY|gh[pousr]_[A-Za-z0-9]{30}|AKIA[0-9A-Z]{16}")
    texts = (path for path in tracked() if path.suffix not in (".png", ".svg"))
    assert [
        name_of(path) for path in texts if pattern.search(path.read_text(errors="replace"))
    ] == []
