"""Which nebtui was sent to a machine, and whether a person wants none there, or no newer one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from nebtui.facts.boxes import CarriedFile
from nebtui.keep.private_files import foreign, private_folder, write_private

FILE = "nebtui-there.json"
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def recall_sent(state_dir: str) -> CarriedFile | None:
    """The file that was sent to the machine of this state folder; None where none was. It becomes
    words of a shell there: one that holds anything but a version and a digest is none."""
    data = _known(state_dir)
    version, digest = data.get("version"), data.get("digest")
    if not isinstance(version, str) or not isinstance(digest, str):
        return None
    if not _VERSION.fullmatch(version) or not _DIGEST.fullmatch(digest):
        return None
    return CarriedFile(version, digest)


def recall_refusal(state_dir: str) -> bool:
    """Whether a person said that none is to be sent there."""
    return _known(state_dir).get("refused") is True


def recall_declined(state_dir: str) -> str:
    """The newest version that a person did not want there in place of the one that was sent, ""
    for none."""
    version = _known(state_dir).get("declined")
    return version if isinstance(version, str) else ""


def remember_sent(state_dir: str, file: CarriedFile) -> None:
    """Keep it in place of an earlier one; raises OSError."""
    _keep(state_dir, {"version": file.version, "digest": file.digest})


def remember_refusal(state_dir: str) -> None:
    """Keep it; a state folder that cannot be written is no reason to fail."""
    try:
        _keep(state_dir, {**_known(state_dir), "refused": True})
    except OSError:
        return


def remember_declined(state_dir: str, version: str) -> None:
    """Keep it; a state folder that cannot be written is no reason to fail."""
    try:
        _keep(state_dir, {**_known(state_dir), "declined": version})
    except OSError:
        return


def _keep(state_dir: str, data: dict[str, Any]) -> None:
    private_folder(Path(state_dir))
    write_private(Path(state_dir) / FILE, json.dumps(data))


def _known(state_dir: str) -> dict[str, Any]:
    path = Path(state_dir) / FILE
    if foreign(path.parent) or foreign(path):
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
