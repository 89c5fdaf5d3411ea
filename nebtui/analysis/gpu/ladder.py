"""The ladder of evidence (declared, injected, initialises, resident, works, fast) and what follows
from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nebtui.facts.samples import ThroughputSample
from nebtui.light_dataclass import dataclass

Answer = Literal["yes", "no", "unknown"]
Word = Literal["", "works", "fallback", "suspected"]
WORST_FIRST: tuple[Word, ...] = ("fallback", "suspected", "works", "")
ABSENT = "it does not run"


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """One step: its question, the answer, what was seen or why nothing could be, and by whom."""

    name: str
    answer: Answer
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """All steps of a service, and what follows from them."""

    steps: tuple[EvidenceStep, ...]
    loaded: str = ""
    """Why a model counts as loaded, "" if nothing says so."""
    busy: str = ""
    """Why it counts as busy now or a moment ago."""
    verdict: Word = ""
    doubt: str = ""
    """Why it is only suspected, "" where it is not."""
    of: str = ""
    """The container it is about where the service has several, "" for a service with one."""

    def answer(self, name: str) -> Answer:
        """The answer of one step."""
        return next(step.answer for step in self.steps if step.name == name)

    def step(self, name: str) -> EvidenceStep:
        """One step."""
        return next(step for step in self.steps if step.name == name)

    @property
    def sentence(self) -> str:
        """What follows, in one sentence; with the container where the service has several."""
        return f"{self.of} {self._said}" if self.of else self._said

    @property
    def _said(self) -> str:
        if self.verdict == "" and self.step("resident").why == ABSENT:
            return ABSENT
        if self.verdict == "" and self.answer("resident") == "no":
            return "is on no GPU now; it is not seen at work, so that says nothing"
        return {
            "": "no verdict: nothing speaks against it",
            "works": "computes on the GPU",
            "fallback": "claims a GPU and computes on the CPU",
            "suspected": f"may compute on the CPU: {self.doubt}",
        }[self.verdict]

    @property
    def evidence(self) -> tuple[str, ...]:
        """What is known, as a line an item: the steps with yes or no, model and load between
        them."""
        text = [f"{step.name}: {step.answer}, {step.why}" + _by(step) for step in self.steps]
        between = [line for line in (self.loaded, self.busy) if line]
        return (*((f"container: {self.of}",) if self.of else ()), *text[:3], *between, *text[3:])


def _by(step: EvidenceStep) -> str:
    return f" ({step.source})" if step.source else ""


def concluded(
    steps: tuple[EvidenceStep, ...], figures: list[ThroughputSample], loaded: str, busy: str
) -> Ladder:
    """The ladder with what follows: CPU fallback is said only of what was declared, is loaded and
    busy, and is on no device for certain."""
    answers = {step.name: step.answer for step in steps}
    if answers["declared"] != "yes":
        return Ladder(steps, loaded, busy)
    if answers["resident"] == "no" and loaded and busy:
        return Ladder(steps, loaded, busy, "fallback")
    if answers["resident"] == "yes":
        return Ladder(steps, loaded, busy, "works" if answers["works"] == "yes" else "")
    doubt = _doubt(answers, figures)
    return Ladder(steps, loaded, busy, "suspected" if doubt else "", doubt)


def _doubt(answers: Mapping[str, Answer], figures: list[ThroughputSample]) -> str:
    """What speaks against the GPU of a service that is not seen on one, "" if nothing does."""
    shares = [figure.on_gpu for figure in figures if figure.on_gpu is not None]
    if answers["fast"] == "no":
        return "it is slow, and nothing shows it on a GPU"
    if shares and max(shares) == 0.0:
        return "its server says that none of the model is in GPU memory"
    if shares and answers["resident"] == "no":
        return (
            "its server says that the model is in GPU memory, and the driver lists no process of it"
        )
    return ""
