"""The log of one container, read by a thread of its own: what was written, then what is."""

from __future__ import annotations

import threading
from contextlib import closing

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine, LogSource
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.engine.logs import LogReply
from nebtui.hosts.json_values import mapping, text
from nebtui.hosts.logs.buffer import LogBuffer
from nebtui.hosts.logs.place import LogPlace

NOT_KEPT = (
    "nothing of it is kept (logging driver none): take the `logging` key out of its file and "
    "recreate it to see its lines"
)


class LogReader:
    """Reads one container, again and again: each `run` goes on where the last one ended."""

    def __init__(
        self,
        client: EngineClient,
        buffer: LogBuffer,
        container: str,
        service: ServiceKey,
        place: LogPlace,
    ) -> None:
        """`place`: where to begin; lines before it are not read."""
        self._client = client
        self._buffer = buffer
        self._container = container
        self._service = service
        self._place = place
        self._noted: set[str] = set()
        self._reply: LogReply | None = None
        self._stopped = threading.Event()

    def run(self, tail: int | None, follow: bool) -> None:
        """Read the last lines from the place on (None = all), then follow it until it ends."""
        try:
            inspected = self._client.inspect(self._container)
            config = mapping(mapping(inspected.get("HostConfig")).get("LogConfig"))
            if text(config.get("Type")) == "none":
                self._note(NOT_KEPT)
                return
            terminal = mapping(inspected.get("Config")).get("Tty") is True
            if not self._read(terminal, tail, follow=False):
                return
            self._buffer.caught_up(self._container)
            if follow and mapping(inspected.get("State")).get("Running") is True:
                self._read(terminal, None, follow=True)
        except NotFoundError:
            pass  # removed meanwhile: all there was is read
        except EngineError as problem:
            self._note(f"its log cannot be read: {problem}")
        finally:
            self._buffer.caught_up(self._container)

    def _read(self, terminal: bool, tail: int | None, *, follow: bool) -> bool:
        """Read until the engine ends it; False where nobody wants more."""
        since = self._place.resume()
        reply = self._client.logs(self._container, terminal, since, tail, follow=follow)
        self._reply = reply
        with closing(reply):
            for raw in reply:
                lines = [
                    self._line(one.at, one.source, one.text)
                    for one in raw
                    if self._place.passes(one.at)
                ]
                if self._stopped.is_set() or not self._buffer.push(self._container, lines):
                    return False
        return True

    def _line(self, at: int, source: LogSource, words: str) -> LogLine:
        return LogLine(at, self._service, self._container, source, words)

    def _note(self, sentence: str) -> None:
        """Say something about it, once."""
        if sentence not in self._noted and not self._stopped.is_set():
            self._noted.add(sentence)
            self._buffer.push(self._container, [self._line(self._place.at, "note", sentence)])

    def stop(self) -> None:
        """End `run`, from any thread."""
        self._stopped.set()
        if self._reply is not None:
            self._reply.close()
