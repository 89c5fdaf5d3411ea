"""One reading of a project: where its texts come from, what was read, and what was wrong with
it."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import field

from nebtui.compose.reader.unset import Met
from nebtui.compose.syntax import env_file
from nebtui.compose.yaml.located import Located
from nebtui.disk.read import Texts, UnreadableError
from nebtui.facts.project import Problem
from nebtui.light_dataclass import dataclass


@dataclass(slots=True)
class ReadContext:
    """One reading: where texts come from, and what it has met so far."""

    texts: Texts
    home: str
    interpolated: bool = True
    files: dict[str, str | None] = field(default_factory=dict)
    """Every text read, by absolute path, in the order of reading; None where it could not be
    read."""
    unbounded: bool = False
    """Something named is no regular file of a bearable size (a device, a pipe, 10 GB): Compose
    would read it all the same."""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """What Compose refuses too, but is no fault of the files: variables and env files that are not
    there."""

    unset: list[Met] = field(default_factory=list)
    """The values with a variable that is not set, as they were met."""

    def text(self, path: str) -> str:
        """A file's text, read once; raises UnreadableError. A file that fails is noted as read: it
        may come to exist."""
        known = self.files.get(path)
        if known is None:
            self.files[path] = None
            try:
                known = self.files[path] = self.texts(path)
            except UnreadableError as error:
                self.unbounded = self.unbounded or error.unbounded
                raise
        return known

    def report(self, file: str, line: int, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(file, line, message))

    def report_at(self, spot: Located, file: str, message: str) -> None:
        """Note a problem at the place of a value."""
        self.report(
            spot.origin.file if spot.origin else file,
            spot.origin.line if spot.origin else 0,
            message,
        )


@dataclass(frozen=True, slots=True)
class FileContext:
    """How a file is read: relative paths from `folder`, variables for interpolation, the includes
    that led here."""

    folder: str
    variables: Mapping[str, str]
    include_stack: tuple[str, ...] = ()


def env_of(
    context: ReadContext,
    path: str,
    variables: Mapping[str, str],
    *,
    optional: bool,
    raw: bool = False,
) -> dict[str, str]:
    """The variables of an env file; nothing, and a problem, where it cannot be read (an optional
    one may be absent)."""
    try:
        return env_file.parse(context.text(path), path, variables, raw=raw)
    except UnreadableError as error:
        if not (optional and (not os.path.exists(path) or os.path.isdir(path))):
            (context.problems if error.line else context.warnings).append(
                Problem(error.path, error.line, error.message)
            )
        return {}
