"""The screen without an engine: what the files say, and why there is no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.project import Problem, Project
from nebtui.facts.snapshot import Snapshot
from tests.fakes import FakeHost
from tests.tui.driver import driver

WHY = "No engine socket at /nope: install Docker or start it with `sudo systemctl start docker`."
GOOD = Project(
    ProjectKey("good", "/good", ("/good/compose.yaml",)),
    services={"web": Service("web", image="x")},
)
BAD = Project(
    ProjectKey("bad", "/bad", ("/bad/compose.yaml",)),
    problem=Problem("/bad/compose.yaml", 4, "is not YAML: expected <block end>"),
)


async def test_counts_reason_and_broken_files_are_all_there_at_80_columns(tmp_path: Path) -> None:
    """The reason stands on a line of its own, beside neither the counts nor what is wrong with a
    file."""
    box = replace(Snapshot(), projects={GOOD.key: GOOD, BAD.key: BAD}, engine_problem=WHY)
    async with driver(FakeHost(box), tmp_path / "state", (80, 24), None) as made:
        await made.until(lambda: made.session.snapshot.settled, "the first picture")
        await made.until(lambda: "2 projects" in made.text, "the counts")
        first, second, third, *_ = made.text.splitlines()
        assert "1 service " in first
        assert f"{second.strip()} {third.strip()}".startswith(WHY)
        assert "compose.yaml:4 is not YAML: expected <block end>" in made.text
        await made.press("exclamation_mark")
        assert made.app.home.selected == BAD.key
