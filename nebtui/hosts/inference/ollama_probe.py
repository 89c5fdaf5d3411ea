"""Asks an Ollama server for a few tokens now and then, where the user opted in: it tells its speed
to nobody else.

A question must not change the server: it goes only to a model that is loaded, with the context it
was loaded with and the time it has left in memory, and never again where the server had to load the
model anew for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Literal

from nebtui.hosts.inference.http import HttpAnswer, HttpRequest, fetch
from nebtui.hosts.inference.parsers import decoded
from nebtui.hosts.json_values import as_int, mapping, number, objects, parse_rfc3339, text
from nebtui.light_dataclass import dataclass

AskOllama = Literal["never", "later", "now"]
"""Whether Ollama servers are asked for tokens: not at all, by the screen but not now, or now."""
SILENT_OLLAMA = {
    "never": "Ollama tells its speed only to the client that asked: with `[throughput] ask_ollama "
    "= true` in the settings the screen, unless started with --read-only, asks it for a few tokens "
    "now and then.",
    "later": "Ollama tells its speed only to the client that asked: nebtui's screen asks it, a "
    "single look and --read-only do not.",
    "now": "",
}
PATH = "/api/generate"
PROMPT = "Count from one to one hundred in words."
TOKENS = 16
EVERY = 45.0
"""Less than the minute during which a server that worked counts as busy."""
PATIENCE = 60.0
LEAST_STAY = 10.0
"""Seconds a model has left in memory below which it is not asked: it could be gone before the
question arrives."""
FOREVER = 10 * 365 * 86400.0
RELOADED = 2.0
"""Seconds spent on loading a model that was loaded already."""
NO_CONTEXT = (
    "This Ollama does not tell the context a model was loaded with: asking it for tokens "
    "could load it anew."
)
RELOADS = (
    "Ollama loaded the model anew for nebtui, as its clients set options of their own: it "
    "is not asked again."
)


@dataclass(frozen=True, slots=True)
class GenerateReply:
    """The figures of one reply: tokens, and seconds that each part took."""

    tokens: int
    seconds: float
    prompt_tokens: int
    prompt_seconds: float
    load_seconds: float


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What to post about which model, or why nothing is."""

    model: str = ""
    body: str = ""
    why: str = ""


def question(page: str, now: float, refused: frozenset[str] = frozenset()) -> GenerateRequest:
    """For what `/api/ps` lists: the first loaded model that will stay, and has not refused, is
    asked. `now` in Unix seconds."""
    why = ""
    for model in objects(mapping(decoded(page)).get("models")):
        name, context, expires = (
            text(model.get("name")),
            as_int(model.get("context_length")),
            parse_rfc3339(model.get("expires_at")),
        )
        stays = None if expires is None else expires - now
        if not name or name in refused or (stays is not None and stays < LEAST_STAY):
            continue
        if context <= 0:
            why = NO_CONTEXT
            continue
        # An expiry that cannot be read is one that lies beyond the calendar: the model stays for
        # ever.
        stay = -1 if stays is None or stays > FOREVER else round(stays)
        options = {"num_predict": TOKENS, "num_ctx": context, "temperature": 0}
        body = {
            "model": name,
            "prompt": PROMPT,
            "stream": False,
            "keep_alive": stay,
            "options": options,
        }
        return GenerateRequest(name, json.dumps(body))
    return GenerateRequest(why=why)


def reply(body: str) -> GenerateReply | None:
    """What a reply of `/api/generate` says of its own speed (durations in nanoseconds); None where
    it says nothing."""
    answer = mapping(decoded(body))
    tokens, nanoseconds = as_int(answer.get("eval_count")), number(answer.get("eval_duration"))
    if tokens <= 0 or nanoseconds <= 0:
        return None
    prompt, reading = (
        as_int(answer.get("prompt_eval_count")),
        number(answer.get("prompt_eval_duration")),
    )
    return GenerateReply(
        tokens,
        nanoseconds / 1e9,
        max(0, prompt),
        max(0.0, reading) / 1e9,
        number(answer.get("load_duration")) / 1e9,
    )


class OllamaProbe:
    """The questions to one server, for the collector's thread; each waits for its reply in a thread
    of its own."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._answers: SimpleQueue[HttpAnswer] = SimpleQueue()
        self._waiting = False
        self._given_up = False
        self._next = 0.0
        self._refused: frozenset[str] = frozenset()
        """Models that cannot generate (embedders)."""
        self._asked = ""
        self.model = ""
        """The model that gave the last figures."""
        self.problem = ""

    def reset(self) -> OllamaProbe:
        """For another process: replies to questions to the one before are nobody's figures."""
        return OllamaProbe(self._stopped)

    def step(
        self, page: str, place: tuple[str, int], clock: float, now: float
    ) -> GenerateReply | None:
        """The reply that came since the last step; where it is time, another question is sent.
        `clock` is monotonic."""
        came = self._take()
        if not self._waiting and not self._given_up and clock >= self._next:
            asked = question(page, now, self._refused)
            self.problem = asked.why or self.problem
            if asked.body:
                self._waiting, self._next, self._asked = True, clock + EVERY, asked.model
                Thread(
                    target=self._ask, args=(asked.body, place), name="ask ollama", daemon=True
                ).start()
        return came

    def _ask(self, body: str, place: tuple[str, int]) -> None:
        key = "reply"
        found = fetch([HttpRequest(key, *place, PATH, PATIENCE, body)], self._stopped)
        self._answers.put(found.get(key, HttpAnswer(None, problem="was not waited for")))

    def _take(self) -> GenerateReply | None:
        try:
            answer = self._answers.get_nowait()
        except Empty:
            return None
        self._waiting = False
        found = reply(answer.body) if answer.status == 200 else None
        if found is None:
            said = text(mapping(decoded(answer.body)).get("error"))[:120]
            self.problem = (
                f"Ollama {said or answer.problem or 'gave no figures'} when asked for "
                f"{TOKENS} tokens."
            )
            if answer.status is not None and 400 <= answer.status < 500:
                self._refused |= {self._asked}
                self._next = 0.0  # another model may be there to be asked
            return None
        if found.load_seconds > RELOADED:
            self._given_up, self.problem = True, RELOADS
            return None
        self.problem, self.model = "", self._asked
        return found
