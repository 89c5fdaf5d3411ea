"""Find and go: the filter, the palette, back and forward, and the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driver import AppDriver, demo


def rows(shown: AppDriver) -> set[str]:
    """The services that the graph shows, as project/service."""
    return {i.split("\0")[0] + "/" + i.partition("\1")[2] for i in shown.rails.ids if "\1" in i}


async def filtered(shown: AppDriver, text: str) -> set[str]:
    """Type a filter; what is left."""
    await shown.press("escape", "slash")
    for char in text:
        await shown.pilot.press("space" if char == " " else char)
    await shown.press("enter")
    return rows(shown)


async def test_the_filter_asks_for_fields(tmp_path: Path) -> None:
    """Network, state, image and project, also turned round and together."""
    async with demo(tmp_path) as shown:
        every = rows(shown)
        joined = await filtered(shown, "net:nebulus")
        assert "core/api" in joined
        assert "core/redis" not in joined
        assert await filtered(shown, "net:!nebulus") == every - joined
        assert "gantry/conductor" in await filtered(shown, "state:failed")
        assert await filtered(shown, "image:redis project:core") == {"core/redis"}
        assert {name.partition("/")[0] for name in await filtered(shown, "gantry")} == {"gantry"}


async def test_a_filter_without_a_match_says_so(tmp_path: Path) -> None:
    """It says how to leave it and what there is; no finding of the box stands below."""
    async with demo(tmp_path) as shown:
        assert await filtered(shown, "net:backend") == set()
        for text in ("nothing matches net:backend", "esc shows all", "core_default"):
            assert text in shown.text
        assert "isolated-networks" not in shown.text
        await shown.press("escape")
        await shown.until(lambda: "isolated-networks" in shown.text, "the findings")


async def test_findings_are_those_of_what_is_shown(tmp_path: Path) -> None:
    """With a filter and nothing selected the list has no finding of another project."""
    async with demo(tmp_path) as shown:
        await filtered(shown, "project:infer")
        assert "foreign-user" in shown.text
        assert "isolated-networks" not in shown.text
