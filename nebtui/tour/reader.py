"""Reads a tour from TOML; everything that is wrong with it is said at once, with file and line."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from nebtui import rules
from nebtui.analysis.verdict import Word
from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped
from nebtui.text.terminal import plain
from nebtui.tour.layout import Block, blocks
from nebtui.tour.step import KINDS, SCREENS, TABS, Clause, Kind, Tour, TourStep

WIDTH = 78
"""Cells of a line of the panel in a terminal of 80."""
LINES: Mapping[str, int] = {"title": 1, "text": 3, "done": 3, "back": 1, "key": 1, "at": 1}
"""How many lines of the panel each text may fill."""
TITLE = 34
"""Cells of a title: the keys stand beside it."""
MOST = 60
"""Steps of a tour."""
_PLACE = re.compile(r"[^\s/]+(/[^\s/]+)?$")


class TourError(ValueError):
    """A tour that cannot be used: one sentence for each mistake, `FILE:LINE: what`."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class _Mistake:
    line: int
    message: str


def read_tour(text: str, name: str) -> Tour:
    """The tour that stands in a text; raises TourError. `name`: the file, for what is said."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TourError((_syntax(name, str(error)),)) from None
    lines = blocks(text)
    found = sorted(_mistakes(data, lines), key=lambda mistake: mistake.line)
    if found:
        raise TourError(tuple(f"{name}:{m.line}: {plain(m.message)}" for m in found))
    return Tour(data["title"].strip(), tuple(_step(row) for row in data["step"]))


def built_in() -> Tour:
    """The tour of the demo box, which ships with nebtui."""
    text = shipped("nebtui.tour", "demo.toml")
    return read_tour(text, "demo.toml")


def _syntax(name: str, error: str) -> str:
    """What the reader of TOML says, with the line in front."""
    line = re.search(r"\(at line (\d+)", error)
    told = re.sub(r"\s*\(at [^)]*\)$", "", error)
    return f"{name}:{line.group(1) if line else 1}: {plain(told)}"


def _step(row: Mapping[str, Any]) -> TourStep:
    texts = {key: " ".join(row[key].split()) for key in LINES if key in row}
    until = row.get("until", {})
    return TourStep(**texts, until=tuple(Clause(kind, until[kind].strip()) for kind in until))


def _mistakes(data: Mapping[str, Any], lines: tuple[Block, ...]) -> Iterator[_Mistake]:
    top = lines[0]
    for key in data:
        if key not in ("title", "step"):
            yield _Mistake(top.of(key), f"{key} is not known here; a tour has title and [[step]]")
    yield from _texts({"title": data.get("title")}, top, ("title",))
    steps = data.get("step")
    if not isinstance(steps, list) or not all(isinstance(row, dict) for row in steps):
        yield _Mistake(top.of("step"), "a tour needs steps: each begins with [[step]]")
        return
    if len(steps) > MOST:
        yield _Mistake(lines[-1].line, f"{len(steps)} steps: at most {MOST}")
    for number, row in enumerate(steps, 1):
        block = lines[number] if number < len(lines) else top
        yield from _of_step(row, block)


def _of_step(row: Mapping[str, Any], block: Block) -> Iterator[_Mistake]:
    known = (*LINES, "until")
    for key in row:
        if key not in known:
            text = f"{key} is not known in a step; known: {', '.join(known)}"
            yield _Mistake(block.of(key), text)
    yield from _texts(row, block, ("title", "text"))
    at = row.get("at")
    if isinstance(at, str) and not _PLACE.match(at):
        yield _Mistake(block.of("at"), f"at: {at} is not PROJECT/SERVICE or PROJECT")
    until = row.get("until", {})
    if not isinstance(until, dict):
        yield _Mistake(block.of("until"), "until must be a table: until = { selected = … }")
        return
    for kind, what in until.items():
        line = block.keys.get(f"until.{kind}", block.of("until"))
        if why := _wrong(kind, what):
            yield _Mistake(line, f"until: {why}")


def _texts(row: Mapping[str, Any], block: Block, needed: tuple[str, ...]) -> Iterator[_Mistake]:
    """What is wrong with the texts of a block: not there, no text, or too long for the panel."""
    for key, most in LINES.items():
        value = row.get(key)
        if value is None:
            if key in needed:
                yield _Mistake(block.of(key), f"{key} is missing")
        elif not isinstance(value, str) or not value.strip():
            yield _Mistake(block.of(key), f"{key} must be a text")
        elif key == "title" and len(value.strip()) > TITLE:
            yield _Mistake(block.of(key), f"title: {len(value.strip())} characters, {TITLE} fit")
        elif (number := len(textwrap.wrap(plain(value), WIDTH))) > most:
            told = f"{key}: {number} lines of {WIDTH} characters, {most} fit"
            yield _Mistake(block.of(key), told)


def _wrong(kind: str, what: object) -> str:
    """Why a clause cannot be asked, "" where it can."""
    if kind not in KINDS:
        return f"{kind} is not known; known: {', '.join(KINDS)}"
    if not isinstance(what, str) or not what.strip():
        return f"{kind} must be a text"
    return _CHECKS[kind](what.strip())


def _place(what: str) -> str:
    return "" if _PLACE.match(what) else f"{what} is not PROJECT/SERVICE or PROJECT"


def _service(what: str) -> str:
    return "" if _PLACE.match(what) and "/" in what else f"{what} is not PROJECT/SERVICE"


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    return lambda what: "" if what in names else f"{what} is none of {', '.join(names)}"


def _finding(what: str) -> str:
    """`RULE`, `RULE PROJECT/SERVICE`, or `any` in place of the rule."""
    rule, _, at = what.partition(" ")
    if rule != "any" and rule not in {one.name for one in rules.every()}:
        return f"{rule} is not a rule; `nebtui rule` lists them"
    return _place(at.strip()) if at.strip() else ""


def _service_state(what: str) -> str:
    name, _, word = what.partition(" ")
    words = (*get_args(Word), "unverified", "port open", "crash loop", "unhealthy", "stopped")
    if wrong := _service(name):
        return f"{wrong}; state is PROJECT/SERVICE WORD"
    return _one_of(words)(word.strip())


def _anything(_: str) -> str:
    return ""


_CHECKS: Mapping[Kind, Callable[[str], str]] = {
    "selected": _place,
    "screen": _one_of(SCREENS),
    "tab": _one_of(TABS),
    "log": _service,
    "filter": _anything,
    "gone": _finding,
    "written": _finding,
    "seen": _finding,
    "undone": _finding,
    "state": _service_state,
    "ran": _anything,
    "calm": _place,
}
