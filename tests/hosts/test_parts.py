"""Files that belong to another project are no projects of their own."""

from __future__ import annotations

from dataclasses import replace

from nebtui.facts.declared import ProjectKey, Source
from nebtui.facts.project import Project
from nebtui.hosts.projects.project_files import parts_of


def project(
    name: str, *files: str, source: Source = "search", reads: tuple[str, ...] = ()
) -> Project:
    """A project of some files that reads others too."""
    key = ProjectKey(name, "/w", files)
    return Project(key, frozenset({source}), files_read=(*files, *reads))


def test_a_file_that_runs_under_another_name_is_not_listed_twice() -> None:
    """`-p other -f one.yml` runs the file: the search's own idea of it is dropped."""
    running = project("other", "/w/one.yml", "/w/two.yml", source="label")
    found = project("w", "/w/one.yml")
    assert parts_of([running, found, project("x", "/w/three.yml")]) == {found.key}


def test_an_unconfirmed_label_hides_nothing() -> None:
    """What only a container's label says cannot make a project disappear."""
    running = replace(project("other", "/w/one.yml", source="label"), confirmed=False)
    assert parts_of([running, project("w", "/w/one.yml")]) == set()


def test_included_and_extended_files_are_parts() -> None:
    """A file that another project includes is a part of it, unless Compose would find it by
    itself."""
    part, standard = project("sub", "/w/sub/more.yml"), project("own", "/w/own/compose.yaml")
    whole = project("w", "/w/compose.yaml", reads=("/w/sub/more.yml", "/w/own/compose.yaml"))
    assert parts_of([whole, part, standard]) == {part.key}
