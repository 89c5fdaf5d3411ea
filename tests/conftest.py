"""Settings of all tests: Hypothesis sets no time limit, because no test here judges a time; tests
of one file run in one process, and those of the one engine in one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Name each test's group for `--dist loadgroup`: its file, or the engine."""
    for item in items:
        group = "engine" if "engine" in item.path.parts else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))
