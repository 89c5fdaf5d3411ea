"""The first frame: the same lines, in the same colours, as Textual then shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.segment import Segment

from nebtui.facts.changes import Change
from nebtui.facts.declared import Service
from nebtui.facts.observed import Container, Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.colour_depth import colour_depth
from nebtui.tui.colours import PALETTES
from nebtui.tui.first_frame import first_frame, of_256
from tests.builders import box, container, joined, project, waits
from tests.chaos.test_hostile_text import HOSTILE, forbidden_in
from tests.fakes import FakeHost
from tests.tui.driver import driver

CODE = re.compile(r"\x1b\[([0-9;]*)([mH])")
Cell = tuple[str, str, str, bool, bool]
"""A character, its colour, its background, bold, reversed."""


def cells(page: str, width: int) -> list[list[Cell]]:
    """What a terminal shows of the codes: lines of cells. Any other code than of colour and place
    is an error."""
    lines: list[list[Cell]] = []
    look = ("", "", False, False)
    at = 0
    for code in CODE.finditer(page):
        text, at = page[at : code.start()], code.end()
        assert "\x1b" not in text
        if text:
            lines[-1] += [(char, *look) for char in text]
        if code[2] == "H":
            assert code[1] == f"{len(lines) + 1};1"
            lines.append([])
        else:
            look = looked(code[1].split(";"))
    assert page[at:] == ""
    assert {len(line) for line in lines} == {width}
    return lines


def looked(numbers: list[str]) -> tuple[str, str, bool, bool]:
    """Colours, bold and reversed of one code."""
    if numbers == ["0"]:
        return "", "", False, False
    assert numbers[:3] == ["0", "38", "2"]
    assert numbers[6:8] == ["48", "2"]
    fore, back = ("#" + "".join(f"{int(n):02x}" for n in numbers[i : i + 3]) for i in (3, 8))
    return fore, back, "1" in numbers[11:], "7" in numbers[11:]


def shown(segments: list[Segment]) -> list[Cell]:
    """The cells of a line of Textual's."""
    result: list[Cell] = []
    for text, style, _ in segments:
        assert style is not None
        colour = style.color.get_truecolor().hex if style.color else ""
        background = style.bgcolor.get_truecolor().hex if style.bgcolor else ""
        result += [(c, colour, background, bool(style.bold), bool(style.reverse)) for c in text]
    return result


class SpeechlessHost(FakeHost):
    """Tells nothing: what is shown is what the first frame showed."""

    def changes(self) -> Iterator[Change]:
        yield from ()


def visible(cell: Cell) -> Cell:
    """A blank has no colour that anybody sees."""
    text, _, background, _, reverse = cell
    return (text, "", background, False, reverse) if text == " " and not reverse else cell


def small() -> Snapshot:
    """Two projects on a shared network, gates, one exited, one without a project."""
    files = (
        project(
            "core",
            Service("db"),
            Service("api", networks=joined("default", "lake"), depends_on=waits("db")),
            external=("lake",),
        ),
        project("web", Service("site", networks=joined("lake")), external=("lake",)),
    )
    running = (
        container("core/db", "running", "core_default", health="healthy"),
        container("core/api", "exited", status="Exited (1) 3 minutes ago"),
        container("web/site", "running", "lake", health="starting"),
        Container("x", "stranger", state="running", status="Up 2 days", image="redis:7"),
    )
    return box(*files, *running, engine=Engine("", "26.1", "1.45", "unix:///x"))


def large() -> Snapshot:
    """More rows than fit."""
    names = [f"s{n}" for n in range(40)]
    files = [project(f"p{n}", *(Service(name) for name in names)) for n in range(3)]
    running = [container(f"p0/{name}", "running", "p0_default") for name in names]
    return box(*files, *running)


@pytest.mark.parametrize("theme", ["nebtui-dark", "nebtui-light", "nebtui-contrast"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("made", [small, large])
async def test_textual_shows_the_same(
    tmp_path: Path, made: Callable[[], Snapshot], size: tuple[int, int], theme: str
) -> None:
    """Every cell from the summary down to the edge of the detail pane, its character and its
    colours."""
    snapshot = made()
    width, _ = size
    page = cells(first_frame(snapshot, size, theme, 24), width)
    assert len(page) == size[1]
    async with driver(
        SpeechlessHost(snapshot), tmp_path, size, theme=theme, snapshot=snapshot
    ) as opened:
        await opened.pilot.pause()
        bottom = opened.rails.region.bottom
        bar = opened.rails.show_vertical_scrollbar
        # Beside the graph the first frame has only the edge of the detail.
        right = opened.rails.region.right
        strips = opened.app.screen._compositor.render_strips()
    assert bar or made is small
    compared = right - bar
    for y in range(bottom + 1):
        textual = [visible(cell) for cell in shown(list(strips[y]))][:compared]
        assert [visible(cell) for cell in page[y]][:compared] == textual, y


def test_names_cannot_steer_the_terminal() -> None:
    """Whatever containers, services, networks and the engine are called."""
    bad = Container("1", HOSTILE, project=HOSTILE, service=HOSTILE, status=HOSTILE, state="exited")
    stray = Container("2", HOSTILE, image=HOSTILE, status=HOSTILE)
    declared = project(HOSTILE, Service(HOSTILE))
    snapshot = box(declared, bad, stray, engine=Engine(HOSTILE, HOSTILE, "", HOSTILE))
    page = first_frame(snapshot, (80, 24), "", 24, banner=HOSTILE, notice=HOSTILE)
    assert "evil" in page
    assert forbidden_in(CODE.sub("", page)) == set()
    assert "\x1b" not in CODE.sub("", page)


@given(st.integers(0, 0xFFFFFF))
def test_few_colours_are_chosen_as_textual_does(number: int) -> None:
    """The nearest of 256 colours is the one that Textual's library takes."""
    colour = f"#{number:06x}"
    assert of_256(colour) == Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, 24),
        ({"COLORTERM": "24bit", "TERM": "tmux-256color"}, 24),
        ({"TERM": "xterm-256color"}, 8),
        ({"TERM": "xterm"}, 0),
        ({"TERM": "linux", "COLORTERM": "yes"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, 0),
    ],
)
def test_terminals_of_few_colours_are_left_to_textual(environ: dict[str, str], depth: int) -> None:
    """Where the colours would differ from Textual's the first frame is not drawn."""
    assert colour_depth(environ) == depth


def test_every_theme_of_ours_has_its_colours() -> None:
    """Dark is the one that no setting names."""
    assert PALETTES[""] is PALETTES["nebtui-dark"] is not PALETTES["nebtui-light"]
