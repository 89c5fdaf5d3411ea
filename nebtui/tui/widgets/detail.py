"""The detail pane: what is written and not yet seen, the findings of the selection, and the tabs of
a service."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding
from nebtui.tui.first_frame import BESIDE
from nebtui.tui.last_words import is_unwell
from nebtui.tui.log_tail import LogTail
from nebtui.tui.session import Session
from nebtui.tui.widgets import log_tab, tabs
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.detail_heading import detail_heading
from nebtui.tui.widgets.empty_box import empty_box
from nebtui.tui.widgets.even import EvenScroll, EvenVertical
from nebtui.tui.widgets.findings import prompt
from nebtui.tui.widgets.markup import joined, lines
from nebtui.tui.widgets.no_match import no_match, no_match_heading
from nebtui.tui.widgets.notices import notices
from nebtui.tui.widgets.speed import server_lines
from nebtui.tui.widgets.strips import strips
from nebtui.tui.widgets.task_list import TaskLine, TaskList
from nebtui.tui.widgets.wheel import WheelStatic
from nebtui.tui.widgets.yaml_tab import YamlTab

SIDES = 4
"""Cells that the padding and the scroll bar of the pane take."""
LEAST, EDGES = 6, 2
"""Rows that the pane has at least; those of its edge and its heading."""
ROOMY = 14
"""Rows from which on one more does not push a finding's key out of sight."""


class Detail(EvenVertical):
    """Shows one selection (a service, a project, or the whole box) on one tab."""

    class Grown(Message):
        """Lines were written that it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = "why"
        self._followed: tuple[str, ...] = ()
        self._found: tuple[Finding, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._tail = LogTail()
        self._notices: list[Content] = []
        self._yaml = YamlTab()
        self._timer: Timer | None = None
        """Runs while a log is on screen."""

    def compose(self) -> ComposeResult:
        yield WheelStatic(id="heading")
        with EvenScroll(id="body"):
            yield CachedStatic(id="watched")
            yield OptionList(id="findings")
            yield CachedStatic(id="facts")
            yield TaskList()

    @property
    def finding(self) -> Finding | None:
        """The highlighted finding, else the first."""
        index = self.query_one("#findings", OptionList).highlighted
        return self._found[index or 0] if self._found else None

    @property
    def part(self) -> str:
        """The part of it that one goes to: a list where there is one."""
        tasks = self.query_one(TaskList).display
        return "#findings" if self._found else "#tasks" if tasks else "#body"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the selection, worst first."""
        return self._found

    def show(
        self,
        session: Session,
        selected: ServiceKey | ProjectKey | None,
        concerned: tuple[Finding, ...],
    ) -> None:
        """Show a selection as it is now, with the findings that concern it."""
        service = selected if isinstance(selected, ServiceKey) else None
        found = tuple(f for f in concerned if f.severity != "advice") if selected is None else ()
        found = found or concerned
        self.query_one(TaskList).show(())
        self.query_one("#heading", CachedStatic).set_content(
            detail_heading(session, selected, found, self.tab, self.size.width - SIDES)
        )
        self._read_log(session, service)
        self._notices = notices(session, selected)
        self._show_top()
        self._list(found if self.tab == "why" or service is None else ())
        self.query_one("#facts", CachedStatic).set_content(self._facts(session, service))
        self._found = found
        self._follow(session, service)

    def _follow(self, session: Session, service: ServiceKey | None) -> None:
        """While probes are on screen their containers are looked at again and again."""
        shown = service if self.tab == "health" else None
        ids = tuple(c.id for c in session.snapshot.containers_of(shown)) if shown else ()
        if ids != self._followed:
            self._followed = ids
            session.host.follow(ids)

    def needed(self, room: Size) -> int:
        """How many rows of a room it needs to show everything; `LEAST` at least."""
        width = room.width - SIDES + 1
        parts = [part for part in self.query_one("#body").children if part.display]
        heights = (part.get_content_height(room, room, width) for part in parts)
        return max(LEAST, sum(heights) + EDGES)

    def _read_log(self, session: Session, service: ServiceKey | None) -> None:
        """Its log is read while lines of it are on screen."""
        why = service if self.tab == "why" else None
        unwell = why and is_unwell(session.snapshot, why, session.now())
        followed = service if unwell or self.tab == "log" else None
        self._tail.turn(session.host, followed)
        if self._timer is not None:
            (self._timer.pause if followed is None else self._timer.resume)()

    def _show_top(self) -> None:
        """What stands above the findings; the last line of what is not well where there is
        room."""
        top = lines([*(self._last_words() if self._roomy else ()), *self._notices])
        self.query_one("#watched", CachedStatic).set_content(top)
        self.query_one("#watched").display = bool(top.plain)

    @property
    def _roomy(self) -> bool:
        """Whether it is high, or may be: half of what it shares with the graph is its own."""
        panes = self.parent
        if not isinstance(panes, Widget):
            return False
        high = panes.size.height
        return (high if self.app.size.width >= BESIDE else high // 2) >= ROOMY

    def _last_words(self) -> list[Content]:
        return log_tab.last_words(self._tail.last) if self.tab == "why" else []

    def on_mount(self) -> None:
        self._timer = self.set_interval(log_tab.EVERY, self._look, pause=True)

    def on_unmount(self) -> None:
        self._tail.close()

    def _look(self) -> None:
        """Show what was written since the last look, where it is on screen."""
        if not self._tail.look():
            return
        self._show_top()
        if self.tab == "log":
            content = lines(log_tab.log_lines(self._tail.lines))
            self.query_one("#facts", CachedStatic).set_content(content)
        self.post_message(self.Grown())

    def show_no_match(self, snapshot: Snapshot, text: str) -> None:
        """Say that a filter shows nothing."""
        self.show_page(no_match_heading(text), no_match(snapshot, text))

    def show_swarm_log(self, session: Session, heading: Content, service: str) -> None:
        """Show what the tasks of a service of Swarm write, by its whole name."""
        self._tail.turn(session.host, service)
        if self._timer is not None:
            self._timer.resume()
        self._show_text(heading, lines(log_tab.log_lines(self._tail.lines)))

    def show_page(self, heading: Content, facts: Content, tasks: tuple[TaskLine, ...] = ()) -> None:
        """Show a text that belongs to no service, and tasks of a swarm below it."""
        self._tail.close()
        self._show_text(heading, facts, tasks)

    def _show_text(
        self, heading: Content, facts: Content, tasks: tuple[TaskLine, ...] = ()
    ) -> None:
        self.query_one(TaskList).show(tasks)
        self.query_one("#heading", CachedStatic).set_content(heading)
        self.query_one("#watched").display = False
        self._list(())
        self._found = ()
        self.query_one("#facts", CachedStatic).set_content(facts)

    def _list(self, found: tuple[Finding, ...]) -> None:
        """Refill the list only when a finding changed, so that the highlight stays."""
        widget = self.query_one("#findings", OptionList)
        if found == self._shown:
            return
        kept = widget.highlighted
        widget.clear_options()
        widget.add_options([Option(prompt(finding)) for finding in found])
        if found:
            widget.highlighted = min(kept or 0, len(found) - 1)
        self._shown = found
        widget.display = bool(found)

    def _yaml_read(self, content: Content) -> None:
        if self.is_attached and self.tab == "yaml":
            self.query_one("#facts", CachedStatic).set_content(content)

    def _facts(self, session: Session, service: ServiceKey | None) -> Content:
        snapshot = session.snapshot
        if service is None:
            empty = snapshot.settled and not snapshot.projects
            return empty_box(session) if empty else Content("")
        if self.tab == "startup":
            from nebtui.tui.widgets import startup

            return startup.service_start(session, service, self.size.width - SIDES)
        if self.tab == "health":
            return lines(tabs.health(snapshot, service, session.now()))
        if self.tab == "log":
            return lines(log_tab.log_lines(self._tail.lines))
        if self.tab == "mounts":
            return lines(tabs.mounts(snapshot, service))
        if self.tab == "gpu":
            from nebtui.tui.widgets import gpus

            ladder = gpus.service_ladder(snapshot, service)
            return lines([*ladder, *server_lines(snapshot, service, ascii=session.ascii)])
        if self.tab == "yaml":
            if away := session.host.files_away:
                return joined((away, "dim"))
            return self._yaml.of(self.app, snapshot, service, self._yaml_read)
        return lines(
            [
                *(self._last_words() if not self._roomy else []),
                *tabs.networks(snapshot, service),
                *tabs.usage(snapshot, service),
                *self._strips(session, service),
            ]
        )

    def _strips(self, session: Session, service: ServiceKey) -> list[Content]:
        """The last minutes, where the pane stands beside the graph."""
        if self.app.size.width < BESIDE:
            return []
        room = self.size.width - SIDES
        return strips(session.snapshot, service, session.now(), room, ascii=session.ascii)
