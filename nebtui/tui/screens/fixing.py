"""The fixing keys of home: which findings are meant, and what is asked of the App."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.graph import row_ids
from nebtui.rules.rule import Finding
from nebtui.tui.bring_up import ups
from nebtui.tui.fix_keys import elsewhere, mended_by, nothing_for
from nebtui.tui.key_table import KEYS
from nebtui.tui.locked import LockedScreen, changing
from nebtui.tui.messages import FixAsked, UndoAsked
from nebtui.tui.session import Session
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.findings import related
from nebtui.tui.widgets.rails import Rails

Selection = ServiceKey | ProjectKey | None


class FixingScreen(LockedScreen):
    """A screen with rails and a detail, on which findings are fixed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._selected: Selection = None
        self._hinted: Selection = None
        """Where a key that did nothing here would have done something: enter goes there."""
        self._filter = ""
        self._offered: tuple[Finding, ...] = ()
        """The findings of the selection that a key mends."""
        self._offer: tuple[object, ...] = ()

    @property
    def selected(self) -> Selection:
        """What the cursor stands on; None = the whole box."""
        return self._selected

    @property
    def shown_filter(self) -> str:
        """The filter that is set, "" for none."""
        return self._filter

    def rank(self, key: str) -> int | None:
        """How useful the key of this id is for the selection, 0 the most; None where it would do
        nothing."""
        where, _, name = key.partition(".")
        if self.session.locked and where in ("fixing", "acting"):
            return None
        if where == "fixing" and not self._mends(name):
            return None
        if where == "acting" and not self._acts_on:
            return None
        order = ("replay", "fixing", "acting", "moving")
        if self._selected is None:
            order = ("replay", "moving", "acting", "fixing")
        return order.index(where) if where in order else len(order)

    @property
    def _acts_on(self) -> bool:
        """Something is selected, marked, or waits to be brought up."""
        return bool(self._selected or self.session.marked or ups(self.session, None))

    def _mends(self, name: str) -> bool:
        """Whether this fixing key has something to do here."""
        if name == "undo":
            return bool(self.session.watched)
        found = self._offered
        if name in ("fix", "fix_all"):
            return any(name == "fix" or f.applicability == "safe" for f in found)
        letter = next(k.keys for k in KEYS if k.where == "fixing" and k.id == name)
        return bool(mended_by(letter, found, self._selected))

    def offer(self) -> None:
        """Show the keys that act on what is selected now."""
        found = tuple(f for f in self._concerned() if f.applicability != "display")
        state = (found, self._selected is None, bool(self.session.watched))
        if state != self._offer:
            self._offer = state
            self._offered = found
            self.refresh_bindings()

    @changing
    def action_fix_key(self, key: str) -> None:
        """Fix the first finding of the selection (else of the box) that this key mends; on a
        project `h` gates everything that can be."""
        mine = mended_by(key, self._concerned(), self._selected)
        if mine and key == "h" and isinstance(self._selected, ProjectKey):
            # All of a project in one patch: each test that others need, and each gate.
            self.post_message(FixAsked(tuple(mine), key, bulk=True))
            return
        if mine:
            self.post_message(FixAsked((mine[0],), key))
            return
        self._hinted = elsewhere(key, self.session.findings)
        text = nothing_for(key, self.session.findings, self._selected)
        self.notify(text, title="nothing to do", markup=False, timeout=5)

    @changing
    def action_fix(self) -> None:
        """Fix the highlighted finding."""
        self.catch_up()
        finding = self.query_one(Detail).finding
        if finding is None:
            self.notify("nothing is selected that has a finding", markup=False, timeout=4)
            return
        self.post_message(FixAsked((finding,), "f"))

    @changing
    def action_fix_all(self) -> None:
        """Fix all safe findings of the selection in sequence."""
        found = self._concerned()
        if found:
            self.post_message(FixAsked(found, "F", bulk=True))

    def catch_up(self) -> None:
        """Show the detail of what the cursor stands on, where it is still that of another row."""

    def _concerned(self) -> tuple[Finding, ...]:
        """The findings of the selection; with none, of everything that the filter shows."""
        found = related(self.session.findings, self._selected)
        if not self._filter:
            return found
        shown = set(self.query_one(Rails).ids)
        return tuple(
            f
            for f in found
            if any(row_ids.identity(k) in shown for k in (f.at or f.project, f.target) if k)
        )

    @changing
    def action_undo(self) -> None:
        """Take back what was written last."""
        self.post_message(UndoAsked())
