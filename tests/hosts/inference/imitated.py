"""Inference servers as their metrics pages show them, at work whose speed is known beforehand.

A server here is a list of requests, each with a start, a number of tokens and a speed; a page is
what such a server would answer at a moment. Which counters move while a request runs, and which
when it ends, is as in the source named in `knowledge/servers.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Work:
    """One request: it makes `tokens` from `start` on, `speed` a second."""

    start: float
    tokens: int
    speed: float

    @property
    def end(self) -> float:
        return self.start + self.tokens / self.speed

    def made(self, at: float) -> int:
        """Tokens it has made at a moment."""
        return max(0, min(self.tokens, int((at - self.start) * self.speed + 1e-9)))

    def runs(self, at: float) -> bool:
        return self.start <= at < self.end


Works = tuple[Work, ...]


def endless(streams: int, speed: float, seconds: float, until: float = 120.0) -> Works:
    """So many streams at a speed, each one request of `seconds` after the other, one stream begun
    a part of that after the last."""
    tokens = round(speed * seconds)
    return tuple(
        Work(round(stream * seconds / streams + turn * seconds, 6), tokens, speed)
        for stream in range(streams)
        for turn in range(int(until / seconds))
    )


def running(works: Works, at: float) -> int:
    return sum(work.runs(at) for work in works)


def ended(works: Works, at: float) -> tuple[Work, ...]:
    return tuple(work for work in works if work.end <= at)


def lines(figures: Iterable[tuple[str, float]]) -> str:
    return "".join(f"{name} {value}\n" for name, value in figures)


def at_each_token(prefix: str, works: Works, at: float) -> str:
    """vLLM, LMDeploy, and NIM with an empty prefix: tokens and the latencies between them."""
    later = [(max(0, work.made(at) - 1), work.speed) for work in works]
    latency = "time_per_output_token_seconds" if not prefix else "inter_token_latency_seconds"
    done = "request_success_total"
    label = '{model_name="m"}'
    return lines(
        (
            (f"{prefix}generation_tokens_total{label}", sum(w.made(at) for w in works)),
            (f"{prefix}{latency}_count{label}", sum(n for n, _ in later)),
            (f"{prefix}{latency}_sum{label}", sum(n / speed for n, speed in later)),
            (f"{prefix}num_requests_running{label}", running(works, at)),
            (f"{prefix}num_requests_waiting{label}", 0),
            (f"{prefix}{done}{label}", len(ended(works, at))),
            (f"{prefix}gpu_cache_usage_perc{label}", 0.25),
        )
    )


def sglang(works: Works, at: float, every: int = 1, *, realtime: bool = False) -> str:
    """SGLang: tokens at the end of a request; latencies after each `every` tokens (50 where the
    client does not stream); on newer builds tokens of each step as well."""
    label = '{model_name="m"}'
    told = [
        (work.made(at) if work.made(at) == work.tokens else work.made(at) // every * every, work)
        for work in works
    ]
    figures: list[tuple[str, float]] = [
        (f"sglang:generation_tokens_total{label}", sum(w.tokens for w in ended(works, at))),
        (f"sglang:prompt_tokens_total{label}", 10 * len(ended(works, at))),
        (f"sglang:num_requests_total{label}", len(ended(works, at))),
        (f"sglang:inter_token_latency_seconds_count{label}", sum(n for n, _ in told)),
        (f"sglang:inter_token_latency_seconds_sum{label}", sum(n / w.speed for n, w in told)),
        (f"sglang:num_running_reqs{label}", running(works, at)),
        (f"sglang:num_queue_reqs{label}", 0),
        (f"sglang:token_usage{label}", 0.5),
        (f"sglang:gen_throughput{label}", sum(w.speed for w in works if w.runs(at)) or 40.0),
    ]
    if realtime:
        name = 'sglang:realtime_tokens_total{model_name="m",mode="%s"}'
        figures += [
            (name % "decode", sum(w.made(at) for w in works)),
            (name % "prefill_compute", 1000.0 * len(ended(works, at))),
        ]
    return lines(figures)


def tgi(works: Works, at: float) -> str:
    """TGI: everything at the end of a request."""
    done = ended(works, at)
    return lines(
        (
            ("tgi_request_generated_tokens_sum", sum(w.tokens for w in done)),
            ("tgi_request_generated_tokens_count", len(done)),
            ("tgi_request_inference_duration_sum", sum(w.end - w.start for w in done)),
            ("tgi_batch_current_size", running(works, at)),
            ("tgi_queue_size", 0),
        )
    )


def trtllm(works: Works, at: float) -> str:
    """TensorRT-LLM: counters and histograms at the end of a request, gauges at each step."""
    done = ended(works, at)
    label = '{engine_type="undefined",model_name="m"}'
    return lines(
        (
            (f"trtllm_generation_tokens_total{label}", sum(w.tokens for w in done)),
            (f"trtllm_request_decode_time_seconds_sum{label}", sum(w.end - w.start for w in done)),
            (f"trtllm_time_per_output_token_seconds_count{label}", len(done)),
            (f"trtllm_time_per_output_token_seconds_sum{label}", sum(1 / w.speed for w in done)),
            (f"trtllm_request_success_total{label}", len(done)),
            (f"trtllm_num_requests_running{label}", running(works, at)),
            (f"trtllm_num_requests_waiting{label}", 0),
            (f"trtllm_kv_cache_utilization{label}", 0.75),
        )
    )


def llamacpp(works: Works, at: float) -> str:
    """llama.cpp: everything at the end of a request; what runs is in the slots."""
    done = ended(works, at)
    return lines(
        (
            ("llamacpp:tokens_predicted_total", sum(w.tokens for w in done)),
            ("llamacpp:tokens_predicted_seconds_total", sum(w.end - w.start for w in done)),
            ("llamacpp:requests_processing", running(works, at)),
        )
    )


def slots(works: Works, at: float) -> str:
    """llama.cpp's `/slots`."""
    return json.dumps(
        [
            {
                "id": number,
                "id_task": number,
                "is_processing": True,
                "next_token": [{"n_decoded": work.made(at)}],
            }
            for number, work in enumerate(works)
            if work.runs(at)
        ]
    )


def http_calls(name: str, label: str, path: str, works: Works, at: float) -> str:
    """Infinity and LocalAI: how many calls of a path ended, and their seconds."""
    done = ended(works, at)
    return lines(
        (
            (f'{name}_count{{{label}="{path}"}}', len(done)),
            (f'{name}_sum{{{label}="{path}"}}', sum(w.end - w.start for w in done)),
            (f'{name}_count{{{label}="/metrics"}}', int(at)),
            (f'{name}_sum{{{label}="/metrics"}}', 0.001 * int(at)),
        )
    )


def koboldcpp(works: Works, at: float) -> str:
    """KoboldCpp's `/api/extra/perf`: figures of the last request, milliseconds for a token."""
    done = sorted(ended(works, at), key=lambda w: w.end)
    last = done[-1] if done else None
    return json.dumps(
        {
            "last_process": 1.0,
            "last_eval": 1000.0 / last.speed if last else 0,
            "last_token_count": last.tokens if last else 0,
            "total_gens": len(done),
            "queue": max(0, running(works, at) - 1),
            "idle": 0 if running(works, at) else 1,
            "uptime": at + 1000.0,
        }
    )


Page = Callable[[Works, float], str]
PAGES: dict[str, Page] = {
    "vllm": partial(at_each_token, "vllm:"),
    "lmdeploy": partial(at_each_token, "lmdeploy:"),
    "nim": partial(at_each_token, ""),
    "sglang": sglang,
    "sglang not streaming": partial(sglang, every=50),
    "sglang newer": partial(sglang, every=50, realtime=True),
    "tgi": tgi,
    "trtllm": trtllm,
    "llamacpp": llamacpp,
    "infinity": partial(http_calls, "http_request_duration_seconds", "handler", "/embeddings"),
    "localai": partial(http_calls, "api_call", "path", "/v1/chat/completions"),
    "koboldcpp": koboldcpp,
}
