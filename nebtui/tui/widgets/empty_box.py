"""What the screen shows where no Compose project was found: where was looked, and what to do."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.stacks import stacks
from nebtui.tui.session import Searched, Session
from nebtui.tui.widgets.markup import joined, lines


def empty_heading(session: Session) -> Content:
    """That there is nothing, in one line."""
    name = f" called {session.only}" if session.only else ""
    return joined((f"no Compose project{name} found", "title"))


def empty_box(session: Session) -> Content:
    """Where was looked, what runs outside Compose, and how to come to a project."""
    if session.only:  # the others are left out of the session's snapshot
        return joined("nebtui without ", ("--project", "info"), " shows every project there is")
    result = [joined(("searched", "dim")), _labels(session)]
    if session.searched is not None:
        result += _folders(session.searched)
    if found := stacks(session.snapshot):
        runs = f"{len(found)} stack{'' if len(found) == 1 else 's'} of Swarm"
        result += [joined("  ", (runs, "title"), ": shown above, never changed")]
    if number := len(session.snapshot.outside):
        runs = f"{number} container{'' if number == 1 else 's'}"
        result += [joined("  ", (runs, "title"), " outside Compose: shown above, never changed")]
    result += [Content(""), joined(("to see yours", "dim"))]
    result.append(
        joined("  ", ("cd FOLDER", "info"), " with a compose file in or below it, then nebtui")
    )
    if session.searched is not None:
        result += [
            joined("  or name its folder in ", (session.searched.settings_file, "info"), ":"),
            joined('      search.roots = ["/srv/stacks"]'),
        ]
    demo = "a sample box to try every screen and every fix on"
    result.append(joined("  ", ("nebtui demo", "info"), f" {demo}   ", (" q ", "key"), " leaves"))
    return lines(result)


def _labels(session: Session) -> Content:
    snapshot = session.snapshot
    if snapshot.engine is None:
        return joined("  no engine was asked for the labels of its containers")
    number = len(snapshot.containers)
    if not number:
        return joined("  ", ("no containers", "title"), f" are on {snapshot.engine.name}")
    labels = f"the labels of {number} container{'' if number == 1 else 's'}"
    return joined("  ", (labels, "title"), f" of {snapshot.engine.name}: none names a project")


def _folders(searched: Searched) -> list[Content]:
    levels = f"{searched.depth} level{'' if searched.depth == 1 else 's'} deep"
    result = [
        joined("  ", (folder, "title"), f" {levels}: no compose file")
        for folder in searched.folders
    ]
    if len(searched.folders) == 1:
        result.append(joined("  no other folder: the settings have no search.roots"))
    return result
