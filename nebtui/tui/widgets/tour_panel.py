"""The tour at the bottom of a screen: the step, what to do, and the way back."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from nebtui.graph.pointer import SIGN
from nebtui.tour.progress import TourProgress
from nebtui.tour.step import TourStep
from nebtui.tui.key import Key
from nebtui.tui.key_table import KEYS
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.markup import joined, lines


class TourPanel(CachedStatic):
    """Shows what `told` says."""


def told(progress: TourProgress, hint: str, keys: tuple[Key, ...] = KEYS) -> Content:
    """The step in at most six lines of 80 cells; `hint`: the way back, "" where none is needed."""
    letters = {key.id: key.display for key in keys if key.id.startswith("tour")}
    step = progress.step
    if step is None:
        return Content("")
    shown = [_heading(progress, step, letters)]
    if progress.met and step.until:
        return lines(
            [*shown, joined(("✓ ", "ok"), step.done or "done"), _onward(progress, letters)]
        )
    shown += [joined(step.text), _act(step)]
    if progress.met:
        return lines([*shown, _onward(progress, letters)])
    return lines([*shown, *([joined((f"← {hint}", "warn"))] if hint else [])])


def _heading(progress: TourProgress, step: TourStep, letters: Mapping[str, str]) -> Content:
    """Which step it is, and the keys of the tour."""
    return joined(
        (f"tour {progress.at + 1}/{len(progress.tour.steps)}  ", "info"),
        (step.title, "title"),
        "   ",
        *_key(letters["tour_on"], "on", dim=not progress.met),
        *_key(letters["tour_back"], "back"),
        *_key(letters["tour_skip"], "skip"),
        *_key(letters["tour"], "leave"),
    )


def _key(key: str, label: str, *, dim: bool = False) -> list[tuple[str, str]]:
    return [(f" {key} ", "dim" if dim else "key"), (f" {label}  ", "dim")]


def _act(step: TourStep) -> Content:
    """Where to go, with the sign that its row has in the graph, and what to press there."""
    parts: list[tuple[str, str] | str] = [(f"{SIGN if step.at else '→'} ", "info")]
    if step.at:
        parts += [(step.at, "title"), "   "]
    if step.key:
        parts += [("press ", "dim"), (f" {step.key} ", "key")]
    return joined(*parts) if len(parts) > 1 else joined("")


def _onward(progress: TourProgress, letters: Mapping[str, str]) -> Content:
    last = progress.at + 1 == len(progress.tour.steps)
    return joined(
        (f" {letters['tour_on']} ", "key"), (" ends the tour" if last else " goes on", "ok")
    )
