"""The acting keys of home: verbs of Compose on what is marked or selected, a shell, the editor."""

from __future__ import annotations

from nebtui.action import Existing, ProjectAction
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.graph.stacks import stack_row
from nebtui.tui.bring_up import ups
from nebtui.tui.locked import changing, why_locked
from nebtui.tui.messages import ActionsAsked, CancelAsked
from nebtui.tui.outside import address, editor, published, shell
from nebtui.tui.screens.going import GoingScreen
from nebtui.tui.session import Session
from nebtui.tui.swarm_verbs import no_verb_of_swarm, on_row, where_it_runs
from nebtui.tui.verbs import Verb, asked, refused
from nebtui.tui.widgets.foreign import why_refused

CHANGING = ("bring_up", "verb", "shell", "edit")


class ActingScreen(GoingScreen):
    """A screen with a selection that things are done to."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._foreign = ""
        """Id of the selected row where no Compose project made what it stands for."""

    def chosen(self) -> tuple[ServiceKey | ProjectKey, ...]:
        """What a verb is for: the marked services, else the selection; () for neither."""
        if self.session.marked:
            return tuple(sorted(self.session.marked))
        return (self._selected,) if self._selected is not None else ()

    @changing
    def action_bring_up(self) -> None:
        """Bring up what was written for the selection, else what is marked or selected."""
        if self._foreign and not self.session.marked:
            self._on_foreign("up")
            return
        found = () if self.session.marked else tuple(ups(self.session, self._selected))
        snapshot = self.session.snapshot
        actions = where_it_runs(snapshot, found or asked(snapshot, "up", self.chosen()))
        self._ask(tuple(dict.fromkeys(actions)))

    @changing
    def action_verb(self, verb: Verb) -> None:
        """A verb on what is marked or selected: Compose's, or Swarm's where Swarm runs it."""
        if self._foreign and not self.session.marked:
            self._on_foreign(verb)
            return
        snapshot = self.session.snapshot
        actions = asked(snapshot, verb, self.chosen())
        if told := no_verb_of_swarm(snapshot, actions):
            self._tell(told)
        else:
            self._ask(where_it_runs(snapshot, actions))

    def _ask(self, actions: tuple[ProjectAction, ...]) -> None:
        files = any(not isinstance(action, Existing) for action in actions)
        if why_not := refused(self.session.snapshot, actions, files=files):
            self.notify(why_not, title="not run", severity="warning", markup=False)
            return
        self.post_message(ActionsAsked(actions, confirmed=False))

    def _on_foreign(self, verb: Verb) -> None:
        """A verb on what no Compose project made: on a stack what Swarm does for it."""
        named = stack_row(self._foreign)
        actions = on_row(self.session.snapshot, verb, *named) if named else ()
        if isinstance(actions, str):
            self._tell(actions)
        elif actions or not self._refused():
            self._ask(actions)

    def _refused(self) -> bool:
        """Whether the selection is Swarm's, which is then said."""
        told = why_refused(self._foreign)
        if told:
            self._tell(told)
        return bool(told)

    def _tell(self, told: str) -> None:
        self.notify(told, title="not run", severity="warning", markup=False, timeout=6)

    def action_choose(self) -> None:
        """Mark the selected service for the next verb, or take the mark away; of a project all."""
        from nebtui.analysis.services import service_keys

        selected, marked = self._selected, self.session.marked
        if selected is None:
            self.notify("select a service or a project to mark", timeout=4)
            return
        keys = (
            {selected}
            if isinstance(selected, ServiceKey)
            else set(service_keys(self.session.snapshot, selected))
        )
        self.session.marked = marked - keys if keys <= marked else marked | keys
        self.show()

    def action_cancel(self) -> None:
        """Interrupt the newest command, or forget it while it waits."""
        self.post_message(CancelAsked())

    @changing
    def action_shell(self) -> None:
        """A shell in the container of the selected service; nebtui steps aside until it ends."""
        if not self._refused():
            shell(self.app, self.session, self._selected)

    @changing
    def action_edit(self) -> None:
        """The user's editor at the line of what is selected; what is saved is read at once."""
        if not self._refused():
            editor(self.app, self.session, self._selected)

    def action_open_port(self) -> None:
        """Open a published port in the browser; its address is copied too."""
        address(self.app, published(self.session.snapshot, self._selected))

    def action_lock(self) -> None:
        """Switch every change off or on; `--read-only` cannot be switched off here."""
        if self.session.read_only:
            self.notify(why_locked(self.session), markup=False, timeout=4)
            return
        self.session.locked = not self.session.locked
        self.show()
        self.refresh_bindings()
