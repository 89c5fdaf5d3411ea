"""The instructions of a Dockerfile, each with its lines: continuations joined, comments dropped,
heredocs kept together. Source: docs.docker.com/reference/dockerfile, BuildKit's parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.facts.dockerfile import Instruction

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)")
_HEREDOC = re.compile(r"(?<![<\w])<<(-?)(['\"]?)([A-Za-z_]\w*)\2")
_TAKES_HEREDOC = ("RUN", "COPY", "ADD")
_COMMENT = re.compile(r"\s*#")
LONGEST = 1 << 20
"""Characters of a Dockerfile that are looked at."""


def instructions(text: str) -> tuple[Instruction, ...]:
    """All instructions in order. What is no instruction is left out: the engine refuses it by
    itself."""
    lines = text[:LONGEST].split("\n")
    return tuple(_instructions(lines, _escape(lines)))


def _escape(lines: list[str]) -> str:
    """The character that continues a line: `# escape=` among the first comments, else a
    backslash."""
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape" and directive[2] in ("\\", "`"):
            return directive[2]
    return "\\"


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    at = 0
    while at < len(lines):
        if not lines[at].strip() or _COMMENT.match(lines[at]):
            at += 1
            continue
        start, (text, at) = at, _joined(lines, at, escape)
        keyword, _, rest = text.strip().partition(" ")
        if "\t" in keyword:
            keyword, _, rest = text.strip().partition("\t")
        bodies: tuple[str, ...] = ()
        if keyword.upper() in _TAKES_HEREDOC:
            bodies, at = _heredocs(lines, at, rest)
        whole = "\n".join(lines[start:at])
        yield Instruction(keyword.upper(), rest.strip(), start + 1, at, bodies, whole)


def _joined(lines: list[str], at: int, escape: str) -> tuple[str, int]:
    """One logical line from `at`, and the index of the line after it. Comments and empty lines
    within a continuation do not end it."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and (_COMMENT.match(line) or not line.strip()):
            continue
        bare = line.rstrip()
        if not bare.endswith(escape):
            parts.append(line)
            break
        parts.append(bare[: -len(escape)])
    return "".join(parts), at


def _heredocs(lines: list[str], at: int, rest: str) -> tuple[tuple[str, ...], int]:
    """The bodies that follow an instruction's line, and the index of the line after them."""
    bodies = []
    for match in _HEREDOC.finditer(rest):
        body: list[str] = []
        while at < len(lines):
            line = lines[at].lstrip("\t") if match[1] else lines[at]
            at += 1
            if line.rstrip("\r") == match[3]:
                break
            body.append(line)
        bodies.append("\n".join(body))
    return tuple(bodies), at
