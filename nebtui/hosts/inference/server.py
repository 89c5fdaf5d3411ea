"""One container that is, or may be, an inference server: what to ask it next, and what its answers
amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.analysis.throughput.meter import Meter
from nebtui.analysis.throughput.windows import Recall
from nebtui.facts.observed import Container, Engine
from nebtui.facts.samples import ThroughputSample
from nebtui.hosts.inference import parsers
from nebtui.hosts.inference.discovery import ServerCandidate, addresses
from nebtui.hosts.inference.http import HttpAnswer, HttpRequest
from nebtui.hosts.inference.ollama_probe import SILENT_OLLAMA, AskOllama, OllamaProbe
from nebtui.hosts.inference.recognition import foreign, most_telling, proved, refusal
from nebtui.hosts.inference.request_log import FinishedRequests
from nebtui.knowledge.servers import ServerKnowledge
from nebtui.light_dataclass import dataclass

FIRST_TIMEOUT = 0.5
TIMEOUT = 2.0
"""A server that is known may take longer: one that computes on the CPU answers late, and that is
the news."""
MOST_ADDRESSES = 6
PATIENCE = 3
"""Looks without an answer before a server that was there is said not to answer."""
SLOWEST = 10.0
SLOWEST_STRANGER = 600.0


@dataclass(slots=True)
class ServerProbe:
    """Changed by the collector's thread only."""

    container: Container
    candidate: ServerCandidate
    server: ServerKnowledge | None = None
    """What its metrics say it is; None until one of its pages was read."""
    previous_kind: ServerKnowledge | None = None
    """What an earlier process in this container proved to be."""
    address: tuple[str, int] | None = None
    """The address that answered."""
    path: str = ""
    """What was asked for there."""
    exec_port: int | None = None
    """The port at which only an exec reaches it."""
    meter: Meter = field(default_factory=Meter)
    reading: ServerReading | None = None
    model: str | None = None
    finished: FinishedRequests = field(default_factory=FinishedRequests)
    asking: OllamaProbe | None = None
    """Where the user lets nebtui ask an Ollama server for tokens."""
    ask_ollama: AskOllama = "never"
    next_try: float = 0.0
    failures: int = 0
    looks: int = 0
    """Pages read of this process."""
    problem: str = ""
    given_up: bool = False
    trend_told: int | None = None
    """The minute in which the trend was last told."""

    @property
    def started(self) -> float | None:
        inspection = self.container.inspection
        return inspection.started if inspection else None

    def restart(self, container: Container, candidate: ServerCandidate) -> None:
        """The same container with another process: it is looked for anew. What the other one did is
        not its work."""
        self.previous_kind = self.server or self.previous_kind
        self.container, self.candidate = container, candidate
        self.meter, self.reading = self.meter.reset(), None
        self.asking = self.asking.reset() if self.asking is not None else None
        self.server = self.address = self.exec_port = self.model = None
        self.finished, self.next_try, self.failures = FinishedRequests(), 0.0, 0
        self.given_up, self.looks = False, 0

    def requests(self, engine: Engine) -> list[HttpRequest]:
        """What to ask now."""
        server, key = self.server, self.container.id
        if server is not None and self.address is not None:
            host, port = self.address
            paths = {"page": self.path or server.path, "slots": server.slots}
            if self.model is None:
                paths["about"] = server.about
            return [
                HttpRequest(f"{key} {what}", host, port, path, TIMEOUT)
                for what, path in paths.items()
                if path
            ]
        result = [
            (place, port)
            for port in self.candidate.ports
            for place in addresses(self.container, port, engine)
        ]
        return [
            HttpRequest(f"{key} {number}", *place, self.candidate.path(port), FIRST_TIMEOUT)
            for number, (place, port) in enumerate(result[:MOST_ADDRESSES])
        ]

    def recognise(self, requests: list[HttpRequest], answers: Mapping[str, HttpAnswer]) -> None:
        """Take the first answer that proves what the server is; else remember why there is none."""
        problems: list[str] = []
        named = self.candidate.server
        for request in requests:
            answer = answers.get(request.key)
            if answer is None:
                continue
            if answer.status == 200 and self.accepts(answer.body):
                self.address, self.path = (request.host, request.port), request.path
                return
            problems.append(refusal(named, request, answer))
            if foreign(answer) and named is None and self.previous_kind is None:
                self.given_up = True  # another program owns the port; ask again after a restart
        self.problem = most_telling(problems, named)

    def accepts(self, body: str) -> bool:
        """Whether this page proves what the server is."""
        found = proved(body, self.candidate.server)
        if found is None:
            return False
        self.server, self.problem, self.failures = found, "", 0
        self.meter = replace(self.meter, at_end=found.at_end, judges=not found.mixed)
        if not found.about:
            self.model = ""
        return True

    def measure(self, body: str, slots: str, clock: float, at: float, recall: Recall) -> bool:
        """Take in one page; False where it holds nothing."""
        server = self.server
        if server is None:
            return False
        base = ServerReading(clock, at, life=(self.started,), model=self.model or "")
        reading = self._read(server, body, base)
        if reading is None:
            return False
        if slots:
            reading = replace(reading, streams=parsers.streams(slots))
        self.reading, self.failures = reading, 0
        self.looks += 1
        self.problem = self._why_silent(server) if reading.silent else ""
        self.meter = self.meter.advance(reading, recall)
        return True

    def _read(
        self, server: ServerKnowledge, body: str, base: ServerReading
    ) -> ServerReading | None:
        if server.answer == "ollama":
            return self._ollama(body, base)
        if server.answer == "comfyui":
            return parsers.comfyui(body, base)
        if server.answer == "koboldcpp":
            reading = parsers.koboldcpp(body, base)
            self.finished = self.finished.after(parsers.last_request(body))
            return self.finished.reading(reading) if reading is not None else None
        if server.answer == "log":
            self.finished = self.finished.log(body)
            # A request is in the log once it has ended: until then nobody knows of it.
            return self.finished.reading(replace(base, silent=True))
        return parsers.prometheus(body, server, base)

    def _why_silent(self, server: ServerKnowledge) -> str:
        if server.answer != "ollama":
            return ""
        return SILENT_OLLAMA[self.ask_ollama] if self.asking is None else self.asking.problem

    def _ollama(self, body: str, base: ServerReading) -> ServerReading | None:
        """What is loaded; with the figures of replies where it may be asked for some."""
        reading = parsers.ollama(body, base)
        if reading is None or self.asking is None or self.address is None:
            return reading
        came = self.asking.step(body, self.address, base.clock, base.at)
        if came is not None:
            self.finished = self.finished.one(
                came.tokens, came.seconds, came.prompt_tokens, came.prompt_seconds
            )
        # The figures are those of the model that was asked, whatever else is loaded beside it.
        return replace(self.finished.reading(reading), model=self.asking.model or reading.model)

    def fail(self, problem: str, now: float) -> None:
        """Remember that there was no answer, and ask less often: a stranger much less, a known one
        not at first."""
        self.failures += 1
        if self.server is not None and self.failures < PATIENCE:
            return
        longest = SLOWEST if self.candidate.server or self.server else SLOWEST_STRANGER
        self.next_try = now + min(longest, 2.0 ** min(self.failures, 10))
        self.problem = problem or self.problem

    def sample(self, at: float) -> ThroughputSample | None:
        """What is to be told; None for a stranger that has not proved to be a server."""
        server = self.server or self.candidate.server or self.previous_kind
        if server is None:
            return None
        meter, reading = self.meter, self.reading
        answers = reading is not None and self.failures < PATIENCE and self.server is not None
        busy = meter.busy if answers else None
        return ThroughputSample(
            self.container.id,
            at,
            tokens_per_second=meter.rate if answers else None,
            busy=busy,
            prompt_tokens_per_second=meter.prompt_rate if busy else None,
            running=reading.running if reading and answers else None,
            waiting=reading.waiting if reading and answers else None,
            last_rate=meter.last_rate,
            last_at=meter.last_at,
            model=reading.model if reading else "",
            server=server.name,
            source=self.source,
            problem=self.problem,
            stream=meter.judgement.stream,
            usual=meter.judgement.usual,
            verdict=meter.verdict if answers else "",
            unit=server.unit,
            over=meter.over if answers else None,
            late=server.late,
            kv_cache=reading.kv_cache if reading and answers else None,
            trend=self._trend(at),
            on_gpu=reading.on_gpu if reading and answers else None,
            loaded=reading.loaded if reading and answers else None,
        )

    def _trend(self, at: float) -> tuple[float | None, ...]:
        """The last hour, once a minute: in between it is as it was."""
        minute = int(at // 60)
        if minute == self.trend_told:
            return ()
        means = self.meter.trend.means(at)
        self.trend_told = minute if means else None
        return means

    @property
    def source(self) -> str:
        """Where its figures come from, as shown: a URL, `exec` or `log`."""
        server = self.server or self.candidate.server
        if server is None:
            return ""
        if server.answer == "log":
            return "log"
        if self.exec_port is not None:
            return "exec"
        path = self.path or server.path
        return HttpRequest("", *self.address, path, 0.0).url if self.address else ""
