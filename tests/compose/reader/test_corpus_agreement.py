"""Our reader agrees with `docker compose config` on every file of the corpus, in both modes."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nebtui.compose import services
from nebtui.compose.binary.command import ComposeCommand
from nebtui.compose.binary.config import ConfigResult, config
from nebtui.compose.reader import effective
from nebtui.compose.reader.effective import EffectiveModel
from nebtui.facts.declared import ProjectKey, Service
from tests.corpus import ABSENT, CORPUS

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/root"}
EXCEPTIONS: Mapping[str, str] = {}
"""File below the corpus -> why our reader honestly differs on it. None is needed."""


def key_of(path: Path) -> ProjectKey:
    """A corpus file as a project of its own."""
    return ProjectKey("corpus", str(path.parent), (str(path),))


def differences(
    compose: ComposeCommand, path: Path, *, interpolated: bool
) -> tuple[bool, list[str]]:
    """Whether Compose accepts the file, and where our reader's facts differ from Compose's if it
    does."""
    key = key_of(path)
    answer = config(compose, key, (), ENVIRON, interpolated=interpolated)
    reading = effective.read(key, (), ENVIRON, interpolated=interpolated)
    ours = services.services(reading.data if interpolated else services.unescaped(reading.data))
    if answer.config is None:
        # Refused by Compose: ours must only have lived through it.
        return False, []
    if reading.problem is not None or reading.warning is not None:
        return True, [f"{path}: accepted by Compose, but {reading.problem or reading.warning}"]
    return True, list(_compared(path, answer, reading, ours))


def _compared(
    path: Path, answer: ConfigResult, reading: EffectiveModel, ours: Mapping[str, Service]
) -> list[str]:
    config = services.unescaped(answer.config)
    theirs = services.services(config)
    found = []
    if theirs.keys() != ours.keys():
        found.append(f"{path}: services {sorted(theirs.keys() ^ ours.keys())}")
    if services.networks(config, "corpus") != services.networks(reading.data, "corpus"):
        found.append(f"{path}: networks")
    for name in theirs.keys() & ours.keys():
        one, two = _fields(theirs[name]), _fields(ours[name])
        found += [
            f"{path}: {name}.{field}: {one[field]!r} != {two[field]!r}"
            for field in one
            if one[field] != two[field]
        ]
    return found


def _fields(service: Service) -> dict[str, Any]:
    """Every fact of a service but where it stands."""
    return {field.name: getattr(service, field.name) for field in dataclasses.fields(service)}


@pytest.mark.parametrize(("interpolated", "accepted_at_least"), [(True, 250), (False, 420)])
def test_our_reader_agrees_with_compose(
    compose: ComposeCommand, interpolated: bool, accepted_at_least: int
) -> None:
    """All facts of all services and networks are equal wherever Compose accepts the file; no file
    breaks ours."""
    if not CORPUS.is_dir():
        pytest.skip(ABSENT)
    paths = sorted(
        path for path in CORPUS.rglob("*.y*ml") if str(path.relative_to(CORPUS)) not in EXCEPTIONS
    )
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(partial(differences, compose, interpolated=interpolated), paths))
    found = [line for _, lines in results for line in lines]
    assert not found, "\n".join(found[:20])
    assert sum(accepted for accepted, _ in results) >= accepted_at_least


def test_every_origin_of_the_corpus_is_a_line_that_holds_its_key() -> None:
    """For each key of each service the place that we name has the key's text on its line."""
    if not CORPUS.is_dir():
        pytest.skip(ABSENT)
    checked, wrong = 0, []
    for path in sorted(CORPUS.rglob("*.y*ml")):
        reading = effective.read(key_of(path), (), ENVIRON, interpolated=False)
        for service, origins in reading.origins.items():
            for key, origin in origins.items():
                if (
                    not key
                    or key[0] not in ("image", "environment", "depends_on", "networks")
                    or len(key) > 2
                ):
                    continue
                line = Path(origin.file).read_text().splitlines()[origin.line - 1]
                checked += 1
                if key[-1] not in line:
                    wrong.append(f"{origin}: {service} {key}: {line}")
    assert not wrong, "\n".join(wrong[:20])
    assert checked > 5000
