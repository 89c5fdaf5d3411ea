"""A desk of its own for each test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Nebtui in a temporary folder, with no engine."""
    return Desk(tmp_path)
