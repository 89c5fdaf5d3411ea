"""`nebtui undo`: take back what nebtui wrote."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from nebtui.cli.box_undo import UndoBox, list_json, undo_box
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json, warn
from nebtui.keep.journal import last_of
from nebtui.keep.records import Entry
from nebtui.report.contract.own import UndoJson
from nebtui.settings import Settings
from nebtui.text.mask import mask


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Take back the last entry, or the Nth; nothing left is no failure."""
    if arguments.read_only and not arguments.list:
        raise CommandError("--read-only disables every change")
    if len(arguments.boxes) > 1:
        from nebtui.cli import undo_boxes

        return undo_boxes.run(arguments)
    name = arguments.boxes[0].name
    with undo_box(name, arguments, settings, environ) as box:
        if arguments.list:
            return _list(box, arguments)
        told = _undone(box, arguments)
    if arguments.format == "json":
        say_json(told)
    else:
        say(box.lines(told))
    return 0


def _undone(box: UndoBox, arguments: Namespace) -> UndoJson:
    """Take it back, and what came of it; CommandError where it cannot be."""
    recovered = box.desk.recover()
    entries = box.entries()
    entry = last_of(entries, arguments.number, arguments.project)
    try:
        why_not = None if entry else _nothing(entries, arguments.number, arguments.project)
        left = box.undo(entry) if entry else ()
    except CommandError:
        warn(recovered)
        raise
    return box.told(entry, left, recovered, why_not)


def _nothing(entries: tuple[Entry, ...], number: int | None, project: str | None) -> str:
    """Why there is nothing to take back; an entry that never was is bad usage, and so is one that
    has nothing to do with the project."""
    if number is None:
        return f"nothing left to undo{f' of {project}' if project else ''}"
    found = next((entry for entry in entries if entry.number == number), None)
    if found is not None and project and not found.concerns(project):
        raise CommandError(f"entry {number} has nothing to do with {project}")
    if found is not None and found.state == "undone":
        return f"entry {number} was undone already: {mask(found.title)}"
    if found is None:
        raise CommandError(
            f"entry {number} was never written; `nebtui undo --list` shows what can be undone"
        )
    return f"entry {number} is not there to undo: it was not written to the end"


def _list(box: UndoBox, arguments: Namespace) -> int:
    listed = box.listed(arguments.project)
    if arguments.format == "json":
        say_json(list_json(box.name, listed))
    else:
        say("\n".join(map(box.line, listed)) or "nothing to undo")
    return 0
