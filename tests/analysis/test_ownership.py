"""Whether a container's ids can use a bind mount, held against the kernel where the tests run as
root."""

from __future__ import annotations

import itertools
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.analysis.ownership import Identity, denied, identity, ids
from nebtui.facts import changes
from nebtui.facts.declared import Mount, Service
from nebtui.facts.observed import Engine, HostPath, Image
from nebtui.facts.process import Process
from tests.builders import ENGINE, at, box, container, project

WHO = Identity(1000, 1001, (1001, 44), False, "")


def folder(mode: int, uid: int = 0, gid: int = 0, *, is_dir: bool = True) -> HostPath:
    """A path with this owner and mode."""
    return HostPath("/data", True, uid, gid, mode, is_dir)


@pytest.mark.parametrize(
    ("path", "reads", "writes"),
    [
        (folder(0o700, 1000), True, True),
        (folder(0o500, 1000), True, False),
        (folder(0o600, 1000), False, False),  # a folder that cannot be entered
        (folder(0o600, 1000, is_dir=False), True, True),
        (folder(0o070, 0, 1001), True, True),
        (folder(0o050, 0, 44), True, False),
        (folder(0o007), True, True),
        (folder(0o005), True, False),
        (folder(0o770), False, False),
        (
            folder(0o077, 1000, 1001),
            False,
            False,
        ),  # the owner's bits speak, though the group's would allow it
        (folder(0o707, 0, 1001), False, False),  # so do the group's before the others'
        (folder(0o300, 1000), False, False),
    ],
)
def test_which_bits_speak(path: HostPath, reads: bool, writes: bool) -> None:
    """The owner's bits, else those of any group, else the others'; a folder also wants its search
    bit."""
    assert (denied(path, WHO, write=False) == "") is reads
    assert (denied(path, WHO, write=True) == "") is writes


def test_the_reason_names_path_owner_and_what_is_denied() -> None:
    """A person reads which path, whose it is, its mode, and whether reading or writing fails."""
    assert denied(folder(0o750, 7, 8), WHO, write=True) == "/data (7:8 mode 0750) cannot be read"
    assert denied(folder(0o755, 7, 8), WHO, write=True) == "/data (7:8 mode 0755) cannot be written"


def test_an_overriding_process_may_do_anything() -> None:
    """Root with CAP_DAC_OVERRIDE is never denied; uid 0 without it is a user like others."""
    assert denied(folder(0o000, 1), replace(WHO, overrides=True), write=True) == ""
    assert denied(folder(0o700, 1), Identity(0, 0, (0,), False, ""), write=False) != ""


def test_folders_above_a_mount_do_not_matter() -> None:
    """The container's path does not lead through them: a mount from below a closed /root can be
    used."""
    inner = replace(folder(0o755), parents=(HostPath("/root", True, 0, 0, 0o700, True),))
    assert denied(inner, WHO, write=False) == ""


def allowed_by_kernel(path: str, uid: int, gid: int, groups: list[int], write: bool) -> bool:
    """What the kernel says to a process with these ids (in a child, which then ends)."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups)
            os.setgid(gid)
            os.setuid(uid)
            want = os.R_OK | (os.W_OK if write else 0) | (os.X_OK if os.path.isdir(path) else 0)
            os._exit(0 if os.access(path, want) else 1)
        except BaseException:
            os._exit(2)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 1)
    return status == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="changing ids needs root")
def test_the_arithmetic_is_the_kernels(tmp_path: Path) -> None:
    """For many owners, modes and ids the verdict is what access(2) says in a process with these
    ids."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    wrong = []
    people = [(1000, 1001, [44]), (1000, 1001, []), (2000, 44, [1001]), (3000, 3000, [])]
    for number, (mode, owner, group) in enumerate(
        itertools.product(
            (0o700, 0o750, 0o705, 0o050, 0o640, 0o604, 0o555, 0o777, 0o000), (1000, 5), (1001, 44)
        )
    ):
        for is_dir in (True, False):
            path = tmp_path / f"{number}{is_dir}"
            path.mkdir() if is_dir else path.touch()
            os.chown(path, owner, group)
            path.chmod(mode)
            told = os.stat(path)
            fact = HostPath(
                str(path), True, told.st_uid, told.st_gid, stat.S_IMODE(told.st_mode), is_dir
            )
            for (uid, gid, more), write in itertools.product(people, (False, True)):
                ours = denied(fact, Identity(uid, gid, (gid, *more), False, ""), write=write) == ""
                if ours is not allowed_by_kernel(str(path), uid, gid, more, write):
                    wrong.append((oct(mode), owner, group, is_dir, uid, gid, more, write))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1000", (1000, 0)),
        ("1000:1001", (1000, 1001)),
        (" 0:0 ", (0, 0)),
        ("node", None),
        ("1000:node", None),
        ("${UID}", None),
        (":", None),
        ("", None),
        ("-1", None),
    ],
)
def test_user_texts(text: str, found: tuple[int, int] | None) -> None:
    """Numbers are ids, a bare uid has group 0; names and unknown variables are not known."""
    assert ids(text) == found


def who(
    service: Service, *facts: changes.Change, engine: Engine | None = ENGINE
) -> tuple[int, int, bool] | None:
    """Uid, gid and override of a service in a box."""
    found = identity(
        box(project("a", service), container("a/app"), *facts, engine=engine), at("a/app"), service
    )
    return (found.uid, found.gid, found.overrides) if found else None


def runs(uid: int, gid: int, *, overrides: bool = False) -> changes.ProcessesSeen:
    """The running process of a/app."""
    return changes.ProcessesSeen((Process("a-app-1", 7, uid, gid, (), overrides),))


def test_who_a_service_is() -> None:
    """The file's literal ids, else the running process, else the image's user, else nobody
    knows."""
    image = changes.ImageSeen(Image("i", ("app:latest",), user="10:20"))
    named = changes.ImageSeen(Image("i", ("app:latest",), user="node"))
    assert who(Service("app", user="1000:1001"), runs(0, 0, overrides=True)) == (1000, 1001, False)
    assert who(Service("app"), runs(7, 8)) == (7, 8, False)
    assert who(Service("app", user="root"), runs(0, 0, overrides=True)) == (0, 0, True)
    assert who(Service("app", image="app"), image) == (10, 20, False)
    assert who(Service("app", image="app"), changes.ImageSeen(Image("i", ("app:latest",)))) == (
        0,
        0,
        True,
    )
    assert who(Service("app", image="app"), named) is None
    assert who(Service("app", image="app", user="node"), image) is None
    assert who(Service("app", image="app"), image, engine=None) is None


def test_a_bare_uid_has_the_group_of_its_running_process() -> None:
    """The group of `user: "1000"` stands in the image's passwd file: the running process knows
    better than 0."""
    assert who(Service("app", user="1000"), runs(1000, 1000)) == (1000, 1000, False)
    assert who(Service("app", user="1000"), runs(5, 5)) == (1000, 0, False)


def test_group_add_counts() -> None:
    """Numeric groups are the service's; a group's name has its number in the image only, so nobody
    knows."""
    service = Service("app", user="1000:1000", group_add=("44",))
    found = identity(box(project("a", service)), at("a/app"), service)
    assert found is not None
    assert denied(folder(0o750, 0, 44), found, write=False) == ""
    assert who(replace(service, group_add=("docker",))) is None


def found_for(
    service: Service, path: HostPath, engine: Engine | None = ENGINE
) -> list[tuple[str, str | None]]:
    """Applicability and fix of the foreign-user findings of a service with this path."""
    snapshot = box(project("a", service), changes.PathsSeen((path,)), engine=engine)
    return [(f.applicability, f.fix) for f in rules.find(snapshot) if f.rule == "foreign-user"]


def test_what_is_not_judged() -> None:
    """Paths with an ACL or absent ones, rootless engines, remapped users and remote machines are
    left alone."""
    service = Service("app", user="1000:1000", mounts=(Mount("bind", "/data", "/data"),))
    closed = folder(0o700, 7, 8)
    assert len(found_for(service, closed)) == 1
    assert found_for(service, replace(closed, has_acl=True)) == []
    assert found_for(service, replace(closed, exists=False)) == []
    for engine in (
        replace(ENGINE, rootless=True),
        replace(ENGINE, userns=True),
        replace(ENGINE, local=False),
    ):
        assert found_for(service, closed, engine) == []


def test_a_root_owned_path_with_a_group_is_no_reason_for_chown() -> None:
    """Nobody should be told to chown the engine's socket: the remedy is its group."""
    service = Service(
        "app", user="1000:1000", mounts=(Mount("bind", "/data", "/data", read_only=True),)
    )
    ((applicability, fix),) = found_for(service, folder(0o660, 0, 999, is_dir=False))
    assert applicability == "display"
    assert fix is not None
    assert "group_add: [999]" in fix
