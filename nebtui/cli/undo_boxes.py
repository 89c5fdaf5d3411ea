"""`nebtui undo` with several boxes: the newest change of all is taken back, by the desk of the box
that has it; each keeps a journal of its own."""

from __future__ import annotations

from argparse import Namespace
from contextlib import ExitStack

from nebtui.cli.box_undo import UndoBox, list_json, undo_box, undo_json
from nebtui.cli.boxes import ChosenBox
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json, warn
from nebtui.cli.parallel import in_parallel
from nebtui.keep.journal import last_of
from nebtui.keep.records import Entry
from nebtui.light_dataclass import dataclass
from nebtui.report.contract.own import UndoListsJson


@dataclass(frozen=True, slots=True)
class AskedBox:
    """What is known of a box. `recovered`: what was interrupted there and settled first;
    `problem`: why it cannot be asked, "" where it can."""

    name: str
    box: UndoBox | None = None
    entries: tuple[Entry, ...] = ()
    recovered: tuple[str, ...] = ()
    problem: str = ""


def run(arguments: Namespace) -> int:
    """Take back the newest entry, or list those of each box; 2 where one cannot be asked. Nothing
    is taken back then: the newest may be there."""
    if arguments.number is not None:
        raise CommandError(f"entry {arguments.number} is of one box: name one --host")
    with ExitStack() as opened:
        asked = in_parallel(lambda box: _asked(box, arguments, opened), arguments.boxes)
        silent = [one for one in asked if one.problem]
        warn(f"nebtui: {one.name}: {one.problem}" for one in silent)
        if arguments.list:
            _list(asked, arguments)
        elif silent:
            raise CommandError(
                "nothing was undone: the newest change may be there; name one --host"
            )
        else:
            _take_back(asked, arguments)
    return 2 if silent else 0


def _asked(box: ChosenBox, arguments: Namespace, opened: ExitStack) -> AskedBox:
    try:
        one = opened.enter_context(undo_box(box.name, arguments, box.settings, box.environ))
        if arguments.list:
            return AskedBox(box.name, one, one.listed(arguments.project))
        told = tuple(f"{box.name}: {text}" for text in one.desk.recover())
        return AskedBox(box.name, one, one.entries(), told)
    except CommandError as error:
        return AskedBox(box.name, problem=str(error))


def _list(asked: list[AskedBox], arguments: Namespace) -> None:
    if arguments.format == "json":
        told: UndoListsJson = {
            "version": 1,
            "hosts": [list_json(one.name, one.entries, one.problem) for one in asked],
        }
        say_json(told)
        return
    for one in asked:
        if one.box is not None:
            rows = [one.box.line(entry) for entry in one.entries]
            say("\n".join([f"{one.name}:", *rows]) if rows else f"{one.name}: nothing to undo")


def _take_back(asked: list[AskedBox], arguments: Namespace) -> None:
    """Each box has a clock of its own: the newest is that of which the least time has passed."""
    recovered = tuple(text for one in asked for text in one.recovered)
    found = [
        (one.box.host.now() - entry.time, one.box, entry)
        for one in asked
        if one.box and (entry := last_of(one.entries, project=arguments.project))
    ]
    if not found:
        of = f" of {arguments.project}" if arguments.project else ""
        told = undo_json(recovered=recovered, why_not=f"nothing left to undo{of}")
        lines = [*recovered, told["why_not"] or ""]
    else:
        _, box, entry = min(found, key=lambda one: one[0])
        try:
            told = box.told(entry, box.undo(entry), recovered)
        except CommandError as error:
            warn(recovered)
            raise CommandError(f"{box.name}: {error}") from None
        lines = [*box.lines(told)]
    if arguments.format == "json":
        say_json(told)
    else:
        say(lines)
