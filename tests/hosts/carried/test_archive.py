"""nebtui as one file: what is in it, that it is the same each time, and that it serves."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from nebtui import __version__
from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.carried import archive as archives
from nebtui.hosts.carried import libraries
from nebtui.hosts.carried.archive import archive, carried, contents
from nebtui.hosts.carried.errors import CarryError
from nebtui.hosts.carried.libraries import library_files
from nebtui.hosts.carried.modules import imported

MOST = 1_500_000
"""Bytes that it may have: it goes over slow lines."""


@pytest.fixture(scope="module")
def made() -> tuple[CarriedFile, bytes]:
    """The file, made once."""
    return carried()


def test_the_same_bytes_each_time(made: tuple[CarriedFile, bytes]) -> None:
    """No time, no owner, no order of a folder is in it: its digest stands for it."""
    file, data = made
    assert carried() == made
    texts = contents()
    assert archive(dict(reversed(texts.items()))) == data
    assert file.digest == hashlib.sha256(data).hexdigest()
    assert (file.version, file.size) == (__version__, len(data))
    assert file.name == f"nebtui-{__version__}-{file.digest[:12]}.pyz"


def test_what_is_in_it(made: tuple[CarriedFile, bytes]) -> None:
    """What serving needs, its tables and libraries; no screen, no report, nothing compiled and no
    certificates."""
    with zipfile.ZipFile(io.BytesIO(made[1])) as whole:
        names = set(whole.namelist())
    for name in ("nebtui/cli/serve.py", "nebtui/hosts/live.py", "nebtui/knowledge/servers.toml"):
        assert name in names
    for library in ("docker", "requests", "urllib3", "ruamel", "prometheus_client", "pynvml.py"):
        assert any(name.startswith(library) for name in names)
    for absent in ("nebtui/tui/", "nebtui/report/", "nebtui/demo/", "textual", "rich", "compose/"):
        assert not [name for name in names if name.startswith(absent)]
    assert {Path(name).suffix for name in names} <= {".py", ".toml"}
    assert made[0].size < MOST


def test_it_runs_alone(made: tuple[CarriedFile, bytes], tmp_path: Path) -> None:
    """Without anything that is installed beside Python; every part of it finds its modules; what
    it does not do is said."""
    file = tmp_path / "nebtui.pyz"
    file.write_bytes(made[1])
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///no/engine"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-I", "-S", file, *words),
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert run("--version").stdout == f"nebtui {__version__}\n"
    refused = run("check")
    assert refused.returncode == 1
    assert "serves its box to a nebtui elsewhere and does nothing else" in refused.stderr
    # Its standard input ends at once: it greets, and goes.
    greeting = json.loads(run("serve", "-").stdout.split("\n")[0])
    assert greeting["nebtui"] == __version__
    loaded = (
        "import sys; sys.path.insert(0, sys.argv[1]); from importlib import import_module as load; "
        "[load(name) for name in sys.argv[2:]]"
    )
    modules = [name.removesuffix(".py").replace("/", ".") for name in contents()]
    own = [
        name.removesuffix(".__init__")
        for name in modules
        if name.startswith("nebtui.") and name != "nebtui.__main__" and ".toml" not in name
    ]
    done = subprocess.run(
        (sys.executable, "-I", "-S", "-c", loaded, file, *own, "ruamel.yaml", "prometheus_client"),
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""


def test_imports_within_functions_are_found(tmp_path: Path) -> None:
    """And those of what they import; a name of a module is no module, a folder without files
    none."""
    for name, text in (
        ("__init__.py", ""),
        ("__main__.py", "from nebtui.cli import entry\n"),
        ("cli/__init__.py", "def entry():\n    from nebtui.deep import thing\n"),
        ("cli/serve.py", "import json\nimport docker.api\n"),
        ("cli/version.py", ""),
        ("deep/__init__.py", ""),
        ("deep/thing.py", "if 0:\n    import yaml\n"),
        ("deep/other.py", "import never\n"),
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    found = imported(tmp_path)
    assert "nebtui.deep.thing" in found.modules
    assert "nebtui.deep.other" not in found.modules
    assert "nebtui.cli.entry" not in found.modules
    assert found.others == {"json", "docker", "yaml"}


def test_libraries_that_libraries_need() -> None:
    """docker needs requests, which needs urllib3; extras, certificates and compiled parts are left
    out."""
    names = {name for name, _ in library_files(["docker"], packages_distributions())}
    tops = {name.partition("/")[0] for name in names}
    assert {"docker", "requests", "urllib3", "idna"} <= tops
    assert not {"certifi", "paramiko", "websocket", "bin"} & tops
    assert all(name.endswith(".py") for name in names)


class Unlisted:
    """A library of which nobody wrote down the files, as distributions of Linux pack it."""

    requires = None
    files = None


def test_a_library_whose_files_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and no file."""
    monkeypatch.setattr(libraries, "distribution", lambda name: Unlisted())
    with pytest.raises(CarryError, match="no RECORD of it"):
        list(library_files(["docker"], {"docker": ["docker"]}))


def test_own_files_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence too."""

    def broken() -> dict[str, bytes]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(archives, "contents", broken)
    with pytest.raises(CarryError, match="cannot be read here"):
        carried()
