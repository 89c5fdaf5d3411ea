"""A rule's manual as a page: its name, how bad it is, its sections, and what to type."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from nebtui.rules.rule import Rule, Severity

SEVERITY_WORDS: dict[Severity, str] = {
    "error": "error: it does not work now",
    "warning": "warning: it works now, and will bite",
    "advice": "advice: left out unless it is asked for (check --all)",
}
WIDEST = 88
"""Cells of a line that is read with ease."""
_HEADING = re.compile(r"^([A-Z][a-z]+(?: [a-z]+){0,2}): ", re.MULTILINE)
_TONE_OF_HEADING, _TONE_OF_NAME = "info", "title"
Toned = tuple[tuple[str, str], ...]
"""Texts of a line with the tone of each."""


def manual_page(rule: Rule, width: int) -> tuple[Toned, ...]:
    """The manual in lines of at most so many cells (40 or more)."""
    room = max(40, min(width, WIDEST))
    summary, sections = _parts(rule.manual)
    lines: list[Toned] = [((rule.name, _TONE_OF_NAME),)]
    lines += [((text, "dim"),) for text in textwrap.wrap(SEVERITY_WORDS[rule.severity], room)]
    lines.append(())
    lines += [((text, ""),) for text in textwrap.wrap(summary, room)]
    for heading, text in sections:
        lines += [(), *([((heading, _TONE_OF_HEADING),)] if heading else [])]
        lines += [((f"  {part}", ""),) for part in _filled(text, room - 2)]
    return tuple(lines)


def to_type(rule: Rule, width: int) -> tuple[Toned, ...]:
    """What finds it, mends it and silences it, in lines of at most so many cells (40 or more)."""
    room = max(40, min(width, WIDEST))
    return ((), (("To type", _TONE_OF_HEADING),), *_commands(rule, room))


def _parts(manual: str) -> tuple[str, list[tuple[str, str]]]:
    """The summary, and each section with its heading, "" where it has none."""
    summary, _, rest = manual.strip().partition("\n")
    found = _HEADING.split(rest.strip())
    sections = [("", found[0])] if found[0].strip() else []
    return summary, [*sections, *zip(found[1::2], found[2::2], strict=True)]


def _filled(text: str, width: int) -> Iterator[str]:
    """The paragraphs of a section; a command or a path is not broken at its dashes."""
    for paragraph in text.strip().split("\n\n"):
        first, _, rest = " ".join(paragraph.split()).partition(" ")
        begin = first.capitalize() if first.isalpha() and first.islower() else first
        yield from textwrap.wrap(
            f"{begin} {rest}", width, break_on_hyphens=False, break_long_words=False
        )


def _commands(rule: Rule, room: int) -> Iterator[Toned]:
    """Each command, with what it does below it."""
    check = "nebtui check --all" if rule.severity == "advice" else "nebtui check"
    rows = [(check, "reports it, here and in other folders: check PATH")]
    if rule.fix is not None:
        rows.append((f"nebtui fix --rule {rule.name}", "shows the change; --write writes it"))
    if rule.fix is not None and rule.key:
        rows.append((f"nebtui, then {rule.key}", "the same on the screen, on the service it names"))
    if rule.fix is not None:
        rows.append(("nebtui undo", "takes back what was written last"))
    rows.append((f"# nebtui: allow {rule.name}", "on the line, or above it: not reported there"))
    rows.append((f'allow = ["{rule.name}"]', "under [rules] in the settings: never reported"))
    for command, told in rows:
        yield ((f"  {command}", _TONE_OF_NAME),)
        yield from (((f"      {line}", "dim"),) for line in textwrap.wrap(told, room - 6))
