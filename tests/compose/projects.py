"""Small helpers of the compose tests: write a project's files and read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nebtui.compose import services
from nebtui.compose.reader import effective
from nebtui.compose.reader.effective import EffectiveModel
from nebtui.facts.declared import ProjectKey, Service


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files (path below the folder -> text) and give the folder back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def key_of(folder: Path, *names: str) -> ProjectKey:
    """The key of the project `p` made of these files of a folder."""
    return ProjectKey(
        "p", str(folder), tuple(str(folder / name) for name in names or ("compose.yaml",))
    )


def reading(folder: Path, *names: str, **environ: str) -> EffectiveModel:
    """What our reader makes of these files of a folder."""
    return effective.read(key_of(folder, *names), (), {"HOME": "/home/me", **environ})


def services_of(folder: Path, *names: str, **environ: str) -> dict[str, Service]:
    """The services that our reader finds; fails on any problem."""
    found = reading(folder, *names, **environ)
    assert found.problem is None, found.problem
    return services.services(found.data)
