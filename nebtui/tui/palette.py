"""The command palette: services, projects, networks, rules and every key of the screen, those that
are used most first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.fuzzy import FuzzySearch
from textual.markup import escape
from textual.screen import Screen

from nebtui import rules
from nebtui.analysis import services
from nebtui.analysis.readiness import readiness
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.tui.widgets.markup import styled

if TYPE_CHECKING:
    from nebtui.tui.app import NebtuiApp
    from nebtui.tui.screens.going import GoingScreen

KNOWN_SO_WELL = frozenset({"back", "detail", "up", "down", "first", "last", "pane"})
"""Keys that nobody looks up by name."""
OFTEN = 10
"""Uses from which on more make no difference."""
Run = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette; `title` is what is searched, and by what its uses are counted."""

    title: str
    help: str
    run: Run


class Everything(Provider):
    """All that can be chosen; the last part of a name that is typed is enough."""

    async def search(self, query: str) -> Hits:
        """The choices that match, the best first."""
        fuzzy, asked = FuzzySearch(), query.strip().lower()
        for choice in self._choices():
            score, offsets = fuzzy.match(asked, choice.title)
            if score <= 0:
                continue
            shown = styled(choice.title)
            for at in offsets if len(shown) == len(choice.title) else ():
                shown = shown.stylize("bold underline", at, at + 1)
            yield Hit(
                score + closeness(asked, choice.title) + self._used(choice) / OFTEN,
                cast("str", shown),
                self._counted(choice),
                choice.title,
                _told(choice),
            )

    async def discover(self) -> Hits:
        """Everything there is to do here, what was used most first; then where one can go."""
        for choice in sorted(self._choices(), key=lambda one: -self._used(one)):
            shown = cast("str", styled(choice.title))
            yield DiscoveryHit(shown, self._counted(choice), choice.title, _told(choice))

    @property
    def _app(self) -> NebtuiApp:
        return cast("NebtuiApp", self.app)

    def _choices(self) -> Iterator[Choice]:
        app = self._app
        for title, told, run, _ in app.get_system_commands(self.screen):
            yield Choice(title, told, run)
        yield from places(app.session.snapshot, app.home)

    def _used(self, choice: Choice) -> int:
        return min(OFTEN, self._app.used_commands.times(choice.title))

    def _counted(self, choice: Choice) -> Run:
        def run() -> Awaitable[None] | None:
            self._app.used_commands.count(choice.title)
            return choice.run()

        return run


def closeness(asked: str, title: str) -> float:
    """How much a title says what was asked: more where a word of it begins so, most where one is
    just that."""
    words = title.lower().replace("/", " ").split()
    if asked in words or asked == title.lower():
        return 3.0
    if any(word.startswith(asked) for word in words):
        return 2.0
    return 1.0 if asked in title.lower() else 0.0


def _told(choice: Choice) -> str:
    return escape(styled(choice.help).plain)


def places(snapshot: Snapshot, home: GoingScreen) -> Iterator[Choice]:
    """Where one can go: each service, project and network, and the manual of each rule."""
    for project in services.projects(snapshot):
        mine = services.service_keys(snapshot, project)
        counted = services.tally(snapshot, mine)
        told = " · ".join([counted.text, *(part for part, _ in counted.parts)])
        yield Choice(f"project {project}", told, partial(home.go, project))
        for key in mine:
            state = readiness(snapshot, key).state
            yield Choice(str(key), f"service · {state}", partial(home.go, key))
    for name, (_, members) in services.network_members(snapshot).items():
        told = f"shows only its services: {_some(str(member) for member in members)}"
        yield Choice(f"network {name}", told, partial(home.narrow, f"net:{name}"))
    for rule in rules.every():
        yield Choice(f"rule {rule.name}", rule.summary, partial(home.show_manual, rule.name))


def _some(names: Iterable[str]) -> str:
    first, *rest = [*names] or [""]
    return f"{first} and {len(rest)} more" if rest else first


def commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    """One command per key that is bound, and not dimmed, on this screen."""
    bound = {binding.binding.id for binding in screen.active_bindings.values() if binding.enabled}
    for key in cast("NebtuiApp", screen.app).keys:
        wanted = f"{key.where}.{key.id}" in bound and key.id not in KNOWN_SO_WELL
        if wanted and key.action != "app.command_palette":
            yield SystemCommand(
                f"{key.label} ({key.display})", key.help, _runner(screen, key.action)
            )


def _runner(screen: Screen[object], action: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await screen.run_action(action)

    return run
