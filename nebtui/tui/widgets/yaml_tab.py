"""The lines that declare a service, read from its file while they are on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.content import Content

from nebtui.disk.read import UnreadableError, from_disk
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.text.mask import mask
from nebtui.text.paths import short
from nebtui.tui.background import background
from nebtui.tui.widgets.markup import joined, lines


class YamlTab:
    """Reads off the screen's thread, for a file may lie on a network that does not answer, and only
    when the box or the selection is another one."""

    def __init__(self) -> None:
        self._read_for: tuple[ServiceKey, int] | None = None
        self._lines = Content("")

    def of(
        self,
        app: App[Any],
        snapshot: Snapshot,
        service: ServiceKey,
        changed: Callable[[Content], None],
    ) -> Content:
        """The lines as they were read last; `changed` is called on the screen's thread when there
        are newer ones of this service."""
        wanted = (service, snapshot.generation)
        if self._read_for != wanted:
            self._read_for = wanted
            declared = snapshot.service(service)

            def read(content: Content) -> None:
                if self._read_for == wanted:
                    self._lines = content
                    changed(content)

            background(app, lambda: yaml_lines(declared), read)
        return self._lines


def yaml_lines(service: Service | None) -> Content:
    """The lines that declare a service, read from its file now; or why they cannot be read."""
    origin = service.origin() if service else None
    try:
        return lines(declaring_lines(service, from_disk(origin.file) if origin else ""))
    except UnreadableError as error:
        return joined((str(error), "bad"))


def declaring_lines(service: Service | None, content: str) -> list[Content]:
    """The service's own lines at its origin in a file's text, with line numbers."""
    origin = service.origin() if service else None
    if service is None or origin is None:
        return [joined(("not declared in a file nebtui can read", "dim"))]
    text = content.splitlines()
    result = [joined((f"{short(origin.file)}:{origin.line}", "info"))]
    head = text[origin.line - 1] if origin.line <= len(text) else ""
    indent = len(head) - len(head.lstrip())
    for number, content in enumerate(text[origin.line - 1 :], origin.line):
        deeper = not content.strip() or len(content) - len(content.lstrip()) > indent
        if number > origin.line and not deeper:
            break
        result.append(joined((f"{number:>4} ", "dim"), mask(content)))
    return result
