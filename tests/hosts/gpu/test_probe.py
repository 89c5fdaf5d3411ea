"""The start-up check itself: its exit codes with a stand-in libcuda of two functions, and with an
nvidia-smi."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nebtui.rules.gpu_gate import ABSENT_DEVICE, NO_DEVICE, PYTHON, SHELL

LIBCUDA = """\
#include <stdlib.h>
static int number(const char *name) {
  const char *text = getenv(name);
  return text ? atoi(text) : 0;
}
int cuInit(unsigned flags) { (void)flags; return number("CU_INIT"); }
int cuDeviceGetCount(int *count) {
  const char *visible = getenv("CUDA_VISIBLE_DEVICES");
  *count = visible && visible[0] == '-' ? 0 : number("CU_COUNT");
  return 0;
}
"""


@pytest.fixture(scope="module")
def libcuda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled stand-in."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler on this machine")
    folder = tmp_path_factory.mktemp("cuda")
    (folder / "cuda.c").write_text(LIBCUDA)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", folder / "libcuda.so.1", folder / "cuda.c"], check=True
    )
    return folder


def probe(code: str, **environ: str) -> tuple[int, str]:
    """Exit code and output of a python3 probe."""
    own = {"PATH": os.environ["PATH"], **environ}
    done = subprocess.run(
        [sys.executable, "-c", code], env=own, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_codes(libcuda: Path) -> None:
    """0 with a device, 41 without the library, 42 with CUDA's error, 43 without a device; each says
    why."""
    path = {"LD_LIBRARY_PATH": str(libcuda)}
    assert probe(PYTHON, CU_COUNT="2", **path)[0] == 0
    if shutil.which("nvidia-smi") is None:
        code, told = probe(PYTHON)
        assert (code, "not injected" in told) == (41, True)
    code, told = probe(PYTHON, CU_INIT="804", CU_COUNT="2", **path)
    assert (code, "CUDA error 804" in told) == (42, True)
    assert probe(PYTHON, CU_COUNT="0", **path)[0] == 43


def test_the_control_fails_where_the_probe_passes(libcuda: Path) -> None:
    """The negative control hides the devices: a probe that passed all the same would say
    nothing."""
    assert probe(NO_DEVICE + PYTHON, CU_COUNT="2", LD_LIBRARY_PATH=str(libcuda))[0] == 43


@pytest.mark.parametrize(
    ("says", "argument", "code"),
    [
        ("echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'", "", 0),
        ("echo 'No devices found.'", "", 41),
        ("echo 'Failed to initialize NVML: Unknown Error'; exit 255", "", 41),
        ("case $* in *99*) echo 'No devices were found';; *) echo GPU 0;; esac", ABSENT_DEVICE, 41),
        (None, "", 41),
    ],
)
def test_nvidia_smi(tmp_path: Path, says: str | None, argument: str, code: int) -> None:
    """Without python3 nvidia-smi's list decides; one that fails, or is not there, is 41."""
    if says is not None:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", SHELL.format(argument)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
