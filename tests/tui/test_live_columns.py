"""Promises of the live columns: what they cost, that they follow the window, and the order."""

from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.facts.declared import ServiceKey
from nebtui.graph.figures import Figures
from nebtui.graph.layout import GraphModel
from nebtui.host import ShownFigures
from nebtui.hosts.simulated import SimulatedHost
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.legend import Legend
from tests.graph.scenes import sample
from tests.tui.driver import demo
from tests.tui.test_rails import count_lines, shown


def running() -> GraphModel:
    """The sample scene, all of it running."""
    groups = (
        replace(group, rows=tuple(replace(row, runs=True) for row in group.rows))
        for group in sample().groups
    )
    return replace(sample(), groups=tuple(groups))


async def test_one_changed_figure_repaints_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of new figures only the rows are written again whose text is another; the others cost
    nothing, and the layout is not asked."""
    told = {"core/redis": "1.0%"}
    async with shown(running()) as (_, rails, pilot):
        rails.measure(lambda id: Figures(told.get(id, "2.0%"), "5.0M", "", "1m"), "")
        rails.show(running(), "core/api")
        await pilot.pause()
        assert "1.0%" in rails.text()
        rendered = count_lines(rails, monkeypatch)
        rails.measure(lambda id: Figures(told.get(id, "2.0%"), "5.0M", "", "1m"))
        await pilot.pause()
        assert rendered == []
        told["core/redis"] = "97%"
        rails.measure(lambda id: Figures(told.get(id, "2.0%"), "5.0M", "", "1m"))
        await pilot.pause()
        assert len(rendered) == 1
        assert "redis" in rails.text().splitlines()[rendered[0]]
        assert "97%" in rails.text().splitlines()[rendered[0]]


async def test_only_what_is_in_the_window_is_asked() -> None:
    """Rows outside the window are not asked for; they are when they come into it."""
    asked: list[str] = []

    def ask(id: str) -> Figures:
        asked.append(id)
        return Figures("7.7%")

    async with shown(running(), (120, 8)) as (_, rails, pilot):
        rails.measure(ask, "")
        rails.show(running(), "core")
        await pilot.pause()
        assert "core/postgres" in asked
        assert "infer/sandbox" not in asked
        await rails.run_action("last")
        await pilot.pause()
        assert "infer/sandbox" in asked
        assert "7.7%" in rails.render_line(rails.size.height - 1).text


@pytest.mark.parametrize(
    ("size", "heads"),
    [((80, 24), ()), ((120, 36), ("cpu", "mem")), ((200, 50), ("cpu", "mem"))],
)
async def test_home_tells_figures(
    tmp_path: Path, size: tuple[int, int], heads: tuple[str, ...]
) -> None:
    """The wider the terminal, the more figures the rows of home have; no line is too long."""
    async with demo(tmp_path, size) as box:
        # The first figures of all come a moment after the rows on a busy machine.
        await box.live(lambda: {"gpu", *heads} <= {*box.rails.text().split()}, "the headings")
        head = next(line for line in box.rails.text().splitlines() if "gpu" in line).split()
        assert ("cpu" in head) == ("cpu" in heads)
        assert max(len(line) for line in box.rails.text().splitlines()) <= size[0]


async def test_the_host_is_told_whose_figures_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the rows in the window, and the network of what is selected; none while another page
    is in front, all while the box is recorded."""
    told: list[ShownFigures] = []
    monkeypatch.setattr(SimulatedHost, "measure", lambda _, shown: told.append(shown))
    monkeypatch.chdir(tmp_path)
    async with demo(tmp_path, (120, 20)) as box:
        await box.live(lambda: "%" in box.rails.text(), "figures", 5)
        snapshot = box.app.session.snapshot
        everybody = {container.id for container in snapshot.containers.values()}
        await box.until(lambda: told and told[-1].usage, "what is in the window")
        assert told[-1].network == frozenset()
        assert told[-1].usage is not None
        assert set() < told[-1].usage < everybody
        await box.select("core", "redis")
        key = box.app.home.selected
        assert isinstance(key, ServiceKey)
        mine = frozenset(container.id for container in snapshot.containers_of(key))
        assert mine
        assert told[-1].network == mine
        await box.press("?")
        assert told[-1] == ShownFigures(frozenset(), frozenset())
        count = len(told)
        await box.live(lambda: box.app.session.snapshot is not snapshot, "something new", 5)
        assert len(told) == count
        await box.press("escape")
        await box.until(lambda: told[-1].network == mine, "home again")
        box.app.action_record()
        await box.until(lambda: told[-1] == ShownFigures(), "all of them")
        box.app.action_record()
        await box.until(lambda: told[-1].network == mine, "what is shown")


async def test_sort(tmp_path: Path) -> None:
    """The key sorts by CPU, then by memory, then not at all, and the heading says so."""
    async with demo(tmp_path, (200, 50)) as box:
        await box.live(lambda: "%" in box.rails.text(), "figures", 5)
        before = box.rails.order
        await box.press("O")
        assert "cpu▾" in box.rails.text()
        assert {*box.rails.order} == {*before}
        assert box.rails.order != before
        await box.press("O")
        assert "mem▾" in box.rails.text()
        await box.press("O")
        assert box.rails.order == before
        assert "▾" not in next(line for line in box.rails.text().splitlines() if "cpu" in line)


async def test_the_detail_stands_where_there_is_room(tmp_path: Path) -> None:
    """Below 160 columns the detail stands under the graph and takes half of the height at most;
    from there on beside it, both as high as there is room."""
    async with demo(tmp_path, (120, 36)) as box:
        detail, rails = box.app.home.query_one(Detail), box.rails
        await box.until(lambda: detail.region.height <= 18, "the share of the detail")
        assert detail.region.y >= rails.region.bottom
        await box.pilot.resize_terminal(160, 36)
        await box.until(lambda: detail.region.x >= rails.region.right > 90, "it to stand beside")
        assert detail.region.height == box.app.home.query_one("#panes").size.height
        await box.pilot.resize_terminal(80, 24)
        await box.until(lambda: detail.region.y >= rails.region.bottom, "it to stand below")
        assert detail.region.right == 80


async def test_a_detail_with_little_to_say_is_low(tmp_path: Path) -> None:
    """What the detail does not need the graph has."""
    async with demo(tmp_path, (120, 36)) as box:
        detail = box.app.home.query_one(Detail)
        await box.until(lambda: detail.region.height >= 14, "the findings of the box")
        await box.select("core", "redis")
        await box.press("5")
        await box.until(lambda: detail.region.height < 12, "a low detail")
        assert box.rails.region.height > 18


async def test_the_legend_goes_with_the_first_move(tmp_path: Path) -> None:
    """The marks are explained until something is selected."""
    async with demo(tmp_path, (80, 24)) as box:
        legend = box.app.home.query_one(Legend)
        await box.until(lambda: "cannot reach" in box.text, "the legend")
        assert legend.region.y == box.rails.region.bottom
        await box.press("j")
        await box.until(lambda: "cannot reach" not in box.text, "it to go")


async def test_arcs_name_their_targets_at_the_edge() -> None:
    """The last line of the window names what an arc leads to further down, the first one what is
    further up; in the middle nothing is named."""
    async with shown(sample(), (120, 12)) as (_, rails, pilot):
        rails.show(sample(), "core/ingest")
        await pilot.pause()
        bottom = rails.render_line(11).text
        assert "↓ embed" in bottom
        assert "↓" not in rails.render_line(5).text
        await rails.run_action("last")
        rails.show(sample(), "infer/tabbyapi")
        await pilot.pause()
        assert "↓" not in rails.render_line(11).text
