"""What is told of an image before it is pulled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.upstream import upstream
from nebtui.facts.observed import Image
from tests.builders import box

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PULLED = Image("sha256:1", ("store:latest",), digests=(f"store@{OLD}",))
BUILT = Image("sha256:2", ("own:1",))
HERE = replace(box(), images={"store:latest": PULLED, "own:1": BUILT})


@pytest.mark.parametrize(
    ("name", "digest", "problem", "told"),
    [
        ("store", OLD, "", "store is the registry's newest"),
        ("store", NEW, "", "store: the registry has a newer one"),
        ("store", "", "no route", "store: whether there is a newer one is not known (no route)"),
        ("other:1", NEW, "", "other:1 is not here yet"),
        ("own:1", NEW, "", "own:1 was built or loaded here: it is replaced by the registry's"),
        (f"store@{OLD}", "", "", f"store@{OLD} is pinned to its digest: nothing newer can come"),
        ("registry:5000/store", NEW, "", "registry:5000/store is not here yet"),
    ],
)
def test_what_the_registry_has(name: str, digest: str, problem: str, told: str) -> None:
    """By digest; what is not known is not guessed."""
    assert upstream(HERE, name, digest, problem) == told
