"""Can A reach B: the path in steps, the missing piece with the key that mends it, and a real
connection on request."""

from __future__ import annotations

from textual import events
from textual.content import Content

from nebtui import rules
from nebtui.analysis.reach import PathStep, Reach, reach
from nebtui.analysis.reach_probe import trial
from nebtui.facts.declared import ServiceKey
from nebtui.fixing.trying import tried_connection
from nebtui.rules.mending import mending
from nebtui.rules.rule import Finding
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.messages import ActionsAsked, FixAsked
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import Session
from nebtui.tui.verbs import asked, refused
from nebtui.tui.widgets.markup import joined, lines, pressed

EVERY = 1.0
GLYPHS = {"yes": ("✓", "ok"), "no": ("✗", "bad"), "unknown": ("?", "warn")}
HEADS = {"yes": ("reaches", "ok"), "no": ("cannot reach", "bad"), "unknown": ("may reach", "warn")}
Tried = tuple[bool | None, str]


class ReachScreen(DocumentScreen):
    """Looked at anew every second: what is mended turns green here."""

    BINDINGS = bindings("everywhere", "reach", leave=True)

    def __init__(self, session: Session, source: ServiceKey, target: ServiceKey) -> None:
        super().__init__()
        self.session = session
        self._ends = (source, target)
        self._tried: Tried | None = None
        self._trying = False

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(EVERY, self.show)

    @property
    def path(self) -> Reach:
        """The path as it is now."""
        return reach(self.session.snapshot, *self._ends)

    def body(self) -> Content:
        """The sentence, the steps, and what a connection gave."""
        path = self.path
        word, tone = HEADS[path.answer]
        at = f"   as {path.host}{f':{path.port}' if path.port else ''}" if path.host else ""
        head = joined(
            (str(path.source), "title"), " ", (word, tone), " ", (str(path.target), "title")
        )
        result = [head + joined((at, "info"))]
        if not path.named:
            result.append(joined((f"no text of {path.source.service} names it", "dim")))
        result.append(joined(""))
        for step in path.steps:
            result += self._step(path, step)
        return lines([*result, joined(""), *self._trial()])

    def _step(self, path: Reach, step: PathStep) -> list[Content]:
        glyph, tone = GLYPHS[step.answer]
        result = [joined((f"{glyph} {step.name:<9}", tone), step.message)]
        if step.answer == "yes":
            return result
        finding = mending(path, step, self.session.findings)
        if finding is not None:
            key = pressed(f" {rules.rule(finding.rule).key} ", "key", "screen.mend")
            return [*result, joined(" " * 11) + key + joined(f" {finding.fix}")]
        if step.name == "runs" and "bring" in step.remedy:
            key = pressed(" U ", "key", "screen.bring_up")
            return [*result, joined(" " * 11) + key + joined(f" {step.remedy}")]
        return (
            [*result, joined((" " * 11 + f"by hand: {step.remedy}", "dim"))]
            if step.remedy
            else result
        )

    def _trial(self) -> list[Content]:
        """What a connection from inside the container gave."""
        if self._trying:
            return [joined(("trying…", "dim"))]
        if self._tried is None:
            why = trial(self.session.snapshot, self.path)
            if isinstance(why, str):
                return [joined((why, "dim"))]
            return [
                pressed(" t ", "key", "screen.try_it")
                + joined(" tries it from inside the container")
            ]
        glyph, tone = GLYPHS[{True: "yes", False: "no", None: "unknown"}[self._tried[0]]]
        return [joined((f"{glyph} {'tried':<9}", tone), self._tried[1])]

    def action_try_it(self) -> None:
        """Connect from inside the container of the one, off the screen's thread."""
        probe = trial(self.session.snapshot, self.path)
        if isinstance(probe, str) or self.session.player is not None or self._trying:
            text = probe if isinstance(probe, str) else "a recording cannot be asked"
            self.notify(text, markup=False, timeout=4)
            return
        self._trying = True
        self.show()

        def ended(tried: Tried) -> None:
            self._trying, self._tried = False, tried
            if self.is_attached:
                self.show()

        background(self.app, lambda: tried_connection(self.session.host, *probe), ended)

    def action_mend(self) -> None:
        """Fix the first missing piece that has a fix."""
        finding = next(iter(self._fixes()), None)
        if finding is None:
            self.notify("nothing here has an automatic fix", markup=False, timeout=4)
            return
        self._tried = None
        self.post_message(FixAsked((finding,), rules.rule(finding.rule).key))

    def _fixes(self) -> list[Finding]:
        path = self.path
        found = (mending(path, step, self.session.findings) for step in path.doubtful)
        return [finding for finding in found if finding is not None]

    def on_key(self, event: events.Key) -> None:
        """The key of a rule mends its step here as it does on home."""
        mine = [f for f in self._fixes() if rules.rule(f.rule).key == event.character]
        if mine and not self.session.locked:
            event.stop()
            self._tried = None
            self.post_message(FixAsked((mine[0],), rules.rule(mine[0].rule).key))

    def action_bring_up(self) -> None:
        """Bring the other up."""
        snapshot = self.session.snapshot
        actions = asked(snapshot, "up", (self._ends[1],))
        if why_not := refused(snapshot, actions, files=True):
            self.notify(why_not, title="not run", severity="warning", markup=False)
            return
        self.post_message(ActionsAsked(actions, confirmed=False))

    def action_swap(self) -> None:
        """The other way round."""
        self._ends, self._tried = (self._ends[1], self._ends[0]), None
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing keys are dimmed while the app is locked."""
        return None if self.session.locked and action in ("mend", "bring_up", "try_it") else True
