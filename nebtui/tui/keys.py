"""The one table of keys: bindings, footer, help, palette and docs/keys.md come from it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from nebtui.tui.key import Where
from nebtui.tui.key_table import KEYS


def bindings(*where: Where, leave: bool = False) -> list[BindingType]:
    """The bindings of a screen, in the table's order. `leave`: it lies over home, and its footer
    says how to leave."""
    return [
        Binding(
            k.keys,
            k.action,
            k.label,
            show=k.show or (leave and k.id == "back"),
            key_display=k.display,
            priority=k.priority,
            tooltip=k.help,
            id=f"{k.where}.{k.id}",
        )
        for k in KEYS
        if k.where in where
    ]


def markdown() -> str:
    """The key table of docs/keys.md."""
    titles = {
        "everywhere": "everywhere",
        "moving": "home, moving",
        "fixing": "home, fixing",
        "acting": "home, acting",
    }
    titles |= {"review": "review", "undo": "undo", "timeline": "timeline"}
    titles |= {"confirm": "before a command"}
    titles |= {"logs": "logs", "reach": "can A reach B?"}
    titles |= {"replay": "a recording", "tour": "in the tour"}
    titles |= {"boxes": "several boxes", "all boxes": "all boxes"}
    rows = ["| where | keys |", "|---|---|"]
    for where, title in titles.items():
        text = " · ".join(f"`{k.display}` {k.label}" for k in KEYS if k.where == where)
        rows.append(f"| {title} | {text} |")
    return "\n".join(rows)
