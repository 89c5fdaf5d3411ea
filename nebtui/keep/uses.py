"""How often each command of the palette was chosen, so that it can begin with those."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from nebtui.keep.private_files import foreign, private_folder, write_private

MOST = 200
"""Commands that are remembered."""
OFTEN = 50
"""From this count on all are halved: what was used much once gives way."""


def recall_uses(state_dir: str) -> dict[str, int]:
    """Command → how often it was chosen; empty where nothing is kept or can be read."""
    path = Path(state_dir) / "uses.json"
    if foreign(path.parent) or foreign(path):
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = data.items() if isinstance(data, dict) else ()
    return {name: count for name, count in known if type(count) is int and count > 0}


def used(uses: Mapping[str, int], command: str) -> dict[str, int]:
    """The counts after one more use."""
    counts = {**uses, command: uses.get(command, 0) + 1}
    if counts[command] > OFTEN:
        counts = {name: count // 2 for name, count in counts.items() if count > 1}
    often = sorted(counts, key=lambda name: (name != command, -counts[name]))
    return {name: counts[name] for name in often[:MOST]}


def remember_uses(state_dir: str, uses: Mapping[str, int]) -> None:
    """Keep the counts; a state folder that cannot be written is no reason to fail."""
    try:
        private_folder(Path(state_dir))
        write_private(Path(state_dir) / "uses.json", json.dumps(dict(uses)))
    except OSError:
        return
