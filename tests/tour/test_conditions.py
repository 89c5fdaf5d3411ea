"""Promises of the conditions of a tour: each is true exactly where the thing was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.facts.declared import ProjectKey, Service
from nebtui.rules.rule import Finding
from nebtui.tour.conditions import holds
from nebtui.tour.hints import way_back
from nebtui.tour.moment import Deed, TourMoment
from nebtui.tour.progress import TourProgress
from nebtui.tour.step import KINDS, Clause, Kind, Tour, TourStep
from tests.builders import at, box, container, project

BOX = box(
    project("p", Service("a"), Service("b")), container("p/a"), container("p/b", "exited", code=137)
)
HOME = TourMoment(snapshot=BOX, judged=True, selected="p/a")
JOIN, GATE = "isolated-networks p/a", "ungated-dependency p/b"


def waiting(kind: Kind, what: str, **more: str) -> TourStep:
    """A step that waits for one thing."""
    return TourStep("a step", "do it", (Clause(kind, what),), **more)


def deeds(*told: tuple[str, str]) -> tuple[Deed, ...]:
    """What was done, oldest first."""
    return tuple(Deed(kind, (finding,)) for kind, finding in told)  # type: ignore[arg-type]


def found(rule: str, name: str, *also: str) -> Finding:
    """A finding of a rule at a service."""
    key = at(f"p/{name}")
    others = tuple(at(f"p/{other}") for other in also)
    return Finding(rule, "error", key.project, name, "", "", (), "safe", also=others)


CASES: tuple[tuple[Kind, str, TourMoment, TourMoment], ...] = (
    ("selected", "p/a", HOME, replace(HOME, selected="p/b")),
    ("selected", "p", replace(HOME, selected="p"), HOME),
    ("screen", "logs", replace(HOME, screen="logs"), HOME),
    ("tab", "gpu", replace(HOME, tab="gpu"), HOME),
    ("tab", "gpu", replace(HOME, tab="gpu"), replace(HOME, tab="gpu", selected="p")),
    ("tab", "gpu", replace(HOME, tab="gpu"), replace(HOME, tab="gpu", screen="logs")),
    ("log", "p/a", replace(HOME, log_of=frozenset({"p/a", "p/b"})), HOME),
    ("filter", "state:ready", replace(HOME, filter=" State:Ready "), HOME),
    ("gone", JOIN, HOME, replace(HOME, findings=(found("isolated-networks", "a"),))),
    ("gone", JOIN, HOME, replace(HOME, findings=(found("isolated-networks", "b", "a"),))),
    ("gone", "any p", HOME, replace(HOME, findings=(found("isolated-networks", "b"),))),
    ("gone", JOIN, replace(HOME, findings=(found("open-sandbox", "a"),)),
     replace(HOME, judged=False)),
    ("written", JOIN, replace(HOME, deeds=deeds(("written", JOIN))),
     replace(HOME, deeds=deeds(("written", GATE)))),
    ("written", "any p/a", replace(HOME, deeds=deeds(("written", JOIN))), HOME),
    ("written", "isolated-networks", replace(HOME, deeds=deeds(("written", JOIN))),
     replace(HOME, deeds=deeds(("written", JOIN), ("undone", JOIN)))),
    ("seen", JOIN, replace(HOME, deeds=deeds(("written", JOIN), ("seen", JOIN))),
     replace(HOME, deeds=deeds(("written", JOIN)))),
    ("undone", "any", replace(HOME, deeds=deeds(("written", JOIN), ("undone", JOIN)), before=1),
     replace(HOME, deeds=deeds(("written", JOIN), ("undone", JOIN)), before=2)),
    ("state", "p/b stopped", HOME, replace(HOME, snapshot=box(project("p", Service("a"))))),
    ("ran", "up --force-recreate",
     replace(HOME, commands=("docker compose -p p up -d --force-recreate",)),
     replace(HOME, commands=("docker compose -p p up -d",))),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "what", "there", "not_there"), CASES)
def test_a_condition(kind: Kind, what: str, there: TourMoment, not_there: TourMoment) -> None:
    """It holds where the thing was done and not where it was not."""
    assert holds(waiting(kind, what), there)
    assert not holds(waiting(kind, what), not_there)


def test_every_kind_is_tried() -> None:
    """Each kind is in the table above; that of starts has the tests of the screen."""
    assert {kind for kind, *_ in CASES} | {"calm"} == set(KINDS)


def test_a_project_that_was_never_started_is_not_calm() -> None:
    """Nor is one that is not there, nor one whose start is from before the step."""
    old = replace(HOME, now=1e9, began=1e9)
    assert [holds(waiting("calm", name), old) for name in ("p", "nope", "p/a")] == [False] * 3


def test_all_clauses_at_once() -> None:
    """Two clauses hold together; a step without one waits for nothing."""
    both = TourStep("s", "t", (Clause("selected", "p/a"), Clause("tab", "gpu")))
    assert not holds(both, HOME)
    assert holds(both, replace(HOME, tab="gpu"))
    assert holds(TourStep("s", "t", ()), HOME)


WRITING = waiting("written", JOIN, at="p/a")
BACK = (
    (WRITING, HOME, ""),
    (WRITING, replace(HOME, selected="p/b"), "the cursor is on p/b: j and k lead to p/a"),
    (WRITING, replace(HOME, selected=""), "j and k lead to p/a"),
    (WRITING, replace(HOME, screen="gpu"), "this is the GPU screen: esc goes back"),
    (WRITING, replace(HOME, screen="review", selected="p/b"),
     "this is a review of p/b: esc goes back, then go to p/a"),
    (WRITING, replace(HOME, screen="review"), ""),
    (WRITING, replace(HOME, filter="redis"), "a filter is set: esc clears it"),
    (WRITING, replace(HOME, locked="for now"),
     "every change is switched off: L switches it on again"),
    (WRITING, replace(HOME, locked="for good"),
     "nothing can be changed on this box: K skips the step"),
    (WRITING, replace(HOME, deeds=deeds(("written", GATE))),
     f"written instead: {GATE}; z, then z takes it back"),
    (WRITING, replace(HOME, deeds=deeds(("written", GATE)), before=1), ""),
    (WRITING, replace(HOME, deeds=deeds(("written", GATE), ("undone", GATE))), ""),
    (waiting("selected", "x/y", at="x/y"), replace(HOME, snapshot=replace(BOX, settled=True)),
     "x/y is not on this box: K skips the step"),
    (waiting("selected", "p/b", at="p/b"), replace(HOME, locked="for now"),
     "the cursor is on p/a: j and k lead to p/b"),
)  # fmt: skip


@pytest.mark.parametrize(("step", "moment", "words"), BACK)
def test_the_way_back(step: TourStep, moment: TourMoment, words: str) -> None:
    """What was done instead is named, with the key that leads back; nothing where nothing was."""
    assert way_back(step, moment) == words


def test_progress() -> None:
    """A step that was done stays done; one that only is read is; the ends hold."""
    tour = Tour("t", (waiting("screen", "logs"), TourStep("read", "me", ())))
    begun = TourProgress(tour, came_from="p/a")
    assert not begun.looked(HOME).met
    assert begun.hint(HOME) == ""
    assert begun.waited().hint(HOME) == "not done yet: K skips it"
    done = begun.waited().looked(replace(HOME, screen="logs"))
    assert done.met
    assert done.looked(HOME).met
    assert done.hint(HOME) == ""
    last = done.moved(1, 0, 0, 0.0, "")
    assert last.met
    assert last.moved(1, 0, 0, 0.0, "").step is None
    assert last.moved(9, 0, 0, 0.0, "").at == 2
    assert last.moved(-9, 0, 0, 0.0, "").met


def test_names_of_a_box() -> None:
    """A project and a service are found by name, others are not."""
    assert HOME.key("p/a") == at("p/a")
    assert isinstance(HOME.key("p"), ProjectKey)
    assert [HOME.key(name) for name in ("p/z", "z", "", "p/")] == [
        None,
        None,
        None,
        at("p/a").project,
    ]
