"""The live box: engine, files and kernel, each followed by a thread of its own, joined into one
stream of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from nebtui.facts.changes import Change
from nebtui.facts.declared import Project
from nebtui.host import Action, Progress, Up
from nebtui.hosts.actions import docker_command, read_file, run_command, through_engine
from nebtui.hosts.catalogue import ComposeCatalogue
from nebtui.hosts.endpoint import Endpoint, find_endpoint
from nebtui.hosts.engine import EngineClient
from nebtui.hosts.engine_collector import EngineCollector
from nebtui.hosts.gpu_collector import GpuCollector
from nebtui.hosts.image_collector import ImageCollector
from nebtui.hosts.inspector import Inspector
from nebtui.hosts.junction import Collector, Junction
from nebtui.hosts.known import Part
from nebtui.hosts.path_collector import PathCollector
from nebtui.hosts.project_collector import ProjectCollector
from nebtui.hosts.sample_collector import SampleCollector
from nebtui.hosts.servers import Baselines, ServerCollector

if TYPE_CHECKING:
    from nebtui.compose.discovery.candidate import Candidate
    from nebtui.compose.model import Validation

NO_COMPOSE = (
    "Compose was not found: install the `docker compose` plugin, or `pip install nebtui[compose]`."
)
PARTS: frozenset[Part] = frozenset({"engine", "projects", "processes", "paths", "images", "gpus"})


class LiveHost:
    """The box nebtui runs on. Nothing is read and no thread starts before `changes` is iterated."""

    kind: Literal["live"] = "live"

    def __init__(
        self,
        roots: tuple[str, ...],
        remembered: tuple[Candidate, ...],
        environ: Mapping[str, str],
        *,
        endpoint: Endpoint | None = None,
        catalogue: ComposeCatalogue | None = None,
        baselines: Baselines | None = None,
        await_servers: bool = False,
        ask_ollama: bool = False,
    ) -> None:
        """`await_servers`: the first picture is complete only with a speed of each inference
        server, two seconds later where there is one. `ask_ollama`: ask Ollama servers for a few
        tokens now and then."""
        self._catalogue = catalogue or ComposeCatalogue(roots, remembered, dict(environ))
        self._junction = junction = Junction(PARTS | {"servers"} if await_servers else PARTS)
        self._client = client = EngineClient(endpoint or find_endpoint(environ), dict(environ))
        known, settling, emit = junction.known, junction.settling, junction.emit
        inspector = Inspector(client, known, emit)
        self._projects = ProjectCollector(self._catalogue, known, settling, emit)
        self._collectors: tuple[Collector, ...] = (
            EngineCollector(client, inspector, known, settling, emit),
            inspector,
            self._projects,
            SampleCollector(client, known, settling, emit),
            PathCollector(known, settling, emit),
            ImageCollector(client, known, settling, emit),
            ServerCollector(client, known, settling, emit, baselines, ask_ollama=ask_ollama),
            GpuCollector(client, known, settling, emit),
        )

    def changes(self) -> Iterator[Change]:
        """Start the collectors and yield what they see until `close`; to be iterated once."""
        return self._junction.changes(self._collectors)

    def do(self, action: Action) -> Iterator[Progress]:
        """Do one thing; the last Progress says whether it worked."""
        if not isinstance(action, Up):
            yield from through_engine(self._client, action)
            return
        argv = self.command(action)
        if argv:
            folder = action.project.working_dir
            yield from run_command(argv, self._catalogue.environment(folder), folder)
        else:
            yield Progress(NO_COMPOSE, done=True, exit_code=1)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect, () for `Up` where there is no Compose."""
        if isinstance(action, Up):
            candidate = self._projects.candidate(action.project)
            return self._catalogue.up(action, candidate.env_files if candidate else ())
        return docker_command(action)

    def read(self, path: str) -> bytes:
        """The bytes of a regular file; OSError otherwise."""
        return read_file(path)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now."""
        self._projects.reread(paths)

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Compose's word on these texts; neither config nor error where there is no Compose."""
        return self._catalogue.validate(project, texts)

    def close(self) -> None:
        """End `changes` and the threads within 0.2 s, whatever the engine does."""
        self._junction.close()
        self._client.forget()
