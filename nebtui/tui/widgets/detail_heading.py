"""The first line of the detail pane: what is selected, and how it stands."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.sources import found_by, read_by
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.rules.rule import Finding
from nebtui.text.paths import short
from nebtui.tui.session import Session
from nebtui.tui.widgets import tabs
from nebtui.tui.widgets.empty_box import empty_heading
from nebtui.tui.widgets.findings import counted
from nebtui.tui.widgets.markup import joined
from nebtui.tui.widgets.tab_marks import tab_marks


def detail_heading(
    session: Session,
    selected: ServiceKey | ProjectKey | None,
    found: tuple[Finding, ...],
    tab: str,
    width: int,
) -> Content:
    """Of a service, a project, or the whole box with so many findings; `width` in cells."""
    if isinstance(selected, ServiceKey):
        # What a narrow terminal may cut off comes last; tab 1 has it in full.
        head = joined(*tabs.heading(session.snapshot, selected), "   ")
        why = tabs.reason(session.snapshot, selected)
        return head + tab_marks(tab, width - head.cell_length) + joined((f"   {why}", "dim"))
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
