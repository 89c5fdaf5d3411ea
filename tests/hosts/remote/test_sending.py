"""What a shell on the far side does with a file that is sent, and with one that was: run here, in a
folder that stands for the home there, by a program that stands for ssh."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.remote.absence import Absence, absence
from nebtui.hosts.remote.far_shell import PYTHONS, receiving, running
from nebtui.hosts.remote.over_ssh import FarNebtui, nebtui_there
from nebtui.hosts.remote.sending import send

URL = "ssh://gpu1"
DATA = b'import sys\nprint("nebtui 9.8.7" if sys.flags.isolated else "no")\n'
FILE = CarriedFile("9.8.7", hashlib.sha256(DATA).hexdigest(), len(DATA))


class FarHome:
    """The home there, the programs there, and the environment in which `ssh` gets there."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "a home's"
        self.programs = folder / "programs"
        for made in (self.home, self.programs, folder / "near"):
            made.mkdir()
        for name in ("sh", "mkdir", "chmod", "mktemp", "rm", "dd", "mv", "sha256sum"):
            (self.programs / name).symlink_to(shutil.which(name) or name)
        self.program("python3", f'exec /usr/bin/env -i {shutil.which("python3")} "$@"')
        ssh = folder / "near/ssh"
        # The last word is what the shell there gets.
        ssh.write_text(
            "#!/bin/sh\nfor last; do :; done\n"
            f'HOME="{self.home}" PATH="{self.programs}" exec /bin/sh -c "$last"\n'
        )
        ssh.chmod(0o755)
        self.environ = {**os.environ, "PATH": f"{folder / 'near'}:{os.environ['PATH']}"}
        self.folder = self.home / ".cache/nebtui"

    def program(self, name: str, line: str) -> None:
        """Put a program there."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def send(self, data: bytes = DATA) -> str:
        """Send a file there."""
        return send(URL, self.environ, FILE, data)

    def answer(self, sent: CarriedFile | None = FILE) -> FarNebtui:
        """Which nebtui answers there."""
        return nebtui_there(URL, self.environ, sent)


@pytest.fixture
def far(tmp_path: Path) -> FarHome:
    """A home with a Python and without a nebtui; its path has a blank and a quote."""
    return FarHome(tmp_path)


def test_what_is_sent_is_kept_and_runs(far: FarHome) -> None:
    """For that user alone, by a Python that nothing of the surroundings reaches; sent again, it is
    the same file."""
    assert far.answer().absence == Absence("none is installed there", sendable=True)
    for _ in range(2):
        assert far.send() == ""
        (file,) = far.folder.iterdir()
        assert file.name == FILE.name
        assert file.read_bytes() == DATA
        assert file.stat().st_mode & 0o777 == 0o600
        assert far.folder.stat().st_mode & 0o777 == 0o700
    assert far.answer() == FarNebtui("9.8.7")
    assert far.answer(None).version == ""  # nobody knows of it


def test_a_file_that_is_cut_off_is_not_kept(far: FarHome) -> None:
    """Nor one of which a byte differs; what was there before stays."""
    for data in (DATA[:-1], DATA + b"\n", b""):
        assert "did not keep the file" in far.send(data)
        assert list(far.folder.iterdir()) == []
    assert far.send() == ""
    assert far.send(DATA[:-1]) != ""
    assert [file.read_bytes() for file in far.folder.iterdir()] == [DATA]


def test_a_file_that_was_changed_is_not_run(far: FarHome) -> None:
    """It could be anything by now."""
    assert far.send() == ""
    (far.folder / FILE.name).write_bytes(DATA + b"# more\n")
    told = far.answer()
    assert told.version == ""
    assert told.absence is not None
    assert told.absence.sendable
    assert "has changed since, and is not run" in told.absence.why


def test_a_file_that_is_gone_leaves_what_is_installed(far: FarHome) -> None:
    """The nebtui there answers then; while it is there, the file is before it."""
    far.program("nebtui", "echo nebtui 1.2.3")
    assert far.answer() == FarNebtui("1.2.3")
    assert far.send() == ""
    assert far.answer() == FarNebtui("9.8.7")
    (far.folder / FILE.name).unlink()
    assert far.answer() == FarNebtui("1.2.3")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("echo 3.9; exit 1", "its Python is 3.9: a nebtui needs 3.11"),
        ("exit 127", "it has no Python: a nebtui needs 3.11"),
        ("echo 'Python of $HOME'; exit 1", ""),
    ],
)
def test_a_python_that_cannot_run_it(far: FarHome, line: str, why: str) -> None:
    """Told, and nothing is offered; words of it that are no version are nobody's."""
    far.program("python3", line)
    told = far.answer(None)
    assert told.version == ""
    assert not told.absence or not told.absence.sendable
    assert why in (told.absence.why if told.absence else "")


def test_another_python_beside_an_old_one(far: FarHome) -> None:
    """The first that is new enough."""
    far.program("python3", "echo 3.6; exit 1")
    far.program("python3.12", f'exec /usr/bin/env -i {shutil.which("python3")} "$@"')
    assert far.send() == ""
    assert far.answer() == FarNebtui("9.8.7")


def test_a_home_that_cannot_be_written(far: FarHome) -> None:
    """In the words of the program there; nothing is left."""
    far.program("mkdir", "echo 'mkdir: Read-only file system' >&2; exit 1")
    assert "gpu1 did not keep the file (mkdir: Read-only file system)" in far.send()
    assert not far.folder.exists()


def test_ssh_that_does_not_get_there(tmp_path: Path) -> None:
    """As everywhere; and where there is none."""
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho 'Connection refused' >&2\nexit 255\n")
    ssh.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert "cannot be reached by ssh (Connection refused)" in send(URL, environ, FILE, DATA)
    ssh.unlink()
    assert "cannot be started" in send(URL, {"PATH": str(tmp_path)}, FILE, DATA)


def test_what_stands_in_a_shell_of_anyone() -> None:
    """One line without single quotes, whatever shell holds it in such."""
    for text in (running("serve - --speeds", FILE), running("serve -", None), receiving(FILE)):
        assert "'" not in text
        assert "\n" not in text
    assert PYTHONS[0] == "python3"


@given(st.binary(max_size=60))
def test_any_line_is_an_absence_or_none(line: bytes) -> None:
    """What the far side says is hostile text: nothing of it is shown but a version."""
    told = absence(line)
    assert told is None or line.startswith(b"nebtui=")
    assert absence(b"nebtui=none python=3.12\n") == Absence("none is installed there", True)
    assert absence(b"nebtui=none python=3.12; x\n") is None
    assert absence(b"nebtui=none\n") == Absence("none is installed there")


def test_names_hold_version_and_digest() -> None:
    """Another nebtui is another file beside it."""
    assert replace(FILE, version="9.9").name != FILE.name
    assert replace(FILE, digest="0" * 64).name != FILE.name
