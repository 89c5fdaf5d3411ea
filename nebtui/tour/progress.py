"""How far a person has come in a tour: pure, one new value for each key or look."""

from __future__ import annotations

from dataclasses import replace

from nebtui.light_dataclass import dataclass
from nebtui.tour.conditions import holds
from nebtui.tour.hints import way_back
from nebtui.tour.moment import TourMoment
from nebtui.tour.step import Tour, TourStep


@dataclass(frozen=True, slots=True)
class TourProgress:
    """The step that is shown, and those that were done; what was done once stays done."""

    tour: Tour
    at: int = 0
    """The step's place in the tour, from 0; as many as there are steps = it is over."""
    done: frozenset[int] = frozenset()
    deeds: int = 0
    commands: int = 0
    """How many deeds and commands there were when the step began."""
    began: float = 0.0
    """When it began, in Unix seconds of the box."""
    came_from: str = ""
    """What was selected when it began: to stand there is no mistake."""
    asked: bool = False
    """`go on` was asked for before it was done: the panel says what is missing."""

    @property
    def step(self) -> TourStep | None:
        """The step that is shown, None where the tour is over."""
        return self.tour.steps[self.at] if self.at < len(self.tour.steps) else None

    @property
    def met(self) -> bool:
        """Whether the step that is shown is done; one that waits for nothing is, once read."""
        step = self.step
        return self.at in self.done or step is None or not step.until

    def looked(self, moment: TourMoment) -> TourProgress:
        """After a look at what the person does."""
        step = self.step
        if step is None or self.met or not holds(step, moment):
            return self
        return replace(self, done=self.done | {self.at}, asked=False)

    def waited(self) -> TourProgress:
        """After `go on` was asked for too early."""
        return replace(self, asked=True)

    def moved(self, by: int, deeds: int, commands: int, now: float, selected: str) -> TourProgress:
        """At another step: that many on, or back."""
        at = max(0, min(self.at + by, len(self.tour.steps)))
        return TourProgress(self.tour, at, self.done, deeds, commands, now, selected)

    def hint(self, moment: TourMoment) -> str:
        """The way back from what was done instead, "" where nothing needs to be said."""
        if self.step is None or self.met:
            return ""
        moved = self.asked or moment.selected != self.came_from
        hint = way_back(self.step, moment, moved=moved)
        return hint or (self.step.back or "not done yet: K skips it" if self.asked else "")
