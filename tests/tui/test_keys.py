"""One table of keys: the documents' key table, the footer, help and palette come from it."""

from __future__ import annotations

from collections import Counter

from nebtui.rules.table import RULES
from nebtui.tui.key_table import KEYS
from nebtui.tui.screens.help import INDENT, row


def test_help_keeps_its_columns_on_a_narrow_terminal() -> None:
    """What a key does goes on below where it began, and no line is wider than there is room."""
    told = "Remove the containers, of a project its networks too; data stays."
    rows = [line.plain for line in row("D", "down", told, 60)]
    assert len(rows) == 2
    assert all(len(line) <= 60 for line in rows)
    assert rows[1].startswith(" " * INDENT + rows[1].strip()[0])
    assert rows[0].index("Remove") == INDENT


def test_no_key_means_two_things_in_one_place() -> None:
    """On one screen a key has one meaning."""
    home = [
        k
        for key in KEYS
        if key.where in ("everywhere", "moving", "fixing", "acting")
        for k in key.keys.split(",")
    ]
    review = [
        k for key in KEYS if key.where in ("everywhere", "review") for k in key.keys.split(",")
    ]
    tour = [k for key in KEYS if key.where == "tour" for k in key.keys.split(",")]
    others = {k for key in KEYS if key.where != "tour" for k in key.keys.split(",")}
    assert others & {*tour} == set()  # they are heard on every screen
    for place in (home, review):
        assert [k for k, n in Counter(place).items() if n > 1] == []


def test_every_rule_that_fixes_has_its_key() -> None:
    """A rule's key is a fix key of home."""
    fixing = {key.keys for key in KEYS if key.where == "fixing"}
    assert {rule.key for rule in RULES if rule.key} <= fixing


def test_every_label_has_room_in_the_help() -> None:
    """What a key does stands apart from its label."""
    assert all(len(key.label) < 14 for key in KEYS), [k.label for k in KEYS if len(k.label) > 13]
