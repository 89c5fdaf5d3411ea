"""The log of one service of a swarm, or of one task of it, which its manager collects from the
nodes."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import unquote_plus

from nebtui.analysis.task_log import why_no_log
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.logs import LogLine, LogSource
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.engine.log_lines import RawLine
from nebtui.hosts.engine.logs import LogReply
from nebtui.hosts.engine.swarm_payloads import STACK
from nebtui.hosts.json_values import as_str_dict, mapping
from nebtui.hosts.logs.buffer import LogBuffer
from nebtui.hosts.logs.place import LogPlace
from nebtui.hosts.shared import SharedState

TASK = "com.docker.swarm.task.id"
GRABBING = "Error grabbing logs: "
_WRAPPED = re.compile(
    r"rpc error: code = \w+ desc = |warning: |(?<=incomplete log stream)\. some logs could not be "
    r"retrieved for the following reasons(?=: )"
)


class SwarmLogReader:
    """Reads one service, again and again: each `run` goes on where the last one ended."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        buffer: LogBuffer,
        name: str,
        place: LogPlace,
        task: str = "",
    ) -> None:
        """`name`: whole, `shop_web`; `place`: where to begin; `task`: the id of the only task that
        is wanted, "" = all."""
        self._client = client
        self._shared = shared
        self._buffer = buffer
        self._name = name
        self._place = place
        self._task = task
        self._key = task or name
        self._wrote = False
        self._service = ServiceKey(ProjectKey("", ""), name)
        self._noted: set[str] = set()
        self._reply: LogReply | None = None
        self._stopped = threading.Event()

    def run(self, tail: int | None, follow: bool) -> None:
        """Read the last lines of each task from the place on (None = all), then what follows."""
        try:
            spec = mapping(self._client.service(self._name).get("Spec"))
            stack = as_str_dict(spec.get("Labels")).get(STACK, "")
            short = self._name.removeprefix(f"{stack}_") if stack else self._name
            self._service = ServiceKey(ProjectKey(stack, ""), short)
            container = mapping(mapping(spec.get("TaskTemplate")).get("ContainerSpec"))
            terminal = container.get("TTY") is True
            if not self._read(terminal, tail, follow=False):
                return
            self._explain()
            self._buffer.caught_up(self._key)
            if follow:
                self._read(terminal, None, follow=True)
        except NotFoundError:
            pass  # removed meanwhile: all there was is read
        except EngineError as problem:
            if note := self._noticed(f"its log cannot be read: {problem}"):
                self._buffer.push(self._key, [note])
        finally:
            self._buffer.caught_up(self._key)

    def _read(self, terminal: bool, tail: int | None, *, follow: bool) -> bool:
        """Read until the engine ends it; False where nobody wants more."""
        since = self._place.resume()
        reply = self._client.service_logs(
            self._name, terminal, since, tail, follow=follow, task=self._task
        )
        self._reply = reply
        with closing(reply):
            for raw in reply:
                swarm = self._shared.snapshot.swarm or Swarm()
                at = {task.id: task.container for one in swarm.services for task in one.tasks}
                lines = [made for one in raw if (made := self._line(one, at)) is not None]
                if self._stopped.is_set() or not self._buffer.push(self._key, lines):
                    return False
        return True

    def _line(self, raw: RawLine, containers: Mapping[str, str]) -> LogLine | None:
        """The line without its details, of the container of its task; of the task itself where no
        container of it is known. None for one that was told already."""
        if raw.source == "note":
            return None if self._task else self._noticed(self._plain(raw.text))
        if not self._place.passes(raw.at):
            return None
        self._wrote = True
        told, _, words = raw.text.partition(" ")
        task = dict(_pairs(told)).get(TASK, "")
        if not task:
            return self._made(raw.at, raw.source, "", raw.text)
        return self._made(raw.at, raw.source, containers.get(task) or task, words)

    def _made(self, at: int, source: LogSource, container: str, words: str) -> LogLine:
        return LogLine(at, self._service, container, source, words)

    def _explain(self) -> None:
        """Say of a single task that wrote nothing why that is."""
        swarm = self._shared.snapshot.swarm or Swarm()
        for service in swarm.services if self._task and not self._wrote else ():
            for task in service.tasks:
                if task.id == self._task and (note := self._noticed_of(swarm, service, task)):
                    self._buffer.push(self._key, [note])

    def _noticed_of(self, swarm: Swarm, service: SwarmService, task: SwarmTask) -> LogLine | None:
        why = why_no_log(swarm, service, task)
        return self._noticed(why, int(task.at * 1e9)) if why else None

    def _plain(self, sentence: str) -> str:
        """The engine's sentence, nodes and tasks by what people call them."""
        swarm = self._shared.snapshot.swarm or Swarm()
        told = _WRAPPED.sub("", sentence.removeprefix(GRABBING))
        for node in swarm.nodes:
            told = told.replace(node.id, node.name or node.id)
        for service in swarm.services:
            for task in service.tasks:
                told = told.replace(task.id, str(task.slot or task.id))
        return told

    def _noticed(self, sentence: str, at: int = 0) -> LogLine | None:
        """A sentence about it among the lines, once: the engine's own, or why there is none."""
        if sentence in self._noted or self._stopped.is_set():
            return None
        self._noted.add(sentence)
        return self._made(at or self._place.at, "note", "", sentence)

    def stop(self) -> None:
        """End `run`, from any thread."""
        self._stopped.set()
        if self._reply is not None:
            self._reply.close()


def _pairs(details: str) -> list[tuple[str, str]]:
    """What stands before a line: `KEY=VALUE,…`, both as in a URL's query."""
    parts = (part.partition("=") for part in details.split(","))
    return [(unquote_plus(key), unquote_plus(value)) for key, _, value in parts]
