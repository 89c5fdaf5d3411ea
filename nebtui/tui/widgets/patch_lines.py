"""What a patch does and what was proved of it, around its diff."""

from __future__ import annotations

from textual.content import Content

from nebtui.action import CreateNetwork
from nebtui.fixing.proposal import Proposal
from nebtui.fixing.recreate import up_actions
from nebtui.tui.session import Session
from nebtui.tui.short_command import short_command
from nebtui.tui.widgets.diff import check_line, proof_line
from nebtui.tui.widgets.markup import joined


def consequence_lines(planned: Proposal) -> list[Content]:
    """What a person decides on: what it does, else why it will not be written."""
    told = [joined((" · ".join(planned.effect), "warn"))]
    if not planned.proof.proved:
        failed = ("not proved, so it will not be written: ", "bad")
        told.append(joined(failed, planned.proof.failure))
    if planned.left:
        number = len(planned.left)
        what = "finding is" if number == 1 else "findings are"
        told.append(joined((f"{number} {what} left out, named below the diff", "warn")))
    return told


def proof_lines(session: Session, planned: Proposal) -> list[Content]:
    """What was checked, in one line and then one by one; notes, what is left out, what is done."""
    host = session.host
    results = [proof_line(planned.proof)]
    checks = dict.fromkeys(planned.proof.checks)
    results += [Content("         ") + check_line(check) for check in checks]
    results += [joined(("note     ", "dim"), (note, "warn")) for note in planned.notes]
    results += [
        joined(("left     ", "dim"), f"{x.finding.rule} {x.finding.at}: ", (x.reason, "warn"))
        for x in planned.left
    ]
    results += [
        joined(("creates  ", "dim"), " ".join(host.command(CreateNetwork(name))))
        for name in planned.networks
    ]
    results.append(
        joined(("keeps    ", "dim"), "comments, order, quotes, mode and owner · undo with z")
    )
    for item, action in zip(
        planned.recreate, up_actions(session.snapshot, planned.recreate), strict=True
    ):
        argv = host.command(action)
        verb = "replaces the tasks of" if item.stack else "recreates"
        what = ", ".join(item.services) or "its services"
        results.append(
            joined(
                ("then     ", "dim"),
                (short_command(argv) or "bring it up", "info"),
                (f"  {verb} {what}", "dim"),
            )
        )
    return results
