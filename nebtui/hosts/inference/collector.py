"""The collector that asks inference servers what they do: one thread, once a second, all of them at
the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from nebtui.analysis.throughput.windows import Bucket
from nebtui.facts.changes import Sampled
from nebtui.facts.observed import Container, Engine
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.inference import through_engine
from nebtui.hosts.inference.baselines import Baselines
from nebtui.hosts.inference.discovery import candidate
from nebtui.hosts.inference.http import HttpAnswer, HttpRequest, fetch
from nebtui.hosts.inference.ollama_probe import AskOllama, OllamaProbe
from nebtui.hosts.inference.parsers import model_of
from nebtui.hosts.inference.server import ServerProbe
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 1.0
SOON = 0.25
"""Until the first speeds, where the first picture waits for them: a counter may move once a second
only, and what it makes is told from step to step."""
FIRST_LOOK = 3.5
"""Seconds for which the first picture waits at most for a speed."""
LATE_LOOK = 1.0
"""Seconds after which nothing more is expected of a server that tells a request at its end."""
DOUBT = 8.0
"""Seconds for which it waits where a server looks slow: two windows of that make a verdict."""


class ServerCollector:
    """Runs in one thread until stopped."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        baselines: Baselines | None = None,
        *,
        ask_ollama: AskOllama = "never",
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._client = client
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._baselines = baselines
        self._ask_ollama = ask_ollama
        self._stop = threading.Event()
        self._bell = shared.bell()
        self._watches: dict[str, ServerProbe] = {}
        self._strangers: dict[str, Container] = {}
        """Those that are no candidates, as they were when that was found out."""

    def run(self) -> None:
        """Ask every second, from the moment the engine answered; the first times sooner where
        somebody waits."""
        if not self._startup.wait("engine"):
            return
        begun = self._clock.steady()
        try:
            while not self._stop.is_set():
                self._bell.clear()
                now = self._clock.steady()
                engine = self._shared.engine
                if engine is not None:
                    self._round(engine, now)
                if self._enough(self._clock.steady() - begun):
                    self._startup.mark_done("servers")
                done = self._startup.is_done("servers")
                if done and not self._watches:
                    self._bell.wait()  # nobody is asked until a container changes
                self._stop.wait(max(0.0, now + (EVERY if done else SOON) - self._clock.steady()))
        finally:
            self._startup.mark_done("servers")
            if self._baselines is not None:
                self._baselines.close()

    def _enough(self, waited: float) -> bool:
        """Whether the first picture need not wait any longer for the servers; `waited` seconds."""
        open_ones = [p for p in self._watches.values() if not _told(p, waited)]
        doubtful = any(p.meter.judgement.doubtful for p in open_ones)
        return not open_ones or waited >= (DOUBT if doubtful else FIRST_LOOK)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()
        self._bell.set()

    def _round(self, engine: Engine, now: float) -> None:
        """Ask whoever is due and tell what came back."""
        if self._baselines is not None:
            self._baselines.of(engine.forwarded)
        present = self._follow(self._shared.running())
        due = [
            w
            for i, w in self._watches.items()
            if i in present and not w.given_up and w.next_try <= now
        ]
        asked = {w.container.id: w.requests(engine) for w in due if not through_engine.leads_to(w)}
        answers = fetch((r for many in asked.values() for r in many), self._stop.is_set)
        for watch in due:
            if self._stop.is_set():
                return
            requests = asked.get(watch.container.id)
            if requests is None:
                self._ask_engine(watch)
            elif watch.server is None:
                self._recognise(watch, requests, answers)
            else:
                self._measure(watch, answers)
        at = self._clock.now()
        samples = tuple(sample for watch in due if (sample := watch.sample(at)) is not None)
        if samples:
            self._emit(Sampled(at, throughput=samples))

    def _follow(self, running: tuple[Container, ...]) -> frozenset[str]:
        """Watch new containers, forget those that are gone, begin anew with those that started
        again; their ids."""
        present = {c.id: c for c in running if c.inspection is not None and c.state == "running"}
        for gone in self._watches.keys() - present.keys():
            # The meter of a stopped container is kept: it may start again, and its usual speed is
            # still usual.
            if self._shared.container(gone) is None:
                del self._watches[gone]
        self._strangers = {i: c for i, c in self._strangers.items() if i in present}
        for identity, container in present.items():
            watch = self._watches.get(identity)
            if watch is not None and watch.started == (
                container.inspection.started if container.inspection else None
            ):
                watch.container = container
                continue
            if self._strangers.get(identity) is container:
                continue
            found = candidate(container)
            if found is None:
                self._strangers[identity] = container
                continue
            if watch is None:
                ask = self._ask_ollama
                asking = OllamaProbe(self._stop.is_set) if ask == "now" else None
                self._watches[identity] = ServerProbe(
                    container, found, asking=asking, ask_ollama=ask
                )
            else:
                watch.restart(container, found)
        return frozenset(present)

    def _recognise(
        self, watch: ServerProbe, requests: list[HttpRequest], answers: dict[str, HttpAnswer]
    ) -> None:
        watch.recognise(requests, answers)
        if watch.server is not None:
            return
        silent = all(answers[r.key].status is None for r in requests if r.key in answers)
        if not (watch.candidate.server is not None and silent and self._by_exec(watch)):
            watch.fail("", self._clock.steady())

    def _by_exec(self, watch: ServerProbe) -> bool:
        return through_engine.found_by_exec(self._client, watch)

    def _ask_engine(self, watch: ServerProbe) -> None:
        """Read a log, or ask by exec."""
        now = self._clock.steady()
        try:
            body = through_engine.page_of(self._client, watch, self._clock)
        except EngineError as problem:
            watch.fail(str(problem), now)
            return
        read = self._measure_page(watch, body, "", self._clock.steady())
        if not read and watch.server is not None:
            watch.fail(f"{watch.server.name} does not answer inside its container.", now)

    def _measure(self, watch: ServerProbe, answers: dict[str, HttpAnswer]) -> None:
        """One look at a server that is known."""
        server, key = watch.server, watch.container.id
        page, slots, about = (answers.get(f"{key} {what}") for what in ("page", "slots", "about"))
        if server is None or page is None:
            return
        if about is not None and about.status is not None:
            watch.model = model_of(about.body, server)
        # Tokens of running requests are counted by the clock, and those come with the slots.
        clock = slots.at if slots is not None and slots.status == 200 else page.at
        if page.status != 200 or not self._measure_page(
            watch, page.body, slots.body if slots else "", clock
        ):
            status = "a page that cannot be read" if page.status == 200 else f"status {page.status}"
            why = page.problem or f"answers with {status}"
            watch.fail(f"{server.name} {why} at {watch.source}.", self._clock.steady())

    def _measure_page(self, watch: ServerProbe, body: str, slots: str, clock: float) -> bool:
        """Take in a page that was complete at this moment of the monotonic clock."""
        service = name_of(watch.container)
        baselines = self._baselines

        def recall(model: str, bucket: Bucket) -> Iterable[float]:
            return baselines.recall(service, model, bucket) if baselines is not None else ()

        if not watch.measure(
            body, slots, clock, self._clock.now() - (self._clock.steady() - clock), recall
        ):
            return False
        if baselines is not None:
            for done in watch.meter.judgement.closed:
                baselines.learn(service, done.model, done.bucket, done.speed, done.at)
        return True


def _told(probe: ServerProbe, waited: float) -> bool:
    """Whether another look soon would tell nothing new of a container."""
    server = probe.server
    if server is None or probe.given_up:
        return True
    if probe.looks < (1 if through_engine.leads_to(probe) else 2):
        return False
    return probe.meter.settled or (server.late and waited >= LATE_LOOK)


def name_of(container: Container) -> str:
    """Whose usual speed it is: the service over all its containers, else the container. What is
    usual for it with a GPU is not for the same one that asks for none any more."""
    name = (
        f"{container.project}/{container.service}"
        if container.project and container.service
        else container.name
    )
    inspection = container.inspection
    asks = inspection is not None and inspection.created_with_gpu
    return f"{name} with a GPU" if asks else name
