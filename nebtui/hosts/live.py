"""The live box: engine, files and kernel, each followed by a thread of its own, joined into one
stream of changes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from nebtui.action import Action, Cancel, Progress, ProjectAction, RunProgram
from nebtui.facts.changes import Change
from nebtui.facts.project import Project
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.actions import command_line, on_engine, run_command, through_engine
from nebtui.hosts.collectors import CollectorGroup
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint, find_endpoint
from nebtui.hosts.engine.inspector import Inspector
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.hosts.projects.collector import ProjectCollector
from nebtui.hosts.shared import Part

if TYPE_CHECKING:
    from nebtui.compose.discovery.candidate import Candidate
    from nebtui.facts.validation import Validation
    from nebtui.hosts.inference.baselines import Baselines
    from nebtui.hosts.inference.ollama_probe import AskOllama
    from nebtui.hosts.starts.keeper import Starts

NO_COMPOSE = (
    "Compose was not found: install the `docker compose` plugin, or `pip install nebtui[compose]`."
)
PARTS: frozenset[Part] = frozenset(
    {"engine", "projects", "processes", "paths", "images", "gpus", "host ports", "starts"}
)


class LiveHost:
    """The box nebtui runs on. Nothing is read and no thread starts before `changes` is iterated."""

    kind: Literal["live"] = "live"
    writable = True
    files_away = ""

    def __init__(
        self,
        roots: tuple[str, ...],
        remembered: tuple[Candidate, ...],
        environ: Mapping[str, str],
        *,
        endpoint: Endpoint | None = None,
        catalogue: ComposeCatalogue | None = None,
        baselines: Baselines | None = None,
        starts: Starts | None = None,
        await_servers: bool = False,
        ask_ollama: AskOllama = "never",
        named: bool = False,
        beside: bool = False,
    ) -> None:
        """`named`: the engine is not the one that the docker command line would use here, so the
        commands that are shown name it. `await_servers`: the first picture is complete only with a
        speed of each inference server, one to three seconds later where one works, eight where it
        looks slow. `ask_ollama`: ask Ollama servers for a few tokens now and then; `later`: another
        host does. `beside`: other boxes are looked at too, and may name programs of this one."""
        self._catalogue = catalogue or ComposeCatalogue(roots, remembered, dict(environ))
        self._group = group = CollectorGroup(PARTS | {"servers"} if await_servers else PARTS)
        self._environ = dict(environ)
        self._named = named
        self._beside = beside
        self._client = client = EngineClient(endpoint or find_endpoint(environ), self._environ)
        shared, startup, emit = group.shared, group.startup, group.emit
        self._inspector = Inspector(client, shared, emit)
        self._projects = ProjectCollector(self._catalogue, shared, startup, emit)
        self._baselines, self._starts = baselines, starts
        self._ask_ollama: AskOllama = ask_ollama

    def now(self) -> float:
        """This machine's time in Unix seconds."""
        return time.time()

    def changes(self) -> Iterator[Change]:
        """Start the collectors and yield what they see until `close`; to be iterated once."""
        # Loaded here, by the thread that reads: the screen stands meanwhile.
        from nebtui.hosts.followed import collectors

        return self._group.changes(
            collectors(
                self._client,
                self._inspector,
                self._projects,
                self._group,
                self._baselines,
                self._starts,
                self._ask_ollama,
                beside=self._beside,
            )
        )

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Do one thing; the last Progress says whether it worked."""
        if isinstance(action, RunProgram):
            yield from run_command(action.argv, self._here(self._environ), action.folder, stop)
            return
        if not isinstance(action, ProjectAction):
            yield from through_engine(self._client, action)
            return
        argv = self._argv(action)
        if argv:
            folder = action.project.working_dir
            environ = self._here(self._catalogue.environment(folder))
            yield from run_command(argv, environ, folder, stop)
        else:
            yield Progress(NO_COMPOSE, done=True, exit_code=1)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect, () for a verb of Compose where there is no Compose."""
        argv = self._argv(action)
        named = self._named and not isinstance(action, RunProgram)
        return on_engine(argv, self._client.endpoint) if named and argv else argv

    def _here(self, environ: Mapping[str, str]) -> Mapping[str, str]:
        """The environment of a program that acts on this engine: over ssh it takes the connection
        that stands."""
        url = self._client.url_here
        if url == self._client.endpoint.url:
            return environ
        kept = {name: value for name, value in environ.items() if name != "DOCKER_CONTEXT"}
        return {**kept, "DOCKER_HOST": url}

    def _argv(self, action: Action) -> tuple[str, ...]:
        if isinstance(action, ProjectAction):
            candidate = self._projects.candidate(action.project)
            return self._catalogue.command(action, candidate.env_files if candidate else ())
        return command_line(action)

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project with these texts in place of its files, by our own reader."""
        return self._catalogue.read_with(project, texts)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now."""
        self._projects.reread(paths)

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Result of `docker compose config` on these texts; neither config nor error where there is
        no Compose."""
        return self._catalogue.validate(project, texts)

    def follow(self, containers: tuple[str, ...]) -> None:
        """Inspect these every two seconds."""
        self._inspector.follow(containers)

    def measure(self, shown: ShownFigures) -> None:
        """Read these often."""
        self._group.shared.measure(shown)

    def logs(self, request: LogRequest) -> LogStream:
        """Read by threads of their own, through the engine."""
        from nebtui.hosts.logs.following import ServiceLogs

        return ServiceLogs(self._client, self._group.shared, request)

    def close(self) -> None:
        """End `changes` and the threads within 0.2 s, whatever the engine does."""
        self._group.close()
        self._client.close()
