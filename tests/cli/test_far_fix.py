"""`fix` and `undo` with `--host`: on the disk of the machine behind ssh, which is here another
folder, where a nebtui of its own serves its files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.sandbox import CliSandbox

STACK = """\
version: "3"
services:
  web:  # the front
    image: nginx:1.27
    environment: {PASSWORD: hunter2-Zm9vYmFy}
"""
RULE = ("--rule", "obsolete-version")
FAR = ("--host", "ssh://gpu1")


@pytest.fixture
def near(tmp_path: Path) -> CliSandbox:
    """Where commands are given, with an ssh that leads to `far`."""
    (tmp_path / "near").mkdir()
    return CliSandbox(tmp_path / "near")


@pytest.fixture
def far(tmp_path: Path) -> CliSandbox:
    """The machine of the files."""
    (tmp_path / "far").mkdir()
    sandbox = CliSandbox(tmp_path / "far")
    sandbox.write({"compose.yaml": STACK})
    return sandbox


@pytest.fixture
def ssh(near: CliSandbox, far: CliSandbox) -> Path:
    """The program: it takes what would be run there apart, and runs that nebtui in its folder with
    these options."""
    folder = near.root / "bin"
    folder.mkdir()
    program = folder / "ssh"
    own = "".join(f"export {name}='{value}'\n" for name, value in far.environ.items())
    program.write_text(
        f"#!/bin/sh\n{own}cd {far.work}\n"
        'case "$*" in *--read-only*) only=--read-only;; esac\n'
        f"exec {sys.executable} -m nebtui serve - --no-engine $only\n"
    )
    program.chmod(0o755)
    near.environ["PATH"] = f"{folder}:{near.environ['PATH']}"
    return program


def only(sandbox: CliSandbox) -> bytes:
    """The compose file of a machine."""
    return (sandbox.work / "compose.yaml").read_bytes()


@pytest.mark.usefixtures("ssh")
def test_written_there_listed_and_undone_from_here(near: CliSandbox, far: CliSandbox) -> None:
    """The same bytes as that machine's own command line writes; nothing is kept here."""
    shown = near.run("fix", *RULE, *FAR)
    assert (shown.status, shown.err) == (1, "")
    assert f"--- a{far.work}/compose.yaml\n" in shown.out
    assert '-version: "3"\n' in shown.out
    assert "hunter2" not in shown.out
    assert only(far) == STACK.encode()
    written = near.run("fix", *RULE, *FAR, "--write", "--format", "json")
    assert written.status == 0, written
    assert written.json["fixed"] == [{"rule": "obsolete-version", "service": "work"}]
    assert "entry 1 on gpu1; `nebtui undo --host ssh://gpu1` undoes it" in written.err
    mended = only(far)
    assert mended == STACK.partition("\n")[2].encode()
    (entry,) = near.run("undo", "--list", *FAR, "--format", "json").json["entries"]
    assert entry == far.run("undo", "--list", "--format", "json").json["entries"][0]
    assert str(far.work / "compose.yaml") in near.run("undo", "--list", *FAR).out
    assert near.run("undo", "--list").out == "nothing to undo\n"
    undone = near.run("undo", *FAR)
    assert (undone.status, undone.out.startswith("undone: ")) == (0, True)
    assert only(far) == STACK.encode()
    assert near.run("undo", *FAR).out == "nothing left to undo\n"
    assert far.run("fix", "--no-engine", *RULE, "--write").status == 0
    assert only(far) == mended
    assert near.run("undo", *FAR).status == 0
    assert only(far) == STACK.encode()
    assert near.run("fix", *RULE, *FAR, "--write").status == 0
    assert far.run("undo").status == 0
    assert only(far) == STACK.encode()
    assert not list((near.root / "state").rglob("*.json"))


@pytest.mark.usefixtures("ssh")
def test_read_only_from_here(near: CliSandbox, far: CliSandbox) -> None:
    """The diff is shown; nothing that changes is even asked for."""
    assert '-version: "3"' in near.run("fix", *RULE, *FAR, "--read-only").out
    for words in (("fix", *RULE, "--write"), ("undo",)):
        refused = near.run(*words, *FAR, "--read-only")
        assert (refused.status, "--read-only" in refused.err) == (2, True)
    assert only(far) == STACK.encode()


def test_read_only_there(near: CliSandbox, far: CliSandbox, ssh: Path) -> None:
    """It says so, and writes nothing."""
    ssh.write_text(ssh.read_text().replace("$only", "--read-only"))
    refused = near.run("fix", *RULE, *FAR, "--write")
    assert refused.status == 2
    assert "This box is served with --read-only" in refused.err
    assert near.run("undo", "--list", *FAR).out == "nothing to undo\n"
    assert only(far) == STACK.encode()


def test_a_machine_that_does_not_answer(near: CliSandbox, ssh: Path) -> None:
    """Why is told, exit 2."""
    ssh.write_text("#!/bin/sh\necho 'gpu1: Name or service not known' >&2; exit 255\n")
    for words in (("fix",), ("undo",), ("undo", "--list")):
        told = near.run(*words, *FAR)
        assert (told.status, told.out) == (2, "")
        assert "gpu1" in told.err


@pytest.mark.usefixtures("ssh")
def test_nothing_of_it(near: CliSandbox, far: CliSandbox) -> None:
    """Exit codes and words as on the machine itself."""
    (far.work / "compose.yaml").write_text("services: {}\n")
    told = near.run("fix", *FAR)
    assert (told.status, told.out) == (0, "nothing to fix\n")
    told = near.run("undo", "99", *FAR)
    assert (told.status, "was never written" in told.err) == (2, True)


def test_a_far_side_that_dies_between_two_files(
    near: CliSandbox, far: CliSandbox, ssh: Path
) -> None:
    """It is unknown what was written until another one there has settled it: all or nothing."""
    far.write({"other/compose.yaml": STACK})
    before = far.everything()
    died = far.root / "died"
    ssh.write_text(
        ssh.read_text()
        .replace("-m nebtui", "-m tests.cli.midway")
        .replace("exec", f"export MIDWAY={died}\nexec")
    )
    told = near.run("fix", *RULE, *FAR, "--write")
    assert died.exists()
    assert (told.status, "it is unknown whether “2 fixes” was written" in told.err) == (2, True)
    assert told.lines[-1] == "nebtui: 2 fixes: nothing was written"
    assert far.everything() == before
    assert near.run("fix", *RULE, *FAR, "--write").status == 0
    assert far.everything() != before
    assert near.run("undo", *FAR).status == 0
    assert far.everything() == before
