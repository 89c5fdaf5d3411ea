"""A Compose service that is a real llama.cpp server, a client that times it, and nebtui looking at
both."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import xllamacpp

from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.live import LiveHost
from nebtui.keep.baselines import SpeedMemory
from nebtui.store import Store
from tests.engine.namespace import within

SERVICE = """\
services:
  llm:
    image: {image}
    entrypoint: ["{python}"]
    command: ["/srv/serve.py", "/models/{model}", "0.0.0.0", "8080"{hint}]
    environment:
      PYTHONPATH: "{packages}"
    cpus: 0.8
    cpu_shares: 16384 # other work on the machine shall not make its load unsteady
    stop_grace_period: 0s
{network}
    volumes:
      - /usr:/usr:ro
      - /lib:/lib:ro
      - /lib64:/lib64:ro
      - {prefix}:{prefix}:ro
      - {packages}:{packages}:ro
      - {here}:/srv:ro
      - {models}:/models:ro
"""
PUBLISHED = '    ports: ["127.0.0.1::8080"]'


def service(models: Path, model: str, network: str = PUBLISHED, hint: str = "") -> str:
    """The compose file; `{image}` is left for the fixture that writes it."""
    words = {
        "python": str(Path(sys.executable).resolve()),
        "prefix": sys.base_prefix,
        "packages": str(Path(xllamacpp.__file__).parent.parent),
        "here": str(Path(__file__).parent),
        "models": str(models),
        "model": model,
        "network": network,
        "hint": f', "{hint}"' if hint else "",
    }
    text = SERVICE
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def docker(*arguments: str) -> str:
    """`docker …`; its output."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


@dataclass
class Client:
    """Asks for completions one after the other and notes, by its own clock, when how many tokens
    were there."""

    host: str
    port: int
    arrived: list[tuple[float, int]] = field(default_factory=list)
    """(Unix seconds, tokens since the client began)"""
    stop: threading.Event = field(default_factory=threading.Event)

    def complete(self, tokens: int) -> None:
        """One streamed completion of exactly so many tokens, or fewer if told to stop."""
        within(lambda: self._complete(tokens))

    def _complete(self, tokens: int) -> None:
        before = self.arrived[-1][1] if self.arrived else 0
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        asked = {
            "prompt": f"the theatre in the inn {time.monotonic()}",
            "n_predict": tokens,
            "ignore_eos": True,
            "stream": True,
            "timings_per_token": True,
        }
        try:
            connection.request(
                "POST", "/completion", json.dumps(asked), {"Content-Type": "application/json"}
            )
            for line in connection.getresponse():
                if line.startswith(b"data: {"):
                    timings = json.loads(line[6:]).get("timings") or {}
                    self.arrived.append((time.time(), before + int(timings.get("predicted_n", 0))))
                if self.stop.is_set():
                    return
        except OSError:
            self.stop.set()  # the server was taken away
        finally:
            connection.close()

    def load(self, tokens: int) -> threading.Thread:
        """Completions without a pause until `stop`."""

        def work() -> None:
            while not self.stop.is_set():
                self.complete(tokens)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def rate(self, since: float, until: float) -> float:
        """Tokens a second between two moments, by its own count and clock."""
        inside = [(at, count) for at, count in self.arrived if since <= at <= until]
        (first, start), (last, end) = inside[0], inside[-1]
        return (end - start) / (last - first)


class Observer:
    """nebtui's live host with a store, keeping every throughput sample of every container with its
    moment."""

    def __init__(self, state: Path) -> None:
        self.samples: list[tuple[float, ThroughputSample]] = []
        self.host = LiveHost((), (), {}, baselines=SpeedMemory(str(state)))
        self.store = Store(self.host, self._listen)
        self.store.start()

    def _listen(self, snapshot: Snapshot) -> None:
        now = time.monotonic()
        self.samples += [
            (now, s)
            for s in snapshot.throughput.values()
            if not self.samples or s != self.samples[-1][1]
        ]

    def close(self) -> None:
        """End it."""
        self.store.close()
        self.host.close()

    def last(self, container: str) -> ThroughputSample | None:
        """The newest sample of one container."""
        return next((s for _, s in reversed(self.samples) if s.container == container), None)

    def since(self, moment: float, container: str) -> list[ThroughputSample]:
        """All samples from a moment on."""
        return [s for at, s in self.samples if at >= moment and s.container == container]

    def wait(
        self, container: str, condition: Callable[[ThroughputSample], object], timeout: float
    ) -> ThroughputSample:
        """The first sample from now on for which the condition holds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            sample = self.last(container)
            if sample is not None and condition(sample):
                return sample
            time.sleep(0.05)
        raise AssertionError(f"waited {timeout:.0f} s; last: {self.last(container)}")
