"""`nebtui fix`: the diff of fixes, and with --write the writing of them as one entry of the
journal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.action import CreateNetwork
from nebtui.cli.common import complain, look, selected, visible
from nebtui.cli.desk import desk_for, far_desk, known
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json, warn
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk, UnknownOutcomeError, WriteError
from nebtui.fixing.file_change import shown_diff
from nebtui.fixing.proposal import NOTHING_SAFE, Proposal, Wish
from nebtui.fixing.recreate import up_actions
from nebtui.host import Host
from nebtui.report.contract.findings import FixJson
from nebtui.rules.rule import Finding
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print (and with --write write) the fixes; 0 all selected are fixed, 1 something is left, 2
    could not look."""
    if arguments.write and arguments.read_only:
        raise CommandError("--read-only disables every change; leave out --write or --read-only")
    with closing(host_for(arguments, settings, environ)) as host:
        if arguments.write and far_desk(host) is None:
            # Before the files are looked at; far files once there is a connection.
            _recover(desk_for(host, settings, Snapshot()))
        snapshot = look(host, settings)
        desk = desk_for(host, settings, snapshot)
        if away := desk.away:
            raise CommandError(snapshot.engine_problem or away)
        if arguments.write and desk.place:
            _recover(desk)
        broken = complain(snapshot, selected(snapshot, arguments, settings, environ), arguments)
        wish = Wish(
            tuple(_wanted(snapshot, arguments, settings, environ)),
            many=True,
            to=_owner(snapshot, arguments.to),
            override=arguments.override,
            unsafe=arguments.unsafe,
            trials=not arguments.read_only,
        )
        planned = desk.propose(wish) if wish.findings else Proposal()
        if planned.reason not in ("", NOTHING_SAFE):
            raise CommandError(planned.reason)
        _show(planned, snapshot, host, desk, arguments)
        if arguments.write and planned.digest:
            _write(wish, planned, desk, arguments)
    return 2 if broken else int(bool(planned.left or (planned.digest and not arguments.write)))


def _recover(desk: Desk) -> None:
    for message in desk.recover():
        warn(f"nebtui: {message}")


def _wanted(
    snapshot: Snapshot, arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> list[Finding]:
    """The findings selected by PATH, --project, --rule and --service; advice rules only when
    named."""
    names = {rule.name for rule in rules.every()}
    for name in arguments.rule:
        if name not in names:
            raise CommandError(f"{name} is not a rule; `nebtui rule` lists them")
    keys = selected(snapshot, arguments, settings, environ)
    result = [f for f in rules.find(snapshot, settings.allow) if f.project in keys]
    result = [f for f in result if not arguments.rule or f.rule in arguments.rule]
    result = [f for f in result if not arguments.service or f.service in arguments.service]
    return result if arguments.rule else visible(result, arguments)


def _owner(snapshot: Snapshot, text: str | None) -> ServiceKey | None:
    if not text:
        return None
    for key, _ in snapshot.services():
        if str(key) == text:
            return key
    raise CommandError(f"--to {text}: no such service; write PROJECT/SERVICE")


def _show(
    planned: Proposal, snapshot: Snapshot, host: Host, desk: Desk, arguments: Namespace
) -> None:
    if arguments.format == "json":
        say_json(_json(planned, snapshot, host, desk))
        return
    if planned.digest:
        # A compose file may hold escape sequences: they must not reach the terminal.
        say(shown_diff(planned.files, desk.place))
        for step in _steps(planned, snapshot, host):
            say(step)
        for title in planned.fixes:
            say(f"fixes: {title}")
        for check in dict.fromkeys(planned.proof.checks):
            say(f"{'not checked' if check.ok is None else 'checked'}: {check.message}")
    elif not planned.left:
        say("nothing to fix")
    for left in planned.left:
        hint = " (--unsafe includes it)" if left.unsafe else ""
        where = left.finding.at or left.finding.project
        warn(f"left: {left.finding.rule} {where}: {left.reason}{hint}")


def _steps(planned: Proposal, snapshot: Snapshot, host: Host) -> list[str]:
    steps = [
        f"host step: {' '.join(host.command(CreateNetwork(name)))}" for name in planned.networks
    ]
    for up in up_actions(snapshot, planned.recreate):
        argv = host.command(up)
        steps.append(
            f"then: {' '.join(argv)}"
            if argv
            else f"then: bring up {up.project.name} {' '.join(up.services)}"
        )
    return steps


def _json(planned: Proposal, snapshot: Snapshot, host: Host, desk: Desk) -> FixJson:
    return {
        "version": 1,
        "diff": shown_diff(planned.files, desk.place),
        "steps": _steps(planned, snapshot, host),
        "fixed": [{"rule": f.rule, "service": str(f.at or f.project)} for f in planned.findings],
        "left": [
            {
                "rule": left.finding.rule,
                "service": str(left.finding.at or left.finding.project),
                "reason": left.reason,
            }
            for left in planned.left
        ],
    }


def _write(wish: Wish, planned: Proposal, desk: Desk, arguments: Namespace) -> None:
    try:
        entry = desk.write(wish, planned)
    except UnknownOutcomeError as error:
        found = known(error)
        if found is None:
            raise CommandError(f"{planned.title}: nothing was written") from None
        entry = found
    except WriteError as error:
        raise CommandError(str(error)) from None
    on = f" on {desk.place}" if desk.place else ""
    box = "".join(f" --host {name}" for name in arguments.host)
    warn(f"written as entry {entry.number}{on}; `nebtui undo{box}` undoes it")
