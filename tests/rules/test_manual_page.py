"""The page of a rule: the whole manual is on it, in lines that fit, with what can be typed."""

from __future__ import annotations

import pytest

from nebtui.rules import every
from nebtui.rules.manual_page import Toned, manual_page, to_type
from nebtui.rules.rule import Rule


def whole(rule: Rule, width: int) -> tuple[Toned, ...]:
    """Manual and commands."""
    return (*manual_page(rule, width), *to_type(rule, width))


@pytest.mark.parametrize("rule", every(), ids=lambda rule: rule.name)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_page(rule: Rule, width: int) -> None:
    """Every word of the manual is there in its order, headings stand alone, and no line is wider
    than asked unless it is one long name."""
    lines = ["".join(text for text, _ in line) for line in whole(rule, width)]
    assert all(len(line) <= width or len(line.split()) <= 4 for line in lines)
    assert {"What", "Why it bites", "Evidence", "Fix", "Source"} <= set(lines)
    kept = " ".join(" ".join(lines).lower().split())
    for words in rule.manual.strip().split("\n"):
        for word in words.lower().replace(":", " ").split()[1:3]:
            assert word in kept.replace(":", " ")


def test_only_what_can_be_typed() -> None:
    """A rule without a fix names no command that would fix it."""
    for rule in every():
        text = "\n".join("".join(part for part, _ in line) for line in whole(rule, 80))
        assert (f"nebtui fix --rule {rule.name}" in text) == (rule.fix is not None)
        assert f"# nebtui: allow {rule.name}" in text


def test_a_manual_without_sections() -> None:
    """A rule of another package may have a manual of one line, or of paragraphs."""
    lone = Rule("mine", "warning", "", "One line.", lambda snapshot: iter(()))
    assert "One line." in ["".join(text for text, _ in line) for line in manual_page(lone, 80)]
    two = Rule("mine", "advice", "", "One.\n\nsome more\nof it.", lambda snapshot: iter(()))
    assert (("  Some more of it.", ""),) in manual_page(two, 80)
