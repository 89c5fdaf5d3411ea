"""The screen where no project was found: where was looked, and what to do."""

from __future__ import annotations

from pathlib import Path

from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.observed import Container, Engine
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.session import Searched
from tests.fakes import FakeHost
from tests.tui.driver import driver

ENGINE = Engine("box", "26.1", "1.45", "unix:///x")
STRANGERS = {name: Container(name, name, state="running") for name in ("one", "two")}
PLACES = Searched(("/srv/here",), 4, "/etc/nebtui.toml")
AT_80 = (80, 24)
LAST = "a sample box"


async def test_where_was_looked_and_what_to_do_at_80_columns(tmp_path: Path) -> None:
    """Labels, folder and depth, what runs outside Compose, and three ways on are all on the
    screen."""
    host = FakeHost(Snapshot(engine=ENGINE, containers=STRANGERS))
    async with driver(host, tmp_path, AT_80, searched=PLACES) as made:
        await made.ready()
        await made.until(lambda: LAST in made.text, "the last line")
        for text in (
            "no Compose project found",
            "the labels of 2 containers of box: none names a project",
            "/srv/here 4 levels deep: no compose file",
            "the settings have no search.roots",
            "2 containers outside Compose",
            "cd FOLDER",
            "/etc/nebtui.toml:",
            'search.roots = ["/srv/stacks"]',
            "nebtui demo",
        ):
            assert text in made.text, text
        await made.press("j", "j")
        assert "made by docker run" in made.text
        await made.press("escape")
        assert "no Compose project found" in made.text


async def test_roots_of_the_settings_are_named(tmp_path: Path) -> None:
    """Every folder that was searched has a line; without an engine no labels are claimed."""
    searched = Searched(("/srv/here", "/srv/stacks"), 1, "/etc/nebtui.toml")
    async with driver(FakeHost(Snapshot()), tmp_path, AT_80, searched=searched) as made:
        await made.ready()
        await made.until(lambda: LAST in made.text, "the last line")
        assert "/srv/here 1 level deep: no compose file" in made.text
        assert "/srv/stacks 1 level deep: no compose file" in made.text
        assert "no search.roots" not in made.text
        assert "no engine was asked for the labels" in made.text
        assert "outside Compose" not in made.text


async def test_a_name_that_no_project_has(tmp_path: Path) -> None:
    """`--project NAME` with another name says so, and does not claim that there is nothing."""
    good = Project(ProjectKey("good", "/good"), services={"web": Service("web", image="x")})
    host = FakeHost(Snapshot(engine=ENGINE, projects={good.key: good}))
    async with driver(host, tmp_path, AT_80, searched=PLACES, only="god") as made:
        await made.ready()
        await made.until(lambda: "no Compose project called god found" in made.text, "the name")
        assert "nebtui without --project shows every project there is" in made.text
        assert "none names a project" not in made.text
        assert "no compose file" not in made.text


async def test_why_the_demo_box_is_shown_stays_on_screen(tmp_path: Path) -> None:
    """The sentence has a line of its own below the counts, whatever is selected."""
    notice = "the demo box, nothing on it is yours: no engine answers"
    async with driver(FakeHost(Snapshot()), tmp_path, AT_80, notice=notice) as made:
        await made.ready()
        await made.press("j")
        assert made.text.splitlines()[1].strip() == notice
