"""Where what is kept of another machine lies."""

from __future__ import annotations

import os


def of_machine(state_dir: str, url: str) -> str:
    """The state folder of another machine's engine: its journal, projects and usual speeds are not
    this machine's."""
    import hashlib  # the local box needs none

    return os.path.join(state_dir, "machines", hashlib.sha256(url.encode()).hexdigest()[:16])
