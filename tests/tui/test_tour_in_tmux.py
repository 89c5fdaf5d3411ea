"""The whole tour in a real terminal with real keys, and once with the wrong thing at every step;
`-s` tells how long it took."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.tour.reader import built_in
from tests.tui.quick_tour import SPEED
from tests.tui.tour_terminal import TourTerminal

STEPS = built_in().steps
pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine")


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TourTerminal]:
    """The tour at its first step."""
    shown = TourTerminal(tmp_path, request.param)
    try:
        shown.shows("tour 1/12", "ready")
        yield shown
    finally:
        shown.close()


def review(shown: TourTerminal, key: str, last: str) -> None:
    """Plan with a key, write with another once the proof is there."""
    shown.press(key)
    shown.until(lambda: "--- a/" in shown.words(), "the diff")
    shown.press(last)
    shown.until(lambda: "--- a/" not in shown.words(), "home")


def undo(shown: TourTerminal) -> None:
    """Take back what was written last."""
    shown.press("z")
    shown.shows("undo:")
    shown.press("z")
    shown.until(lambda: "undo:" not in shown.words(), "home")


def act(shown: TourTerminal, number: int) -> None:
    """Do what a step asks for, as its line `→` says."""
    step = STEPS[number - 1]
    if step.at:
        shown.select(step.at)
    if number == 2:
        shown.press("1")
    elif number == 3:
        shown.press("l")
    elif number in (4, 6, 10, 11):
        review(shown, step.key[0], "U")
    elif number == 7:
        review(shown, "h", "h")
    elif number == 8:
        shown.press("t")
        shown.shows("1 race")
        shown.press("R")
        shown.shows("run", "cancel")
        shown.press("Enter")
    elif number == 9:
        shown.press("7")
    elif number == 12:
        undo(shown)


def go_on(shown: TourTerminal, number: int) -> None:
    """Wait until the panel says that it is done, go on, and come back to the graph."""
    last = number == len(STEPS)
    shown.shows(f"tour {number}/", "✓", "ends the tour" if last else "goes on")
    shown.press("J")
    shown.shows("The tour is over." if last else f"tour {number + 1}/")
    if number in (3, 8):
        shown.press("Escape")
        shown.until(lambda: "────" in "".join(shown.lines()), "home")


def wrong(shown: TourTerminal, number: int) -> tuple[str, ...]:
    """Do something else than a step asks for; what the panel must say, and the keys back."""
    if number in (1, 5):
        shown.press("l" if number == 1 else "G")
        return ("esc goes back", "Escape")
    if number == 2:
        shown.press("/", "r", "e", "d", "i", "s")
        return ("a filter is set: esc clears it", "Escape")
    if number in (3, 8):
        shown.select("gantry/worker")
        shown.press("l" if number == 3 else "t")
        return (f"of gantry/worker: esc goes back, then go to {STEPS[number - 1].at}", "Escape")
    if number == 4:
        shown.select("infer/litellm")
        review(shown, "a", "a")
        return ("written instead: missing-host-gateway infer/litellm", "z")
    if number in (6, 10):
        shown.press("L")
        return ("every change is switched off: L switches it on again", "L")
    if number == 12:
        shown.press("\\;")
        return ("this is the command log: esc goes back", "Escape")
    shown.press("Home", "J")
    return (f"j and k lead to {STEPS[number - 1].at}",)


def back(shown: TourTerminal, told: str, *keys: str) -> None:
    """What the panel says, and then that; a step that waits for the box may be done by itself
    meanwhile."""
    shown.until(
        lambda: all(text in shown.words() for text in ("← ", told)) or "✓ Seen" in shown.words(),
        told,
    )
    if keys == ("z",):
        undo(shown)
    elif keys:
        shown.press(*keys)
        shown.until(lambda: told not in shown.words(), "that it is good again")
    shown.until(lambda: "────" in "".join(shown.lines()), "home")


def finish(shown: TourTerminal, began: float, name: str) -> None:
    """The last page, and leave."""
    shown.shows("The tour is over. Your own box:", "worst finding")
    took = time.monotonic() - began
    print(f"\n{name}: {took:.0f} s, on a box that lives {SPEED:.0f} times as fast")
    shown.press("q")
    shown.shows("LEFT WITH 0")


def test_from_end_to_end(terminal: TourTerminal) -> None:
    """Twelve steps by hand, at two sizes, up to the list of one's own box."""
    began = time.monotonic()
    for number in range(1, len(STEPS) + 1):
        act(terminal, number)
        go_on(terminal, number)
    finish(terminal, began, "every step")


def test_the_wrong_thing_at_every_step(tmp_path: Path) -> None:
    """Each time the panel says the way back; who goes it gets through."""
    shown = TourTerminal(tmp_path, (80, 24))
    try:
        shown.shows("tour 1/12", "ready")
        began = time.monotonic()
        for number in range(1, len(STEPS) + 1):
            told, *keys = wrong(shown, number)
            back(shown, told, *keys)
            act(shown, number)
            go_on(shown, number)
        finish(shown, began, "the wrong thing first")
    finally:
        shown.close()
