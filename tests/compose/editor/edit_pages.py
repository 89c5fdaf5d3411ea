"""Reads the pages of tests/compose/edit_cases: each `##` is one text, its edits, and the text after
or the refusal.

```before [crlf] [bom] [open]    the text; with CRLF line ends, a byte order mark, without final
newline
```edit                          one edit a line: `set PATH JSON`, `add PATH NAME [VALUE]`, `append
                                 PATH JSON`, `remove PATH`, `expand PATH [ITEM]`, `unbind PATH
                                 ADDRESS PORT TARGET`, `variable NAME VALUE`, `instruction
                                 [OLD] => NEW`
```after                         the text after, in the same bytes
```refused                       instead of it: the sentence

In texts `⇥` is a tab, `·` a space (at line ends, in a PATH), `␀` a NUL; in a PATH `/` separates
keys (`~1` is a slash in one); a JSON list in round brackets is written in flow style.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nebtui.compose.editor.verbs import (
    Add,
    Append,
    Edit,
    Expand,
    Remove,
    Set,
    SetInstruction,
    SetVariable,
    Unbind,
)

PAGES = Path(__file__).parent / "edit_cases"
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One case of a page."""

    name: str
    before: str
    edits: tuple[Edit, ...]
    after: str | None
    refused: str

    def __str__(self) -> str:
        return self.name


def load() -> Iterator[Case]:
    """Every case of every page."""
    for page in sorted(PAGES.glob("*.md")):
        for section in page.read_text().split("\n## ")[1:]:
            fences = {kind: (info.split(), body) for kind, info, body in _FENCE.findall(section)}
            form, before = fences["before"]
            edits = tuple(map(_edit, fences["edit"][1].splitlines()))
            after = _bytes(fences["after"][1], form) if "after" in fences else None
            refused = fences["refused"][1].strip() if "refused" in fences else ""
            yield Case(
                f"{page.stem}: {section.splitlines()[0]}",
                _bytes(before, form),
                edits,
                after,
                refused,
            )


def _bytes(text: str, form: list[str]) -> str:
    text = text.replace("⇥", "\t").replace("·", " ").replace("␀", "\0")
    if "open" in form:
        text = text.removesuffix("\n")
    if "crlf" in form:
        text = text.replace("\n", "\r\n")
    return "\ufeff" + text if "bom" in form else text


def _edit(line: str) -> Edit:
    verb, _, rest = line.partition(" ")
    if verb == "instruction":
        old, _, new = rest.partition("=> ")
        return SetInstruction(old.strip(), new.replace("\\n", "\n"))
    where, _, more = rest.partition(" ")
    path = tuple(part.replace("~1", "/").replace("·", " ") for part in where.split("/"))
    if verb == "set":
        return Set(path, _value(more))
    if verb == "add":
        name, _, value = more.partition(" ")
        return Add(path, name, value or None)
    if verb == "append":
        return Append(path, _value(more))
    if verb == "remove":
        return Remove(path)
    if verb == "expand":
        return Expand(path, more or None)
    if verb == "unbind":
        address, port, target = more.split(" ")
        return Unbind(path, address, int(port), int(target))
    assert verb == "variable", line
    return SetVariable(where, more)


def _value(text: str) -> Any:
    if text.startswith("("):
        return tuple(json.loads(f"[{text[1:-1]}]"))
    return json.loads(text)
