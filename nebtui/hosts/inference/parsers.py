"""From what inference servers answer to readings: Prometheus text, llama.cpp slots, Ollama,
ComfyUI, KoboldCpp.

All of it is somebody else's text: what cannot be read is told in a sentence, never raised.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.inference.metrics_page import STARTED, page
from nebtui.hosts.json_values import as_int, items, mapping, number, objects, text
from nebtui.knowledge.servers import ServerKnowledge
from nebtui.light_dataclass import dataclass

SLOTS = 512
"""Slots looked at: more are no server but an attack."""


def prometheus(body: str, server: ServerKnowledge, base: ServerReading) -> ServerReading | None:
    """A reading from a page; `base` has the times, the life and, where the page names none, the
    model."""
    found = page(body, server)
    if found is None:
        return None
    running, waiting = found.first(server.running), found.first(server.waiting)
    return replace(
        base,
        life=(*base.life, found.first((STARTED,))),
        # A page that says nothing of tokens yet is one where none was generated, and not one that
        # lacks the figure.
        tokens=found.first(server.tokens) or (0.0 if server.tokens else None),
        prompt_tokens=found.first(server.prompt_tokens),
        speed=found.pair(server.speed, server.scale) or ((0.0, 0.0) if server.speed else None),
        prompt_speed=found.pair(server.prompt_speed, server.scale),
        requests=found.first(server.requests),
        running=None if running is None else max(0, round(running)),
        waiting=None if waiting is None else max(0, round(waiting)),
        decodes=found.first(server.decodes),
        live=found.first(server.live),
        gauge=found.first(server.gauge),
        kv_cache=found.share(server.kv_cache),
        model=found.model or base.model,
    )


def streams(body: str) -> Mapping[str, int]:
    """Tokens so far of each running request from llama.cpp's `/slots`, by slot and task."""
    result: dict[str, int] = {}
    for slot in items(decoded(body))[:SLOTS]:
        described = mapping(slot)
        if described.get("is_processing") is not True:
            continue
        following = described.get("next_token")
        # Older releases gave one object, newer ones a list with one for each sequence.
        counts = [
            as_int(mapping(one).get("n_decoded")) for one in (items(following) or [following])
        ]
        result[f"{as_int(described.get('id'))}:{as_int(described.get('id_task'))}"] = max(
            0, *counts
        )
    return result


def ollama(body: str, base: ServerReading) -> ServerReading | None:
    """`GET /api/ps`: which models are loaded and how much of them lies in GPU memory; not whether
    it works."""
    answer = decoded(body)
    if "models" not in mapping(answer):
        return None
    loaded = list(objects(mapping(answer).get("models")))[:32]
    size = sum(number(model.get("size")) for model in loaded)
    held = sum(number(model.get("size_vram")) for model in loaded)
    names = ", ".join(text(model.get("name"))[:60] for model in loaded[:4])
    share = held / size if size > 0 else None
    return replace(base, model=names, on_gpu=share, loaded=bool(loaded), silent=bool(loaded))


def comfyui(body: str, base: ServerReading) -> ServerReading | None:
    """`GET /queue`: jobs that run and wait."""
    answer = mapping(decoded(body))
    if "queue_running" not in answer:
        return None
    return replace(
        base,
        running=len(items(answer["queue_running"])),
        waiting=len(items(answer.get("queue_pending"))),
    )


@dataclass(frozen=True, slots=True)
class LastRequest:
    """What KoboldCpp's `/api/extra/perf` says of the last request that ended."""

    number: int
    """How many have ended since the process began."""
    tokens: float
    seconds: float


def koboldcpp(body: str, base: ServerReading) -> ServerReading | None:
    """`GET /api/extra/perf`: whether it works, and how many wait; its last request's figures are in
    `last_request`."""
    answer = mapping(decoded(body))
    if "last_eval" not in answer or "idle" not in answer:
        return None
    working = as_int(answer["idle"]) == 0
    return replace(base, running=int(working), waiting=max(0, as_int(answer.get("queue"))))


def last_request(body: str) -> LastRequest | None:
    """KoboldCpp's last request; None for another page. `last_eval` is in milliseconds a token."""
    answer = mapping(decoded(body))
    if "last_eval" not in answer:
        return None
    tokens, each = number(answer.get("last_token_count")), number(answer["last_eval"]) / 1000
    told = tokens > 0 and each > 0 and math.isfinite(tokens * each)
    return LastRequest(
        max(0, as_int(answer.get("total_gens"))),
        tokens if told else 0.0,
        tokens * each if told else 0.0,
    )


JSON_PAGES: Mapping[str, Callable[[str, ServerReading], ServerReading | None]] = {
    "ollama": ollama,
    "comfyui": comfyui,
    "koboldcpp": koboldcpp,
}
"""The reader of each kind that answers in JSON, by its `answer`."""


def model_of(body: str, server: ServerKnowledge) -> str:
    """The model a server's `about` page names, or the `id` of the first one in a list; a path is
    cut to its file."""
    about = mapping(decoded(body))
    listed = {key: next(objects(about.get(key)), {}) for key in server.model_keys}
    told = [text(about.get(key)) or text(listed[key].get("id")) for key in server.model_keys]
    named = next((name for name in told if name), "")
    return named.rpartition("/")[2][:120] if named.startswith("/") else named[:120]


def decoded(body: str) -> object:
    """JSON, None for anything else."""
    try:
        result: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return result
