"""What to say where a step is not done: the way back from where the person went instead."""

from __future__ import annotations

from nebtui.tour.conditions import mends
from nebtui.tour.moment import Deed, TourMoment
from nebtui.tour.step import TourStep

NAMES = {
    "gpu": "the GPU screen",
    "logs": "the log",
    "help": "the help",
    "commands": "the command log",
    "review": "a review",
    "undo": "the undo screen",
    "manual": "a manual",
    "timeline": "the timeline",
    "reach": "the reach of a service",
}


def way_back(step: TourStep, moment: TourMoment, *, moved: bool = True) -> str:
    """One sentence for a step that is not done, "" where nothing is in the way. `moved`: the cursor
    was moved since it began, so that it stands somewhere on purpose."""
    return (
        _missing(step, moment)
        or _locked(step, moment)
        or _elsewhere(step, moment)
        or _mistaken(step, moment.deeds[moment.before :])
        or _hidden(step, moment)
        or (_cursor(step, moment) if moved else "")
    )


def _missing(step: TourStep, moment: TourMoment) -> str:
    """The row it points at is not on this box."""
    if not step.at or not moment.snapshot.settled or moment.key(step.at) is not None:
        return ""
    return f"{step.at} is not on this box: K skips the step"


def _locked(step: TourStep, moment: TourMoment) -> str:
    needs = any(clause.kind in ("written", "seen", "undone", "ran") for clause in step.until)
    if not moment.locked or not needs:
        return ""
    if moment.locked == "for good":
        return "nothing can be changed on this box: K skips the step"
    return "every change is switched off: L switches it on again"


def _elsewhere(step: TourStep, moment: TourMoment) -> str:
    """On a screen that the step does not lead to."""
    if moment.screen == "home":
        return ""
    screen = NAMES.get(moment.screen, "another screen")
    if moment.screen not in _led_to(step):
        return f"this is {screen}: esc goes back"
    here = moment.selected
    if here and step.at and here != step.at and not here.startswith(f"{step.at}/"):
        return f"this is {screen} of {here}: esc goes back, then go to {step.at}"
    return ""


def _led_to(step: TourStep) -> set[str]:
    """The screens that a person may be on while doing the step."""
    kinds = {clause.kind for clause in step.until}
    screens = {clause.what for clause in step.until if clause.kind == "screen"}
    screens |= {"logs"} if "log" in kinds else set()
    screens |= {"review"} if kinds & {"written", "seen", "gone"} else set()
    screens |= {"undo"} if "undone" in kinds else set()
    return screens | ({"timeline"} if kinds & {"calm", "ran"} else set())


def _mistaken(step: TourStep, deeds: tuple[Deed, ...]) -> str:
    """Something was written meanwhile that the step does not ask for."""
    asked = [clause.what for clause in step.until if clause.kind in ("written", "seen", "undone")]
    taken_back = {finding for d in deeds if d.kind == "undone" for finding in d.findings}
    for deed in reversed(deeds):
        others = [f for f in deed.findings if not any(mends(f, what) for what in asked)]
        other = deed.kind == "written" and len(others) == len(deed.findings)
        if other and others and others[0] not in taken_back:
            return f"written instead: {others[0]}; z, then z takes it back"
    return ""


def _hidden(step: TourStep, moment: TourMoment) -> str:
    """A filter may hide what it points at."""
    asked = any(clause.kind == "filter" for clause in step.until)
    return "a filter is set: esc clears it" if moment.filter and not asked else ""


def _cursor(step: TourStep, moment: TourMoment) -> str:
    """The cursor stands on another row than the one it points at."""
    if moment.screen != "home" or moment.selected == step.at or not step.at:
        return ""
    if not moment.selected:
        return f"j and k lead to {step.at}"
    return f"the cursor is on {moment.selected}: j and k lead to {step.at}"
