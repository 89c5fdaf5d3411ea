"""How much of what people run is known: the share of image uses in real compose files that have an
entry."""

from __future__ import annotations

import os
from collections import Counter
from functools import cache

import pytest

from nebtui.compose import services
from nebtui.compose.reader import effective
from nebtui.facts.declared import ProjectKey
from nebtui.knowledge import about
from tests.corpus import ABSENT, CORPUS

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/root"}


@cache
def uses() -> Counter[str]:
    """Each image of the corpus with the number of services that run it; variables count with their
    defaults."""
    found: Counter[str] = Counter()
    for path in sorted(CORPUS.rglob("*.y*ml")):
        key = ProjectKey("corpus", str(path.parent), (str(path),))
        reading = effective.read(key, (), ENVIRON, interpolated=True)
        found.update(s.image for s in services.services(reading.data).values() if s.image)
    return found


def share(*, families: bool) -> float:
    """The part of all uses that has an entry, with or without those known by their sound only."""
    known = sum(
        count
        for image, count in uses().items()
        if (entry := about(image)) and (families or not entry.family)
    )
    return known / uses().total()


def test_seven_of_ten_images_in_use_are_known() -> None:
    """Over all services of the corpus that name an image; the rest are mostly the projects' own."""
    if not CORPUS.is_dir():
        pytest.skip(ABSENT)
    assert uses().total() > 600
    assert share(families=True) >= 0.70
    assert share(families=False) >= 0.70
