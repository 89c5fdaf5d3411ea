"""The fixes of one box: which are wanted, what its desk plans for them, and the writing of that."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from nebtui import rules
from nebtui.action import CreateNetwork
from nebtui.cli.common import visible
from nebtui.cli.desk import known
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, warn
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk, UnknownOutcomeError, WriteError
from nebtui.fixing.file_change import shown_diff
from nebtui.fixing.proposal import NOTHING_SAFE, Proposal, Wish
from nebtui.fixing.recreate import up_actions
from nebtui.host import Host
from nebtui.light_dataclass import dataclass
from nebtui.report.contract.findings import FixJson
from nebtui.rules.rule import Finding


def check_rules(arguments: Namespace) -> None:
    """CommandError where --rule names none."""
    names = {rule.name for rule in rules.every()}
    for name in arguments.rule:
        if name not in names:
            raise CommandError(f"{name} is not a rule; `nebtui rule` lists them")


def wish_for(found: Iterable[Finding], to: ServiceKey | None, arguments: Namespace) -> Wish:
    """What is to be fixed of what was found: narrowed by --rule and --service, advice rules only
    when named. `to`: the service that --to names, None = none of this box."""
    wanted = [f for f in found if not arguments.rule or f.rule in arguments.rule]
    wanted = [f for f in wanted if not arguments.service or f.service in arguments.service]
    return Wish(
        tuple(wanted if arguments.rule else visible(wanted, arguments)),
        many=True,
        to=to,
        override=arguments.override,
        unsafe=arguments.unsafe,
        trials=not arguments.read_only,
    )


def owner_in(snapshot: Snapshot, text: str | None) -> ServiceKey | None:
    """The service that --to names; None where this box has none of that name."""
    return next((key for key, _ in snapshot.services() if str(key) == text), None)


def no_owner(text: str) -> CommandError:
    """That --to names no service."""
    return CommandError(f"--to {text}: no such service; write PROJECT/SERVICE")


@dataclass(frozen=True, slots=True)
class BoxFix:
    """What is planned for a box. `name`: as --host has it, "" where only one is looked at;
    `problem`: why nothing could be planned there, "" where it could."""

    name: str
    snapshot: Snapshot
    host: Host
    desk: Desk
    wish: Wish
    planned: Proposal
    problem: str = ""

    @property
    def unfinished(self) -> bool:
        """Something of it is left that is not written."""
        return bool(self.planned.left or self.planned.digest)

    def say(self) -> None:
        """Print the diff, what was proved, and what is left."""
        planned = self.planned
        if planned.digest:
            # A compose file may hold escape sequences: they must not reach the terminal.
            say(shown_diff(planned.files, self.desk.place))
            for step in self._steps():
                say(step)
            for title in planned.fixes:
                say(f"fixes: {title}")
            for check in dict.fromkeys(planned.proof.checks):
                say(f"{'not checked' if check.ok is None else 'checked'}: {check.message}")
        elif not planned.left and not self.problem:
            say("nothing to fix")
        for left in planned.left:
            hint = " (--unsafe includes it)" if left.unsafe else ""
            where = left.finding.at or left.finding.project
            on = f" of {self.name}" if self.name else ""
            warn(f"left: {left.finding.rule} {where}{on}: {left.reason}{hint}")

    def as_json(self) -> FixJson:
        """The same as it is printed with --format json."""
        planned = self.planned
        return {
            "version": 1,
            "host": self.name or None,
            "problem": self.problem or None,
            "diff": shown_diff(planned.files, self.desk.place),
            "steps": self._steps(),
            "fixed": [
                {"rule": f.rule, "service": str(f.at or f.project)} for f in planned.findings
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

    def write(self) -> None:
        """Write it, and tell which entry takes it back; CommandError where it was not written."""
        title = self.planned.title
        try:
            entry = self.desk.write(self.wish, self.planned)
        except UnknownOutcomeError as error:
            found = known(error)
            if found is None:
                raise CommandError(f"{title}: nothing was written") from None
            entry = found
        except WriteError as error:
            raise CommandError(str(error)) from None
        on = f" on {self.desk.place}" if self.desk.place else ""
        box = f" --host {self.name}" if self.name else ""
        warn(f"written as entry {entry.number}{on}; `nebtui undo{box}` undoes it")

    def _steps(self) -> list[str]:
        networks = (
            f"host step: {' '.join(self.host.command(CreateNetwork(name)))}"
            for name in self.planned.networks
        )
        steps = [*networks]
        for up in up_actions(self.snapshot, self.planned.recreate):
            argv = self.host.command(up)
            services = " ".join(up.services)
            steps.append(f"then: {' '.join(argv) or f'bring up {up.project.name} {services}'}")
        return steps


def planned_on(name: str, snapshot: Snapshot, host: Host, desk: Desk, wish: Wish) -> BoxFix:
    """What the desk of a box plans for a wish."""
    if away := desk.away:
        why = snapshot.engine_problem or away
        return BoxFix(name, snapshot, host, desk, wish, Proposal(), why)
    planned = desk.propose(wish) if wish.findings else Proposal()
    problem = "" if planned.reason in ("", NOTHING_SAFE) else planned.reason
    return BoxFix(name, snapshot, host, desk, wish, planned, problem)


def recovered(desk: Desk) -> None:
    """Settle what was interrupted while it was written, and tell it."""
    warn(f"nebtui: {message}" for message in desk.recover())
