"""Where what is kept of another machine lies."""

from __future__ import annotations

import os

from nebtui.text.digest import sha256


def of_machine(state_dir: str, url: str) -> str:
    """The state folder of another machine's engine: its journal, projects and usual speeds are not
    this machine's."""
    return os.path.join(state_dir, "machines", sha256(url.encode())[:16])
