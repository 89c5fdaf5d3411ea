"""What stands above the findings: of the engine, of a project's files, of written patches."""

from __future__ import annotations

from textual.content import Content

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.fixing.watch import verdict
from nebtui.text.paths import short
from nebtui.tui.session import Session
from nebtui.tui.widgets.findings import related
from nebtui.tui.widgets.markup import joined

WATCH_TONES = {"written": "warn", "seen": "ok", "wrong": "bad"}


def notices(session: Session, selected: ServiceKey | ProjectKey | None) -> list[Content]:
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
            keys = ["U brings it up"] if seen.needs_up else []
            keys += [] if seen.state == "seen" else ["z undoes it"]
            result.append(
                joined(
                    (f"{item.patch.title}: ", ""),
                    (seen.message, WATCH_TONES[seen.state]),
                    (f"  {' · '.join(keys)}", "dim"),
                )
            )
    return result
