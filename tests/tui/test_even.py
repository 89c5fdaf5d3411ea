"""Containers whose lines are one line look as they would with a line for each."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import Static

from nebtui.tui.widgets.even import EvenVertical

STYLE = "{id} {{ width: 20; height: 8; background: blue; border-left: solid red; {more} }}"
MORE = "border-top: heavy green; padding: 1 2; border-bottom: solid yellow;"


class Two(App[None]):
    """The same container twice, once with lines of its own each."""

    def __init__(self, more: str) -> None:
        super().__init__()
        self.more = more

    def compose(self) -> ComposeResult:
        yield Vertical(Static("a"), id="plain")
        yield EvenVertical(Static("a"), id="even")

    def on_mount(self) -> None:
        for id in ("#plain", "#even"):
            self.stylesheet.add_source(STYLE.format(id=id, more=self.more), read_from=(id, id))
        self.stylesheet.parse()
        self.stylesheet.update(self)


def lines(app: App[None], id: str) -> list[Strip]:
    """Its lines, without its children."""
    widget = app.query_one(id)
    return widget.render_lines(widget.outer_size.region)


async def test_it_looks_the_same() -> None:
    """With borders and padding above and below, without them, and of a part of it."""
    for more in ("", MORE):
        app = Two(more)
        async with app.run_test() as pilot:
            await pilot.pause()
            plain, even = lines(app, "#plain"), lines(app, "#even")
            assert [list(one) for one in even] == [list(one) for one in plain]
            assert len(plain) == 8
            part = app.query_one("#even").outer_size.region.shrink((2, 3, 1, 4))
            assert [list(one) for one in app.query_one("#even").render_lines(part)] == [
                list(one) for one in app.query_one("#plain").render_lines(part)
            ]


async def test_what_is_even_is_one_line() -> None:
    """Between its borders all lines are one object, cut and kept once."""
    app = Two(MORE)
    async with app.run_test() as pilot:
        await pilot.pause()
        inner = lines(app, "#even")[2:-2]
        assert len({id(one) for one in inner}) == 1
        assert len({id(one) for one in lines(app, "#plain")[2:-2]}) == len(inner)
