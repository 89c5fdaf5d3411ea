"""How a project was found and who read its files, in words."""

from __future__ import annotations

from nebtui.facts.project import Project

_FOUND = {"label": "containers", "remembered": "history", "search": "folder scan"}
_READ = {
    "compose": "read by Compose",
    "compose, not interpolated": "read by nebtui: Compose lacks a variable or file",
    "reader": "read by nebtui",
    "none": "unreadable",
}


def found_by(project: Project) -> str:
    """What led to a project: `containers, folder scan`; "" where nothing is known of it."""
    return ", ".join(sorted(_FOUND[source] for source in project.sources))


def read_by(project: Project) -> str:
    """Whose reading of its files is shown, or that there is none."""
    return _READ[project.view]
