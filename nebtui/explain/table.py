"""The table of explanations: read once, completed with the words that other tables have."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from nebtui.analysis.verdict import WORDS
from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a thing is called, what it means in one or two sentences, and where it comes from."""

    name: str
    means: str
    source: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table. `match`: the lines or words of a page that it explains, "" for what is
    found by its key."""

    key: str
    explanation: Explanation
    match: str = ""


@cache
def table() -> Mapping[str, TableRow]:
    """Every row by its key, `SECTION.NAME`, in the order of the file."""
    text = shipped("nebtui.explain", "table.toml")
    rows = dict(_rows(tomllib.loads(text), ""))
    return {key: _entry(key, rows, row) for key, row in rows.items()}


def explained(key: str) -> Explanation:
    """What a key means. Raises KeyError for one that is not in the table."""
    return table()[key].explanation


def page(name: str) -> tuple[TableRow, ...]:
    """The rows of a page, in their order."""
    return tuple(e for key, e in table().items() if key.startswith(f"{name}.") and e.match)


def _rows(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every row of a TOML tree by its key: what holds texts is a row, what holds tables is not."""
    for name, below in tree.items():
        key = f"{above}.{name}" if above else name
        if any(isinstance(value, str) for value in below.values()):
            yield key, below
        else:
            yield from _rows(below, key)


def _entry(key: str, rows: Mapping[str, Mapping[str, str]], row: Mapping[str, str]) -> TableRow:
    """`as` names a row that says the same; a state is told by the table of states."""
    told = rows[row["as"]] if "as" in row else row
    name, means = told.get("name", ""), told.get("means", "")
    section, _, word = row.get("as", key).partition(".")
    for state, look in WORDS.items():
        if section == "state" and state == word:
            meaning = look.meaning[:1].upper() + look.meaning[1:]
            name, means = look.label or state, f"{meaning}. {means}".strip()
    return TableRow(key, Explanation(name, means, told.get("source", "")), row.get("match", ""))
