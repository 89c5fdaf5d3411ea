"""How many GPUs a server splits one model over, and how many it is given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nebtui.facts.declared import Service

OPTIONS = ("--tensor-parallel-size", "-tp", "--tp", "--tp-size", "--num-shard")
"""vLLM, SGLang, TGI: one process a GPU, and none starts with fewer GPUs than that."""
VISIBLE = "CUDA_VISIBLE_DEVICES"


def asked(service: Service) -> tuple[str, int] | None:
    """The option and the number of GPUs on the command line; None where it names none."""
    words = " ".join((*service.entrypoint, *service.command)).split()
    for word, value in _pairs(words):
        if word in OPTIONS and value.isdecimal():
            return word, int(value)
    return None


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, `--a 1` and `--a=1`."""
    yield from pairwise(words)
    for word in words:
        option, equals, value = word.partition("=")
        if equals:
            yield option, value


def given(service: Service) -> tuple[int, str] | None:
    """How many GPUs it can see at the most, and what limits them; None where nothing does."""
    limits = []
    value = service.environment.get(VISIBLE) or ""
    names = [one for one in value.split(",") if one.strip()]
    if names and all(one.strip().isdecimal() or one.strip().startswith("GPU-") for one in names):
        limits.append((len(names), f"{VISIBLE}={value}"))
    requests = [r for r in service.gpus if r.driver in ("", "nvidia")]
    counts = [len(r.ids) or r.count for r in requests]
    if requests and all(count is not None and count > 0 for count in counts):
        total = sum(count or 0 for count in counts)
        limits.append((total, f"{total} requested"))
    return min(limits, default=None)
