"""Which driver serves which CUDA, and how requirements of images are read."""

from __future__ import annotations

import pytest

from nebtui.knowledge import cuda
from nebtui.knowledge.cuda import Facts


@pytest.mark.parametrize(
    ("wanted", "driver", "verdict"),
    [
        ("12.4.1", "550.54.15", "ok"),
        ("12.4", "550.54.14", "ok"),
        ("12.4", "535.183.01", "minor"),
        ("12.4", "525.60.13", "minor"),
        ("12.4", "470.256.02", "too-old"),
        ("13.0.1", "550.54.15", "too-old"),
        ("13.0", "580.65.06", "ok"),
        ("11.8.0", "610.43.02", "ok"),
        ("9.2", "610.43.02", "unknown"),
        ("12.7", "560.28.03", "unknown"),
        (None, "550.54.15", "unknown"),
        ("12.4", None, "unknown"),
    ],
)
def test_the_three_verdicts(wanted: str | None, driver: str | None, verdict: str) -> None:
    """Shipped-with and later is ok, the family's floor is minor-version mode, below it is too old;
    never too new."""
    assert cuda.fit(wanted, driver) == verdict


RTX = Facts("12.2", "535.183.01", "geforcertx", "8.9")


@pytest.mark.parametrize(
    ("requirement", "facts", "answer"),
    [
        ("cuda>=12.2", RTX, True),
        ("cuda>=12.4", RTX, False),
        ("cuda>=12.4 brand=geforcertx,driver>=535,driver<536", RTX, True),
        ("cuda>=12.4 brand=geforce,driver>=535,driver<536", RTX, False),
        ("cuda>=12.4 brand=GeForceRTX,driver>=535", RTX, True),
        (
            "cuda>=12.4 brand=tesla,driver>=470,driver<471 brand=geforcertx,driver>=470,driver<471",
            RTX,
            False,
        ),
        ("arch>=9.0", RTX, False),
        ("driver!=535.183.01", RTX, False),
        ("cuda>=12.4", Facts(), None),
        ("cuda>=12.4,driver>=600", Facts(driver="535"), False),
        ("cuda>=12.4 driver>=530", Facts(driver="535"), True),
        ("moon=full", RTX, None),
        ("", RTX, True),
        ("cuda>=12", RTX, True),
    ],
)
def test_requirements(requirement: str, facts: Facts, answer: bool | None) -> None:
    """Words are alternatives, commas join; what is not known stays unknown unless the rest
    decides."""
    assert cuda.met(requirement, facts) is answer


def test_what_an_image_asks() -> None:
    """All NVIDIA_REQUIRE variables count; an old image asks for its own CUDA; the question can be
    switched off."""
    both = {
        "NVIDIA_REQUIRE_CUDA": "cuda>=12",
        "NVIDIA_REQUIRE_DRIVER": "driver>=500",
        "CUDA_VERSION": "12.4.1",
    }
    assert cuda.requirements(both) == ("cuda>=12", "driver>=500")
    assert cuda.requirements({"CUDA_VERSION": "12.4.1"}) == ("cuda>=12.4",)
    assert cuda.requirements({**both, "NVIDIA_DISABLE_REQUIRE": "true"}) == ()
    assert cuda.requirements({}) == ()


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("NVIDIA GeForce RTX 4090", "geforcertx"),
        ("NVIDIA GeForce GTX 1080", "geforce"),
        ("Tesla V100-SXM2-16GB", "tesla"),
        ("NVIDIA H100 80GB HBM3", "nvidia"),
        ("NVIDIA RTX A6000", "nvidiartx"),
        ("Quadro RTX 6000", "quadrortx"),
        ("NVIDIA TITAN RTX", "titanrtx"),
        ("Something", None),
    ],
)
def test_brands(name: str, brand: str | None) -> None:
    """The brand follows from the name."""
    assert cuda.brand_of(name) == brand
