"""Settings of all tests: Hypothesis sets no time limit, because no test here judges a time; of
several processes one runs all tests of a file, and one all that use the engine."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell that starts the tests in the background has them, and all they start, ignore ctrl+c.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# They outrank the size of the terminals that tests open, and the width that help is wrapped to.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)


class OneEngine(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out tests by file; those of the one engine together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/engine" if file.startswith("tests/engine/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneEngine:
    """The scheduler of `-n`."""
    return OneEngine(config, log)
