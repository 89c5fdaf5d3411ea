"""Which pages prove which server, the newer kinds among them; and what KoboldCpp's page holds."""

from __future__ import annotations

import pytest

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.inference import parsers
from nebtui.hosts.inference.metrics_page import page
from nebtui.hosts.inference.recognition import proved
from nebtui.hosts.inference.request_log import FinishedRequests
from nebtui.knowledge.servers import ServerKnowledge, hinted, servers
from tests.hosts.inference.box import Box, published, serving
from tests.hosts.inference.imitated import PAGES, endless

WORKS = endless(1, 40.0, 8.0)


def of_kind(kind: str) -> ServerKnowledge:
    return next(server for server in servers() if server.kind == kind)


@pytest.mark.parametrize(
    ("image", "command", "kind"),
    [
        ("nvcr.io/nvidia/tensorrt-llm/release:1.2", "", "trtllm"),
        ("python:3.12", "trtllm-serve Qwen/Qwen3-8B", "trtllm"),
        ("nvcr.io/nim/meta/llama-3.2-1b-instruct:latest", "", "nim"),
        ("michaelf34/infinity:0.0.77", "v2 --model-id x", "infinity"),
        ("localai/localai:v3", "", "localai"),
        ("koboldai/koboldcpp:latest", "", "koboldcpp"),
    ],
)
def test_image_and_command_hint_at_the_newer_kinds(image: str, command: str, kind: str) -> None:
    """The newer kinds are found by their images or commands."""
    assert hinted(image, command) is of_kind(kind)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_proves_its_own_kind(name: str) -> None:
    """Each kind's page proves it; one with names of any web application only where image or command
    say so already."""
    kind = of_kind(name.split()[0])
    body = PAGES[name](WORKS, 20.0)
    assert proved(body, kind) is kind
    if kind.generic or kind.answer != "prometheus":
        assert proved(body, None) is None
        assert proved(body, of_kind("vllm")) is None
    else:
        assert proved(body, of_kind("localai")) is kind


def test_a_nim_with_the_prefix_is_asked_where_it_answered() -> None:
    """NVIDIA's newer containers show vLLM's names at their own path: that path is asked on."""
    with serving() as (told, port):
        told.answers = {"/v1/metrics": (200, PAGES["vllm"](WORKS, 20.0))}
        sample = Box(published(8000, port, image="nvcr.io/nim/meta/llama:2")).look(3)
    assert sample is not None
    assert (sample.server, sample.problem, sample.busy) == ("vLLM", "", True)
    assert sample.source.endswith("/v1/metrics")
    assert set(told.asked) == {"/v1/metrics"}


def test_one_label_of_many_is_counted() -> None:
    """A name with a label in the table counts the metrics of these values of it only; a share is
    the greatest of its labels, and none at all where it is no share."""
    body = PAGES["localai"](WORKS, 20.0)
    found = page(body, of_kind("localai"))
    assert found is not None
    assert found.pair(of_kind("localai").speed, 1.0) == (2.0, 16.0)
    shares = 'vllm:kv_cache_usage_perc{engine="0"} 0.7\nvllm:kv_cache_usage_perc{engine="1"} 0.6\n'
    engines = page(shares, of_kind("vllm"))
    assert engines is not None
    assert engines.share(of_kind("vllm").kv_cache) == 0.7
    percent = page("vllm:kv_cache_usage_perc 70\n", of_kind("vllm"))
    assert percent is not None
    assert percent.share(of_kind("vllm").kv_cache) is None


def test_an_older_tensorrt_llm_has_a_mean_for_each_request() -> None:
    """Without counters of tokens the mean time of a token is the speed."""
    body = "\n".join(
        line
        for line in PAGES["trtllm"](WORKS, 20.0).splitlines()
        if "generation_tokens" not in line and "decode_time" not in line
    )
    found = page(body, of_kind("trtllm"))
    assert found is not None
    count, seconds = found.pair(of_kind("trtllm").speed, 1.0) or (0.0, 1.0)
    assert count / seconds == pytest.approx(40.0)


def test_koboldcpp_tells_its_last_request_once() -> None:
    """What ended before the first look has no time, each later request counts once, and a process
    that began anew counts from there."""
    first = parsers.last_request('{"last_eval": 25, "last_token_count": 100, "total_gens": 7}')
    assert first is not None
    assert (first.tokens, first.seconds) == (100.0, 2.5)
    totals = FinishedRequests().after(first).after(first)
    assert (totals.requests, totals.tokens) == (0, 0.0)
    second = parsers.last_request('{"last_eval": 20, "last_token_count": 50, "total_gens": 8}')
    totals = totals.after(second).after(second)
    assert (totals.requests, totals.tokens, totals.seconds) == (1, 50.0, 1.0)
    again = parsers.last_request('{"last_eval": 20, "last_token_count": 50, "total_gens": 1}')
    assert totals.after(again).requests == 1


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "[]",
        '{"last_eval": "x", "idle": null, "total_gens": "many", "last_token_count": -5}',
        '{"last_eval": 1e300, "idle": 0, "last_token_count": 1e300}',
    ],
)
def test_hostile_answers_of_koboldcpp(body: str) -> None:
    """Deep nesting, wrong types and numbers beyond reason neither raise nor give a speed."""
    parsers.koboldcpp(body, ServerReading(0.0, 0.0))
    last = parsers.last_request(body)
    assert last is None or last.seconds == 0.0


def test_the_model_in_a_list() -> None:
    """Infinity names its models in a list of objects."""
    listed = '{"data": [{"id": "BAAI/bge-m3"}]}'
    assert parsers.model_of(listed, of_kind("infinity")) == "BAAI/bge-m3"
    assert parsers.model_of('{"data": [3, {"id": []}]}', of_kind("infinity")) == ""
