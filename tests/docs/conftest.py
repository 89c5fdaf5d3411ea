"""A sandbox of its own for each page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.sandbox import CliSandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> CliSandbox:
    """Nebtui in a temporary folder, with no engine."""
    return CliSandbox(tmp_path)
