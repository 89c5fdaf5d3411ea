"""Whether what a step waits for is true: one pure function for each kind of clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nebtui.analysis.readiness import readiness
from nebtui.analysis.startup.recent import starts
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.tour.moment import DeedKind, TourMoment
from nebtui.tour.step import Clause, Kind, TourStep


def holds(step: TourStep, moment: TourMoment) -> bool:
    """Whether everything that the step waits for is true at this moment."""
    return not unmet(step, moment)


def unmet(step: TourStep, moment: TourMoment) -> tuple[Clause, ...]:
    """What of it is not true yet, in the order of the file."""
    return tuple(clause for clause in step.until if not HOLDS[clause.kind](clause.what, moment))


def named(what: str) -> tuple[str, str]:
    """`RULE PROJECT/SERVICE` in its two parts; either is "" where anything is meant."""
    rule, _, at = what.partition(" ")
    return ("" if rule == "any" else rule), at.strip()


def mends(finding: str, what: str) -> bool:
    """Whether a finding of the journal (`RULE PROJECT/SERVICE`) is what is meant."""
    rule, at = named(what)
    its_rule, its_at = named(finding)
    return rule in ("", its_rule) and (at in ("", its_at) or its_at.startswith(f"{at}/"))


def _selected(what: str, moment: TourMoment) -> bool:
    return moment.selected == what


def _screen(what: str, moment: TourMoment) -> bool:
    return moment.screen == what


def _tab(what: str, moment: TourMoment) -> bool:
    """A tab is only there for a service."""
    return moment.tab == what and moment.screen == "home" and "/" in moment.selected


def _log(what: str, moment: TourMoment) -> bool:
    return what in moment.log_of


def _filter(what: str, moment: TourMoment) -> bool:
    return moment.filter.strip().lower() == what.strip().lower()


def _gone(what: str, moment: TourMoment) -> bool:
    """Only a look at this very box tells that a finding is gone."""
    found = (f"{f.rule} {at}" for f in moment.findings for at in (f.at or f.project, *f.also) if at)
    return moment.judged and not any(mends(finding, what) for finding in found)


def _standing(kind: DeedKind) -> Callable[[str, TourMoment], bool]:
    """Written, or seen to work, and not taken back since."""

    def stands(what: str, moment: TourMoment) -> bool:
        standing: set[str] = set()
        for deed in moment.deeds:
            if deed.kind == "undone":
                standing.difference_update(deed.findings)
            elif deed.kind == kind:
                standing.update(deed.findings)
        return any(mends(finding, what) for finding in standing)

    return stands


def _undone(what: str, moment: TourMoment) -> bool:
    """Taken back since the step began."""
    deeds = (deed for deed in moment.deeds[moment.before :] if deed.kind == "undone")
    return any(mends(finding, what) for deed in deeds for finding in deed.findings)


def _state(what: str, moment: TourMoment) -> bool:
    """`PROJECT/SERVICE WORD`: the verdict as the screen or as JSON calls it."""
    name, _, word = what.partition(" ")
    key = moment.key(name)
    if not isinstance(key, ServiceKey):
        return False
    verdict = readiness(moment.snapshot, key)
    return word.strip() in (verdict.word, verdict.state)


def _ran(what: str, moment: TourMoment) -> bool:
    """Every word stands in one command."""
    return any(set(what.split()) <= set(command.split()) for command in moment.commands)


def _calm(what: str, moment: TourMoment) -> bool:
    """The project was started since the step began, nothing is left to come, and nothing raced."""
    key = moment.key(what)
    if not isinstance(key, ProjectKey):
        return False
    known = starts(moment.snapshot, key, moment.now)
    last = known[-1] if known else None
    if last is None or last.began < moment.began or last.settled is None or last.races:
        return False
    # One that has only just begun is quiet too: each service with a container must be in it.
    begun = {bar.service for bar in last.bars if bar.started is not None}
    project = moment.snapshot.projects[key]
    here = (n for n in project.services if moment.snapshot.containers_of(ServiceKey(key, n)))
    return begun.issuperset(here)


HOLDS: Mapping[Kind, Callable[[str, TourMoment], bool]] = {
    "selected": _selected,
    "screen": _screen,
    "tab": _tab,
    "log": _log,
    "filter": _filter,
    "gone": _gone,
    "written": _standing("written"),
    "seen": _standing("seen"),
    "undone": _undone,
    "state": _state,
    "ran": _ran,
    "calm": _calm,
}
