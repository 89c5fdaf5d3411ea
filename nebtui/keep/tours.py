"""How far a person has come in each tour, so that it can be left and taken up again."""

from __future__ import annotations

import json
from pathlib import Path

from nebtui.keep.private_files import foreign, private_folder, write_private

MOST = 50
"""Tours that are remembered, the last ones."""


def recall_tour(state_dir: str, tour: str) -> int:
    """The step to go on with, from 0; 0 where nothing is kept or can be read."""
    return _known(state_dir).get(tour, 0)


def remember_tour(state_dir: str, tour: str, step: int) -> None:
    """Keep a step; a state folder that cannot be written is no reason to fail."""
    known = {name: at for name, at in _known(state_dir).items() if name != tour}
    kept = dict([*known.items(), (tour, step)][-MOST:])
    try:
        private_folder(Path(state_dir))
        write_private(Path(state_dir) / "tours.json", json.dumps(kept))
    except OSError:
        return


def _known(state_dir: str) -> dict[str, int]:
    path = Path(state_dir) / "tours.json"
    if foreign(path.parent) or foreign(path):
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = data.items() if isinstance(data, dict) else ()
    return {name: at for name, at in known if type(at) is int and at >= 0}
