"""The stand-in for NVIDIA's library: compiled once, a scenario per test, unmodified nvidia-ml-py in
a child process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hosts.gpu.standin import Standin, build


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled stand-in."""
    folder = build(tmp_path_factory.mktemp("nvml"))
    if folder is None:
        pytest.skip(
            "no C compiler on this machine: the stand-in for libnvidia-ml.so.1 cannot be built"
        )
    return folder


@pytest.fixture
def standin(library: Path, tmp_path: Path) -> Iterator[Callable[..., Standin]]:
    """Starts nebtui's NVML source on a scenario; ended with the test."""
    started: list[Standin] = []

    def start(text: str, root: str = "/") -> Standin:
        started.append(Standin(library, tmp_path / f"scenario{len(started)}", text, root))
        return started[-1]

    yield start
    for one in started:
        one.close()
