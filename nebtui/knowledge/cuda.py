"""Which driver serves which CUDA, and what `NVIDIA_REQUIRE_*` of an image asks for. A driver is
never too new."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped

Fit = Literal["ok", "minor", "too-old", "unknown"]
"""ok: the driver is at least the one this CUDA shipped with; minor: same major release, so it runs,
without what is compiled on the machine (PTX) and the newest features; too-old: it needs NVIDIA's
cuda-compat package."""
Version = tuple[int, ...]

_COMPARISON = re.compile(r"(cuda|driver|brand|arch)(>=|<=|!=|>|<|=)(.+)", re.ASCII)
_NUMBERS = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_BRANDS = (
    "quadrortx",
    "geforcertx",
    "geforce",
    "titanrtx",
    "titan",
    "quadro",
    "tesla",
    "grid",
    "nvs",
)
"""Longer words first."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a requirement is held against; None = not known."""

    cuda: str | None = None
    """The newest CUDA the driver serves."""
    driver: str | None = None
    brand: str | None = None
    arch: str | None = None
    """CUDA compute capability."""


@cache
def _table() -> tuple[Mapping[str, str], Mapping[str, str]]:
    data = tomllib.loads(shipped("nebtui.knowledge", "cuda.toml"))
    return data["floors"], data["shipped"]


def version(text: str | None) -> Version | None:
    """The numbers of a version; None where it has none."""
    match = _NUMBERS.match(text or "")
    return tuple(int(part) for part in match[0].split(".")) if match else None


def order(one: Version, other: Version) -> int:
    """-1, 0 or 1, missing parts counting as 0."""
    length = max(len(one), len(other))
    left, right = (parts + (0,) * (length - len(parts)) for parts in (one, other))
    return (left > right) - (left < right)


def fit(cuda: str | None, driver: str | None) -> Fit:
    """Whether a driver serves a CUDA release."""
    wanted, has = version(cuda), version(driver)
    if wanted is None or has is None or len(wanted) < 2:
        return "unknown"
    floors, shipped = _table()
    needed = version(shipped.get(f"{wanted[0]}.{wanted[1]}"))
    floor = version(floors.get(str(wanted[0])))
    if needed and order(has, needed) >= 0:
        return "ok"
    if floor and order(has, floor) < 0:
        return "too-old"
    # A release that is not in the table cannot be told apart from "ok"; the floor is the same for
    # its whole family.
    return "minor" if needed and floor else "unknown"


def floor(cuda: str | None) -> str:
    """The oldest driver that serves this CUDA's major release, "" where it is not known."""
    wanted = version(cuda)
    return _table()[0].get(str(wanted[0]), "") if wanted else ""


def shipped_with(cuda: str | None) -> str:
    """The driver this CUDA shipped with, "" where it is not known."""
    wanted = version(cuda)
    return _table()[1].get(".".join(map(str, wanted[:2])), "") if wanted else ""


def brand_of(name: str) -> str | None:
    """The brand word of a device, as NVIDIA's tools derive it from the name; None for one that
    carries none."""
    words = name.lower().replace("nvidia", "").replace(" ", "")
    for brand in _BRANDS:
        if words.startswith(brand):
            return brand
    if words.startswith("rtx"):
        return "nvidiartx"
    # Data-centre cards after Tesla was dropped as a name (A100, H100, L40S) report the brand
    # NVIDIA.
    return "nvidia" if re.match(r"[a-z]{1,2}\d", words) else None


def requirements(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What an image asks of the driver: the values of NVIDIA_REQUIRE_*, all of which must be met.
    An image of the old kind (CUDA_VERSION alone) asks for its own CUDA; NVIDIA_DISABLE_REQUIRE
    switches the question off."""
    if environment.get("NVIDIA_DISABLE_REQUIRE", "").lower() in ("1", "true", "yes", "on"):
        return ()
    found = tuple(
        v for k, v in sorted(environment.items()) if k.startswith("NVIDIA_REQUIRE_") and v.strip()
    )
    cuda = version(environment.get("CUDA_VERSION"))
    if not found and cuda and len(cuda) > 1 and "NVIDIA_REQUIRE_CUDA" not in environment:
        return (f"cuda>={cuda[0]}.{cuda[1]}",)
    return found


def met(requirement: str, facts: Facts) -> bool | None:
    """Whether a requirement is met: words are alternatives, commas join what must hold together.
    None = not known."""
    return _any(
        _all(_term(term, facts) for term in word.split(",") if term) for word in requirement.split()
    )


def _any(values: Iterable[bool | None]) -> bool | None:
    known = tuple(values)
    return True if True in known or not known else None if None in known else False


def _all(values: Iterable[bool | None]) -> bool | None:
    known = tuple(values)
    return False if False in known else None if None in known else True


def _term(term: str, facts: Facts) -> bool | None:
    """One comparison; one of a name nobody knows is not known."""
    match = _COMPARISON.fullmatch(term.strip())
    if match is None:
        return None
    name, sign, wanted = match.groups()
    if name == "brand":
        if facts.brand is None or sign not in ("=", "!="):
            return None
        return (facts.brand == wanted.lower()) is (sign == "=")
    has, limit = version(getattr(facts, name)), version(wanted)
    if has is None or limit is None:
        return None
    compared = order(has, limit)
    return {
        ">=": compared >= 0,
        "<=": compared <= 0,
        ">": compared > 0,
        "<": compared < 0,
        "=": compared == 0,
        "!=": compared != 0,
    }[sign]
