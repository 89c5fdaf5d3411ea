"""From what inference servers answer to readings: Prometheus text, llama.cpp slots, Ollama,
ComfyUI.

All of it is somebody else's text: what cannot be read is told in a sentence, never raised.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.json_values import as_int, items, mapping, number, objects, text
from nebtui.knowledge.servers import ServerKnowledge

STARTED = "process_start_time_seconds"
NAME = re.compile(r"[^\s{]+")
MOST = 1e15
"""Whatever counts more is broken or an attack, also where only the sum over its labels does."""
SLOTS = 512
"""Slots looked at: more are no server but an attack."""


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The figures wanted from one page, summed over their labels; `model` names all models that
    were found."""

    values: Mapping[str, float]
    model: str = ""

    def first(self, names: Iterable[str]) -> float | None:
        """The first of these names that is there."""
        return next((self.values[name] for name in names if name in self.values), None)

    def pair(self, names: Iterable[tuple[str, str]], scale: float) -> tuple[float, float] | None:
        """The first pair of which both are there, the second in seconds."""
        found = (
            (self.values[a], self.values[b] * scale)
            for a, b in names
            if a in self.values and b in self.values
        )
        return next(found, None)


def page(body: str, server: ServerKnowledge) -> MetricsPage | None:
    """The wanted figures of a Prometheus page; None where it cannot be read. Only their lines are
    parsed: a page of vLLM has a thousand others."""
    from prometheus_client.parser import text_string_to_metric_families

    wanted = {*server.names, STARTED}
    lines = [line for line in body.splitlines() if (name := NAME.match(line)) and name[0] in wanted]
    values: dict[str, float] = {}
    models: dict[str, None] = {}
    try:
        for family in text_string_to_metric_families("\n".join(lines) + "\n"):
            for sample in family.samples:
                if math.isfinite(sample.value):
                    values[sample.name] = values.get(sample.name, 0.0) + sample.value
                model = sample.labels.get(server.model_label) if server.model_label else None
                if model:
                    models[text(model)[:120]] = None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        # The parser has no error of its own: broken lines surface as whatever its slicing runs
        # into.
        return None
    return MetricsPage(
        {name: value for name, value in values.items() if abs(value) < MOST},
        ", ".join(list(models)[:4]),
    )


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


def model_of(body: str, server: ServerKnowledge) -> str:
    """The model a server's `about` page names; a path is cut to its file."""
    about = mapping(decoded(body))
    named = next((text(about[key]) for key in server.model_keys if text(about.get(key))), "")
    return named.rpartition("/")[2][:120] if named.startswith("/") else named[:120]


def decoded(body: str) -> object:
    """JSON, None for anything else."""
    try:
        result: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return result
