"""What servers answer, in the format of each kind, as readings; and that nobody's text can break
the reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.inference import parsers
from nebtui.hosts.inference.request_log import FinishedRequests
from nebtui.knowledge.servers import ServerKnowledge, confirmed, hinted, servers


def of_kind(kind: str) -> ServerKnowledge:
    """The one server of a kind."""
    return next(server for server in servers() if server.kind == kind)


RECORDINGS = Path(__file__).parents[2] / "recordings"
BASE = ServerReading(10.0, 1000.0, life=(5.0,))


def recorded(name: str) -> str:
    return (RECORDINGS / name).read_text()


def read(name: str) -> ServerReading:
    """The reading of a recorded page, its kind found by its prefix alone."""
    page = recorded(name)
    server = confirmed(page)
    assert server is not None
    found = parsers.prometheus(page, server, BASE)
    assert found is not None
    return found


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("metrics-*.txt")), ids=lambda p: p.stem)
def test_each_page_names_its_source_and_is_known_by_its_prefix(path: Path) -> None:
    """Each recording names its source, and its metrics alone tell which kind of server it is."""
    page = path.read_text()
    assert page.startswith("# ")
    kind = confirmed(page)
    assert kind is not None
    assert path.stem.removeprefix("metrics-").startswith(kind.kind)
    # Image and command are hints: a page is what it is even where they say otherwise.
    assert read(path.name).speed is not None or kind.kind == "tei"


def test_llama_cpp_recorded_from_a_real_server() -> None:
    """A real llama.cpp page gives tokens, speeds and requests, and its slots the tokens of each
    running request."""
    found = read("metrics-llamacpp.txt")
    assert found.tokens == 300
    assert found.speed == pytest.approx((300, 1.32037))
    assert found.prompt_speed == pytest.approx((24, 0.155793))
    assert (found.running, found.waiting, found.decodes) == (2, 0, 478)
    assert dict(parsers.streams(recorded("slots-llamacpp.json"))) == {
        "0:307": 177,
        "1:308": 177,
    }


def test_vllm_sums_its_engines_and_leaves_other_metrics_alone() -> None:
    """vLLM's engines are summed to one reading with its model, and metrics of others do not
    count."""
    found = read("metrics-vllm.txt")
    assert found.tokens == 8500
    assert found.speed == (8400, 140)
    assert found.prompt_speed == (31250, 12.5)
    assert (found.requests, found.running, found.waiting) == (42, 3, 1)
    assert found.model == "Qwen/Qwen3-8B"
    assert found.life == (5.0, 1.76370000041e9)


def test_older_names_are_known() -> None:
    """A vLLM of before its metrics were renamed still has a speed."""
    assert read("metrics-vllm-0.6.txt").speed == (630, 9)


def test_sglang_tgi_lmdeploy_triton_and_tei() -> None:
    """Each other kind gives the figures that it has, and those that it lacks are missing instead of
    zero."""
    sglang, tgi, lmdeploy = (
        read("metrics-sglang.txt"),
        read("metrics-tgi.txt"),
        read("metrics-lmdeploy.txt"),
    )
    assert (sglang.tokens, sglang.speed, sglang.running, sglang.waiting) == (
        7557,
        (7500, 100),
        4,
        2,
    )
    assert (tgi.tokens, tgi.speed, tgi.requests, tgi.running, tgi.waiting) == (
        1000,
        (1000, 20.5),
        10,
        1,
        2,
    )
    assert (lmdeploy.tokens, lmdeploy.speed, lmdeploy.running) == (660, (640, 8), 1)
    triton, tei = read("metrics-triton.txt"), read("metrics-tei.txt")
    assert triton.speed == pytest.approx((500, 5.0))
    assert (triton.running, triton.waiting, triton.model) == (None, 3, "densenet_onnx, bert")
    assert (tei.tokens, tei.speed, tei.prompt_tokens, tei.requests, tei.waiting) == (
        None,
        None,
        812,
        3,
        1,
    )


def test_ollama_tells_what_is_loaded_and_not_whether_it_works() -> None:
    """Ollama tells its model and the share on the GPU; loaded it is silent about work, empty it is
    not."""
    found = parsers.ollama(recorded("ps-ollama.json"), BASE)
    assert found is not None
    assert (found.model, found.on_gpu, found.silent, found.tokens) == (
        "mistral:latest",
        0.4,
        True,
        None,
    )
    empty = parsers.ollama('{"models": []}', BASE)
    assert empty is not None
    assert (empty.silent, empty.on_gpu) == (False, None)


def test_comfyui_queue() -> None:
    """ComfyUI's queue gives what runs and what waits, and no tokens."""
    found = parsers.comfyui(
        '{"queue_running": [[0, "id", {}]], "queue_pending": [[1, "b"], [2, "c"]]}', BASE
    )
    assert found is not None
    assert (found.running, found.waiting, found.tokens) == (1, 2, None)


def test_tabbyapi_lines_count_once_even_wrapped_and_coloured() -> None:
    """Each request in TabbyAPI's log counts once, however its line is wrapped, coloured or read
    again."""
    log = recorded("log-tabbyapi.txt")
    totals = FinishedRequests().log(log)
    assert (totals.requests, totals.tokens, totals.prompt_tokens) == (2, 350, 330)
    assert totals.seconds == pytest.approx(250 / 62.5 + 100 / 66.6)
    assert totals.log(log) == totals


def test_the_model_is_named_by_another_page() -> None:
    """The model's name is taken from the page of the server's kind, and nonsense there gives
    none."""
    assert parsers.model_of('{"model_path": "/models/q4.gguf"}', of_kind("llamacpp")) == "q4.gguf"
    assert parsers.model_of('{"model_id": "org/name"}', of_kind("tgi")) == "org/name"
    assert parsers.model_of("nonsense", of_kind("tgi")) == ""


def test_figures_that_are_no_numbers_are_missing() -> None:
    """NaN and infinity are no figures and never reach a reading."""
    page = 'vllm:num_requests_running NaN\nvllm:generation_tokens_total{model_name="m"} +Inf\n'
    found = parsers.prometheus(page, of_kind("vllm"), BASE)
    assert found is not None
    assert (found.running, found.tokens) == (None, 0.0)


@given(st.text(), st.sampled_from(sorted(of_kind("vllm").names)), st.text(max_size=40))
def test_no_text_breaks_the_readers(noise: str, name: str, rest: str) -> None:
    """Whatever text a server answers or logs, no reader raises."""
    for body in (
        noise,
        f"{name}{rest}",
        f'{name}{{model_name="{rest}"}} {noise}',
        f"[{noise}]",
        json.dumps({name: rest}),
    ):
        parsers.prometheus(body, of_kind("vllm"), BASE)
        parsers.streams(body)
        parsers.ollama(body, BASE)
        parsers.comfyui(body, BASE)
        parsers.model_of(body, of_kind("llamacpp"))
        FinishedRequests().log(body)
        confirmed(body)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"models": [null, 3, {"size": "x", "size_vram": true, "name": 7}]}',
        '[{"is_processing": true, "next_token": [[], {"n_decoded": "many"}], "id": []}]',
        '{"queue_running": 5}',
        "Metrics (ID: a): 5 tokens generated in ... seconds (Process: 3 new tokens at "
        "0.0 T/s, Generate: 1.2.3 T/s)",
    ],
)
def test_hostile_answers(body: str) -> None:
    """Deep nesting, wrong types and broken numbers neither raise nor give a speed."""
    parsers.streams(body)
    parsers.ollama(body, BASE)
    parsers.comfyui(body, BASE)
    assert FinishedRequests().log(body).seconds == 0.0


def test_every_entry_says_where_it_comes_from() -> None:
    """Each known kind of server has a source, a date and images, and a prefix exactly where it
    shows metrics."""
    for server in servers():
        assert server.source
        assert server.date
        assert server.images
        assert (server.answer == "prometheus") == bool(server.prefixes)


def test_hints() -> None:
    """A server's kind is guessed from its image at any registry or from its command; anything else
    has none."""
    assert hinted("vllm/vllm-openai:v0.11", "") is of_kind("vllm")
    assert hinted("registry.local:5000/ghcr/ggml-org/llama.cpp:server-cuda", "") is of_kind(
        "llamacpp"
    )
    assert hinted("python:3.12", "python -m sglang.launch_server --port 31000") is of_kind("sglang")
    assert hinted("openmmlab/lmdeploy:latest", "lmdeploy serve api_server m") is of_kind("lmdeploy")
    assert hinted("nginx:1", "nginx -g daemon off;") is None
