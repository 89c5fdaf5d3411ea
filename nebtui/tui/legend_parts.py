"""What the marks of the rails graph mean, as words in tones."""

from __future__ import annotations

from nebtui.graph.canvas import ASCII, BOX


def legend_parts(*, ascii: bool, key: str = "i") -> list[tuple[str, str]]:
    """`● on the network  ○ declared  → needs  ◄ is needed  ✗ cannot reach   i explains`; `key`: the
    one that explains."""
    glyphs = ASCII if ascii else BOX
    parts = (
        (glyphs.dot, "info", "on the network"),
        (glyphs.hollow, "info", "declared"),
        (glyphs.towards, "dim", "needs"),
        (glyphs.arrow, "dim", "is needed"),
        (glyphs.cross, "bad", "cannot reach"),
        (key, "info", "explains"),
    )
    return [
        pair for mark, tone, word in parts for pair in ((f" {mark}", tone), (f" {word} ", "dim"))
    ]
