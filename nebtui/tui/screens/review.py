"""Review: what a fix does, its diff, what was proved; the same key again writes it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from nebtui.facts.declared import ServiceKey
from nebtui.fixing.desk import UnknownOutcomeError, WriteError
from nebtui.fixing.file_change import diff_lines, shown_diff
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.fixing.recreate import up_actions
from nebtui.fixing.watch import Watched, hashes_of
from nebtui.keep.records import Entry
from nebtui.rules.rule import Finding
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.messages import ActionsAsked, PatchWritten
from nebtui.tui.screens.explained import ExplainedScreen
from nebtui.tui.session import Session
from nebtui.tui.unknown import look_again
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
        self._plan: Proposal | None = None
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
        return not self._busy and self._plan is not None and self._plan.writable

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
        wish = self.wish
        background(self.app, lambda: self.session.desk.propose(wish), self._planned)

    @property
    def wish(self) -> Wish:
        """What is to be planned."""
        found, safe = (self._findings, False) if self._bulk else (self._findings[:1], True)
        return Wish(found, many=self._bulk, to=self._to, override=self._override, unsafe=safe)

    def _planned(self, planned: Proposal) -> None:
        if not self.is_attached:
            return
        self._plan = planned
        self._busy = False
        if planned.owners:
            self.app.push_screen(_choice(planned.owners), self._chosen)
        self.refresh_bindings()
        self._paint()
        one_key = self.session.settings.one_key and planned.applicability == "safe"
        if one_key and planned.writable:
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
        if not planned.digest:
            subject, evidence = self.about
            self.query_one("#title", Static).update(joined((subject, "title")))
            self.query_one("#diff", Static).update(
                joined(("several services answer the name: choose the one that is meant", "warn"))
                if planned.owners
                else joined(("cannot be fixed here: ", "warn"), planned.reason)
            )
            self.query_one("#proof", Static).update(
                lines([styled(text, "dim") for text in evidence])
            )
            return
        names = ", ".join(dict.fromkeys(f.rule for f in planned.findings))
        place, safe = self.session.desk.place, planned.applicability
        tone = "ok" if safe == "safe" else "warn"
        title = joined(
            (planned.title, "title"),
            f"  {names} · ",
            (safe, tone),
            f" · on {place}" if place else "",
        )
        self.query_one("#title", Static).update(lines([title, *consequence_lines(planned)]))
        self.query_one("#diff", Static).update(coloured(shown_diff(planned.files, place)))
        self.query_one("#proof", Static).update(lines(proof_lines(self.session, planned)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is no diff, what would be done with one is dimmed."""
        with_diff = action in ("write", "write_up", "copy")
        return None if with_diff and self._plan is not None and not self._plan.digest else True

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
        if self._busy or planned is None or not planned.digest:
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
        wish = self.wish

        def work() -> Entry | OSError:
            try:
                return self.session.desk.write(wish, planned)
            except (WriteError, UnknownOutcomeError) as error:
                return error

        def done(result: Entry | OSError | None, bring_up: bool = bring_up) -> None:
            if isinstance(result, Entry):
                self._written(planned, result, bring_up=bring_up)
            elif isinstance(result, UnknownOutcomeError):
                look_again(app, result, lambda entry: done(entry, bring_up=False))
            else:
                told = str(result or f"{planned.title}: nothing was written")
                app.notify(told, title="not written", severity="error", markup=False)
                if self.is_attached:
                    self._replan()

        app = self.app
        background(app, work, done)

    def _written(self, planned: Proposal, entry: Entry, *, bring_up: bool) -> None:
        snapshot = self.session.snapshot
        watched = Watched(planned, entry.time, entry.number, hashes_of(snapshot, planned))
        self.app.post_message(PatchWritten(self.session, watched, brought_up=bring_up))
        if bring_up:
            ups = up_actions(snapshot, planned.recreate)
            self.app.post_message(ActionsAsked(ups, confirmed=True))
        if self.is_current:
            self.dismiss()

    def action_override(self) -> None:
        """Plan the same change into the override file, or back."""
        self._override = not self._override
        self._replan()

    def action_copy(self) -> None:
        """Copy the diff."""
        if self._plan and self._plan.digest:
            self.app.copy_to_clipboard("\n".join(diff_lines(self._plan.files)))
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
