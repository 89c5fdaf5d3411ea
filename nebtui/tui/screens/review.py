"""Review: what a fix does, its diff, what was proved; the same key again writes it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from nebtui.facts.declared import ServiceKey
from nebtui.fixing.batch import Planned, plan_all, plan_one
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import diff
from nebtui.fixing.recreate import up_actions
from nebtui.fixing.watch import Watched, hashes_of
from nebtui.fixing.writing import write
from nebtui.keep.records import Entry
from nebtui.rules.rule import Finding, Options
from nebtui.text.paths import short
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.messages import ActionsAsked, PatchWritten
from nebtui.tui.screens.explained import ExplainedScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.diff import coloured
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.markup import joined, lines, styled
from nebtui.tui.widgets.patch_lines import consequence_lines, proof_lines


class ReviewScreen(ExplainedScreen):
    """Plans in the background, shows, and writes only what is proved."""

    BINDINGS = bindings("everywhere", "review", leave=True)

    def __init__(
        self, session: Session, findings: tuple[Finding, ...], key: str, *, bulk: bool = False
    ) -> None:
        super().__init__()
        self.session = session
        self._findings = findings
        self._key = key
        self._bulk = bulk
        self._to: ServiceKey | None = None
        self._override = False
        self._plan: Planned | None = None
        self._busy = True

    @property
    def about(self) -> tuple[str, tuple[str, ...]]:
        """What is to be mended, and the evidence for it."""
        first = self._findings[0]
        return f"{first.rule} {first.at or first.project}", first.evidence

    @property
    def planned(self) -> bool:
        """Planning has ended, with a patch or with a reason why there is none."""
        return self._plan is not None and not self._busy

    @property
    def ready(self) -> bool:
        """A proved patch is shown and may be written."""
        planned = self._plan
        return (
            not self._busy
            and planned is not None
            and planned.patch is not None
            and planned.proof.proved
        )

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with VerticalScroll(id="body"):
            yield Static(id="diff")
            yield Static(id="proof")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._replan()

    def _replan(self) -> None:
        self._busy = True
        self.query_one("#title", Static).update(joined(("planning and proving…", "dim")))
        background(self.app, self._make_plan, self._planned)

    def _make_plan(self) -> Planned:
        """Plan, try and prove; runs off the screen's thread."""
        session = self.session
        options = Options(session.settings.network, self._to)
        if self._bulk:
            return plan_all(
                session.snapshot, self._findings, options, session.host, override=self._override
            )
        return plan_one(
            session.snapshot, self._findings[0], options, session.host, override=self._override
        )

    def _planned(self, planned: Planned) -> None:
        if not self.is_attached:
            return
        self._plan = planned
        self._busy = False
        if planned.owners:
            self.app.push_screen(_choice(planned.owners), self._chosen)
        self._paint()
        patch = planned.patch
        one_key = (
            self.session.settings.one_key and patch is not None and patch.applicability == "safe"
        )
        if one_key and planned.proof.proved:
            self.action_write()

    def _chosen(self, owner: ServiceKey | None) -> None:
        if owner is None:
            self.dismiss()
            return
        self._to = owner
        self._replan()

    def _paint(self) -> None:
        planned = self._plan
        if planned is None:
            return
        patch = planned.patch
        if patch is None:
            subject, evidence = self.about
            self.query_one("#title", Static).update(joined((subject, "title")))
            self.query_one("#diff", Static).update(
                joined(("cannot be fixed here: ", "warn"), planned.reason)
            )
            self.query_one("#proof", Static).update(
                lines([styled(text, "dim") for text in evidence])
            )
            return
        names = ", ".join(dict.fromkeys(f.rule for f in patch.findings))
        tone = "ok" if patch.applicability == "safe" else "warn"
        title = joined((patch.title, "title"), f"  {names} · ", (patch.applicability, tone))
        self.query_one("#title", Static).update(lines([title, *consequence_lines(patch, planned)]))
        self.query_one("#diff", Static).update(coloured(diff(patch.files, short)))
        self.query_one("#proof", Static).update(lines(proof_lines(self.session, patch, planned)))

    def on_key(self, event: events.Key) -> None:
        if event.character == self._key and self._key:
            event.stop()
            self.action_write()

    def action_write(self) -> None:
        """Write the shown diff."""
        self._write(bring_up=False)

    def action_write_up(self) -> None:
        """Write the shown diff and bring up what it touches."""
        self._write(bring_up=True)

    def _write(self, *, bring_up: bool) -> None:
        planned = self._plan
        if self._busy or planned is None or planned.patch is None:
            return
        if not planned.proof.proved:
            self.notify(
                planned.proof.failure,
                title="not proved, so not written",
                severity="error",
                markup=False,
            )
            return
        self._busy = True
        patch = planned.patch

        def work() -> Entry | str:
            try:
                return write(patch, self.session.host, self.session.journal, self.session.now)
            except WriteError as error:
                return str(error)

        def done(result: Entry | str) -> None:
            if isinstance(result, str):
                self.notify(result, title="not written", severity="error", markup=False)
                self._replan()
                return
            hashes = hashes_of(self.session.snapshot, patch)
            watched = Watched(patch, self.session.now(), result.number, hashes)
            self.app.post_message(PatchWritten(watched, brought_up=bring_up))
            if bring_up:
                self.app.post_message(
                    ActionsAsked(up_actions(self.session.snapshot, patch.recreate), confirmed=True)
                )
            self.dismiss()

        background(self.app, work, done)

    def action_override(self) -> None:
        """Plan the same change into the override file, or back."""
        self._override = not self._override
        self._replan()

    def action_copy(self) -> None:
        """Copy the diff."""
        if self._plan and self._plan.patch:
            self.app.copy_to_clipboard("\n".join(diff(self._plan.patch.files)))
            self.notify("copied the diff", timeout=2)

    def action_back(self) -> None:
        """Leave; nothing is written."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")


def _choice(owners: tuple[ServiceKey, ...]) -> Screen[ServiceKey | None]:
    from nebtui.tui.screens.choose import ChooseScreen

    return ChooseScreen(owners)
