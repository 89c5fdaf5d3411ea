"""The detail pane: what is written and not yet seen, the findings of the selection, and the tabs of
a service."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from nebtui.analysis.sources import found_by, read_by
from nebtui.analysis.startup.recent import starts
from nebtui.disk.read import UnreadableError, from_disk
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.watch import verdict
from nebtui.graph.timeline import draw_timeline
from nebtui.rules.rule import Finding
from nebtui.text.paths import short
from nebtui.tui.background import background
from nebtui.tui.session import Session
from nebtui.tui.widgets import gpus, startup, tabs
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.empty_box import empty_box, empty_heading
from nebtui.tui.widgets.findings import counted, prompt, related
from nebtui.tui.widgets.markup import joined, lines
from nebtui.tui.widgets.speed import server_lines

SIDES = 4
"""Cells that the padding and the scroll bar of the pane take."""
WATCH_TONES = {"written": "warn", "seen": "ok", "wrong": "bad"}


class Detail(Vertical):
    """Shows one selection (a service, a project, or the whole box) on one tab."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = "why"
        self._followed: tuple[str, ...] = ()
        self._found: tuple[Finding, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._yaml_of: tuple[ServiceKey, int] | None = None
        self._yaml_lines = Content("")

    def compose(self) -> ComposeResult:
        yield CachedStatic(id="heading")
        with VerticalScroll(id="body"):
            yield CachedStatic(id="watched")
            yield OptionList(id="findings")
            yield CachedStatic(id="facts")

    @property
    def finding(self) -> Finding | None:
        """The highlighted finding, else the first."""
        index = self.query_one("#findings", OptionList).highlighted
        return self._found[index or 0] if self._found else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the selection, worst first."""
        return self._found

    def show(self, session: Session, selected: ServiceKey | ProjectKey | None) -> None:
        """Show a selection as it is now."""
        service = selected if isinstance(selected, ServiceKey) else None
        found = (
            tuple(f for f in session.findings if f.severity != "advice" or service)
            if selected is None
            else ()
        )
        found = found or related(session.findings, selected)
        self.query_one("#heading", CachedStatic).set_content(
            self._heading(session, selected, found)
        )
        watched = _watched(session, selected)
        self.query_one("#watched", CachedStatic).set_content(watched)
        self.query_one("#watched").display = bool(watched.plain)
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

    def show_stranger(self, container: Container | None) -> None:
        """Show a container that no project made; None = their group."""
        name = container.name if container else "outside Compose"
        text = "made by docker run or another tool: nebtui shows it and changes nothing of it"
        self.query_one("#heading", CachedStatic).set_content(
            joined((name, "title"), (f"  {text}", "dim"))
        )
        self.query_one("#watched").display = False
        self._list(())
        self._found = ()
        found = tabs.stranger(container) if container else []
        self.query_one("#facts", CachedStatic).set_content(lines(found))

    def _heading(
        self, session: Session, selected: ServiceKey | ProjectKey | None, found: tuple[Finding, ...]
    ) -> Content:
        if isinstance(selected, ServiceKey):
            marks = [
                (f"[{t}]" if k == self.tab else f" {t} ", "info" if k == self.tab else "dim")
                for k, t in tabs.TABS.items()
            ]
            # What a narrow terminal may cut off comes last; tab 1 has it in full.
            why = tabs.reason(session.snapshot, selected)
            return joined(
                *tabs.heading(session.snapshot, selected), "   ", *marks, (f"   {why}", "dim")
            )
        if isinstance(selected, ProjectKey):
            project = session.snapshot.projects.get(selected)
            files = ", ".join(short(f) for f in selected.files)
            message = f"  from {found_by(project)} · {read_by(project)}" if project else ""
            return joined((selected.name, "title"), f"  {files}", (message, "dim"))
        if not session.snapshot.settled:
            return joined(("loading…", "dim"))
        if not session.snapshot.projects:
            return empty_heading(session)
        return joined((counted(len(found)), "title"), ("  on this host", "dim"))

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

    def _yaml(self, snapshot: Snapshot, service: ServiceKey) -> Content:
        """The service's lines as they were read last. They are read off the screen's thread, for a
        file may lie on a network that does not answer, and only when the box or the selection is
        another one."""
        wanted = (service, snapshot.generation)
        if self._yaml_of != wanted:
            self._yaml_of = wanted
            declared = snapshot.service(service)

            def shown(content: Content) -> None:
                if self._yaml_of == wanted and self.is_attached:
                    self._yaml_lines = content
                    if self.tab == "yaml":
                        self.query_one("#facts", CachedStatic).set_content(content)

            background(self.app, lambda: yaml_lines(declared), shown)
        return self._yaml_lines

    def _facts(self, session: Session, service: ServiceKey | None) -> Content:
        snapshot = session.snapshot
        if service is None:
            empty = snapshot.settled and not snapshot.projects
            return empty_box(session) if empty else Content("")
        if self.tab == "startup":
            return service_start(session, service, self.size.width - SIDES)
        if self.tab == "health":
            return lines(tabs.health(snapshot, service, session.now()))
        if self.tab == "mounts":
            return lines(tabs.mounts(snapshot, service))
        if self.tab == "gpu":
            return lines(
                [
                    *gpus.service_ladder(snapshot, service),
                    *server_lines(snapshot, service, ascii=session.ascii),
                ]
            )
        if self.tab == "yaml":
            if not session.host.writable:
                return joined(("the files are not part of the recording", "dim"))
            return self._yaml(snapshot, service)
        return lines([*tabs.networks(snapshot, service), *tabs.usage(snapshot, service)])


def service_start(session: Session, service: ServiceKey, width: int) -> Content:
    """The last start of a service's project, and what of it concerns the service."""
    every = starts(session.snapshot, service.project, session.now())
    if not every:
        return joined(("no start of this project is known", "dim"))
    start = every[-1]
    chosen = next((n for n, bar in enumerate(start.bars) if bar.service == service.service), None)
    picture = draw_timeline(
        start, width=max(24, width), now=session.now(), selected=chosen, ascii=session.ascii
    )
    told = startup.told(start, ascii=session.ascii, about=service.service)
    return lines([*told, *(startup.drawn(line) for line in picture.lines)])


def yaml_lines(service: Service | None) -> Content:
    """The lines that declare a service, read from its file now; or why they cannot be read."""
    origin = service.origin() if service else None
    try:
        return lines(tabs.yaml(service, from_disk(origin.file) if origin else ""))
    except UnreadableError as error:
        return joined((str(error), "bad"))


def _watched(session: Session, selected: ServiceKey | ProjectKey | None) -> Content:
    """What this engine cannot give, why a project's files cannot be used, and what of written
    patches is seen."""
    engine = session.snapshot.engine
    result = [
        joined((text, "warn")) for text in (engine.missing if engine and selected is None else ())
    ]
    project = session.snapshot.projects.get(selected) if isinstance(selected, ProjectKey) else None
    if project and project.problem:
        at = f":{project.problem.line}" if project.problem.line else ""
        place = f"{short(project.problem.file)}{at}"
        result.append(joined(("✗ ", "bad"), f"{place}: {project.problem.message}"))
    for item in session.watched:
        concerned = related(item.patch.findings, selected)
        if concerned:
            seen = verdict(session.snapshot, item, session.now())
            keys = "" if seen.state == "seen" else "  U brings it up · z undoes it"
            result.append(
                joined(
                    (f"{item.patch.title}: ", ""),
                    (seen.message, WATCH_TONES[seen.state]),
                    (keys, "dim"),
                )
            )
    return lines(result)
