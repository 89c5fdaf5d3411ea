"""The comments by which a person allows what a rule finds."""

from __future__ import annotations

import re

from nebtui.facts.project import Allow

_ALLOW = re.compile(r"#\s*nebtui:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)")


def allows(text: str, path: str) -> list[Allow]:
    """The `# nebtui: allow RULE[, RULE]` comments of a text, one Allow per rule."""
    if "nebtui:" not in text:
        return []
    return [
        Allow(path, number, rule.strip())
        for number, line in enumerate(text.splitlines(), 1)
        for match in _ALLOW.finditer(line)
        for rule in match[1].split(",")
    ]
