"""One reading of a project: where its texts come from, what was read, and what was wrong with
it."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, field

from nebtui.compose import envfile
from nebtui.compose.spots import Spot
from nebtui.disk.read import Texts, UnreadableError
from nebtui.facts.declared import Problem


@dataclass(slots=True)
class Session:
    """One reading: where texts come from, and what it has met so far."""

    texts: Texts
    home: str
    interpolated: bool = True
    files: dict[str, str | None] = field(default_factory=dict)
    """Every text read, by absolute path, in the order of reading; None where it could not be
    read."""
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    """What Compose refuses too, but is no fault of the files: variables and env files that are not
    there."""

    def text(self, path: str) -> str:
        """A file's text, read once; raises UnreadableError. A file that fails is noted as read: it
        may come to exist."""
        known = self.files.get(path)
        if known is None:
            self.files[path] = None
            known = self.files[path] = self.texts(path)
        return known

    def blame(self, file: str, line: int, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(file, line, message))

    def blame_at(self, spot: Spot, file: str, message: str) -> None:
        """Note a problem at the place of a value."""
        self.blame(
            spot.origin.file if spot.origin else file,
            spot.origin.line if spot.origin else 0,
            message,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """How a file is read: relative paths from `folder`, variables for interpolation, the includes
    that led here."""

    folder: str
    variables: Mapping[str, str]
    trail: tuple[str, ...] = ()


def env_of(
    session: Session, path: str, variables: Mapping[str, str], *, optional: bool, raw: bool = False
) -> dict[str, str]:
    """What an env file says; nothing, and a problem, where it cannot be read (an optional one may
    be absent)."""
    try:
        return envfile.parse(session.text(path), path, variables, raw=raw)
    except UnreadableError as error:
        if not (optional and (not os.path.exists(path) or os.path.isdir(path))):
            (session.problems if error.line else session.doubts).append(
                Problem(error.path, error.line, error.message)
            )
        return {}
