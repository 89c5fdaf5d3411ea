"""The facts behind the first frame."""

from __future__ import annotations

import os

from nebtui.compose.discovery.candidate import contains
from nebtui.compose.discovery.labelled import from_containers
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine.first_list import FirstList
from nebtui.keep.outlines import recall_outlines
from nebtui.settings import Settings


def early_snapshot(found: FirstList, settings: Settings, only: str) -> Snapshot:
    """The box as the engine's list and the outlines of the last run tell it. `only`: the project
    that was asked for, "" for all."""
    outlines = recall_outlines(settings.state_dir)
    labelled = {candidate.key for candidate in from_containers(found.containers)}
    places = {(key.name, key.working_dir) for key in labelled}
    folders = (os.getcwd(), *settings.roots)
    projects = {key: outlines.get(key, Project(key)) for key in labelled}
    for key, outline in outlines.items():
        replaced = (key.name, key.working_dir) in places and not outline.variant
        elsewhere = outline.sources == {"search"} and not any(
            contains(folder, file) for folder in folders for file in key.files
        )
        if not replaced and not elsewhere and all(os.path.exists(file) for file in key.files):
            projects.setdefault(key, outline)
    return Snapshot(
        engine=found.engine,
        containers={container.id: container for container in found.containers},
        projects={k: projects[k] for k in sorted(projects) if not only or k.name == only},
    )
