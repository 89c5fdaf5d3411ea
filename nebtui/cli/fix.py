"""`nebtui fix`: the diff of fixes, and with --write the writing of them as one entry of the
journal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui import rules
from nebtui.action import CreateNetwork
from nebtui.cli.common import complain, look, selected, visible
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json, warn
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.batch import Planned, plan_all
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import diff
from nebtui.fixing.patch import Patch
from nebtui.fixing.recovery import recover
from nebtui.fixing.recreate import up_actions
from nebtui.fixing.writing import write
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.report.contract.findings import FixJson
from nebtui.rules.rule import Finding, Options
from nebtui.settings import Settings
from nebtui.text.paths import short


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print (and with --write write) the fixes; 0 all selected are fixed, 1 something is left, 2
    could not look."""
    if arguments.write and arguments.read_only:
        raise CommandError("--read-only disables every change; leave out --write or --read-only")
    journal = Journal(settings.state_dir)
    with closing(host_for(arguments, settings, environ)) as host:
        for message in recover(host, journal) if arguments.write else ():
            warn(f"nebtui: {message}")
        snapshot = look(host, settings)
        if away := host.files_away:
            raise CommandError(away)
        broken = complain(snapshot, selected(snapshot, arguments, settings, environ), arguments)
        found = _wanted(snapshot, arguments, settings, environ)
        options = Options(network=settings.network, to=_owner(snapshot, arguments.to))
        planned = plan_all(
            snapshot,
            found,
            options,
            host,
            unsafe=arguments.unsafe,
            override=arguments.override,
            trials=not arguments.read_only,
        )
        _show(planned, snapshot, host, arguments)
        if arguments.write and planned.patch:
            _write(planned.patch, host, journal)
    return 2 if broken else int(bool(planned.left) or (bool(planned.patch) and not arguments.write))


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


def _show(planned: Planned, snapshot: Snapshot, host: Host, arguments: Namespace) -> None:
    patch = planned.patch
    if arguments.format == "json":
        say_json(_json(planned, snapshot, host))
        return
    if patch:
        # A compose file may hold escape sequences: they must not reach the terminal.
        say(diff(patch.files, short))
        for step in _steps(patch, snapshot, host):
            say(step)
        for one in planned.attempts:
            say(f"fixes: {one.patch.title if one.patch else ''}")
        for check in dict.fromkeys(planned.proof.checks):
            say(f"{'not checked' if check.ok is None else 'checked'}: {check.message}")
    elif not planned.left:
        say("nothing to fix")
    for left in planned.left:
        hint = " (--unsafe includes it)" if left.unsafe else ""
        where = left.finding.at or left.finding.project
        warn(f"left: {left.finding.rule} {where}: {left.reason}{hint}")


def _steps(patch: Patch, snapshot: Snapshot, host: Host) -> list[str]:
    steps = [f"host step: {' '.join(host.command(CreateNetwork(name)))}" for name in patch.networks]
    for up in up_actions(snapshot, patch.recreate):
        argv = host.command(up)
        steps.append(
            f"then: {' '.join(argv)}"
            if argv
            else f"then: bring up {up.project.name} {' '.join(up.services)}"
        )
    return steps


def _json(planned: Planned, snapshot: Snapshot, host: Host) -> FixJson:
    patch = planned.patch
    return {
        "version": 1,
        "diff": diff(patch.files, short) if patch else [],
        "steps": _steps(patch, snapshot, host) if patch else [],
        "fixed": [
            {"rule": f.rule, "service": str(f.at or f.project)}
            for one in planned.attempts
            for f in (one.patch.findings if one.patch else ())
        ],
        "left": [
            {
                "rule": left.finding.rule,
                "service": str(left.finding.at or left.finding.project),
                "reason": left.reason,
            }
            for left in planned.left
        ],
    }


def _write(patch: Patch, host: Host, journal: Journal) -> None:
    try:
        entry = write(patch, host, journal)
    except (WriteError, EditRefusedError) as error:
        raise CommandError(str(error)) from None
    warn(f"written as entry {entry.number}; `nebtui undo` undoes it")
