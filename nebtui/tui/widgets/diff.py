"""A unified diff, YAML in it as YAML, and the checks of its proof, in colours."""

from __future__ import annotations

import re

from textual.content import Content, Span

from nebtui.fixing.checks import Check, Proof
from nebtui.tui.colours import WORD_STYLES
from nebtui.tui.widgets.markup import joined, lines, styled

_KEY = re.compile(r"^.(?:\s|- )*([\w.\-/\"'${}]+)(?=:(?:\s|$))")
_COMMENT = re.compile(r"(?:^.\s*|\s)(#.*)$")
_YAML = (".yaml", ".yml")
TONES = {"+": "ok", "-": "bad", "@": "dim"}


def coloured(diff_lines: list[str]) -> Content:
    """A unified diff in colours; the sign at the start of each line says the same."""
    result, as_yaml = [], False
    for text in diff_lines:
        if text.startswith(("+++", "---")):
            as_yaml = text.endswith(_YAML) or (as_yaml and text.endswith("/dev/null"))
            result.append(styled(text, "info"))
        elif as_yaml and not text.startswith("@"):
            result.append(_yaml_line(styled(text, TONES.get(text[:1], ""))))
        else:
            result.append(styled(text, TONES.get(text[:1], "")))
    return lines(result) if result else styled("changes no file", "dim")


def _yaml_line(line: Content) -> Content:
    """A line of YAML after its sign: the key stands out, a comment stands back. Styles lie over
    the text as a whole, for a secret is known by what stands beside it."""
    text, spans = line.plain, list(line.spans)
    if key := _KEY.match(text):
        changed = text[:1] in TONES
        spans.append(Span(*key.span(1), "bold" if changed else WORD_STYLES["info"]))
    if comment := _COMMENT.search(text):
        spans.append(Span(*comment.span(1), WORD_STYLES["dim"]))
    return Content(text, spans)


def check_line(check: Check) -> Content:
    """One check with its mark."""
    glyph, tone = _mark(check)
    return joined((f"{glyph} ", tone), check.message)


def proof_line(proof: Proof) -> Content:
    """The whole proof in one line: how many checks hold, how many left open."""
    checks = list(dict.fromkeys(proof.checks))
    held = sum(check.ok is True for check in checks)
    failed, open_ = (sum(check.ok is ok for check in checks) for ok in (False, None))
    parts = [(f"✓ {held} of {len(checks)} checks hold", "ok" if held == len(checks) else "")]
    parts += [(f"   ✗ {failed} failed", "bad")] if failed else []
    parts += [(f"   ? {open_} left open", "warn")] if open_ else []
    return joined(("checked  ", "dim"), *parts)


def _mark(check: Check) -> tuple[str, str]:
    return {True: ("✓", "ok"), False: ("✗", "bad"), None: ("?", "warn")}[check.ok]
