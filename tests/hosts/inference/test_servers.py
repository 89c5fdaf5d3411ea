"""Finding servers, asking them at the right address, and following one through its life, without an
engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from nebtui.facts.changes import ContainersListed
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.observed import Attachment, Inspection, PortBinding
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.inference.collector import name_of
from nebtui.hosts.inference.discovery import addresses, candidate, exec_command
from nebtui.hosts.inference.http import HttpAnswer, HttpRequest
from tests.hosts.inference.box import ENGINE, PLAIN, Box, Page, published, serving

RECORDINGS = Path(__file__).parents[2] / "recordings"


def test_who_may_be_a_server() -> None:
    """Image, command or a likely port make a container worth asking; common ports and other known
    images do not."""
    named = candidate(replace(PLAIN, image="vllm/vllm-openai:v0.11"))
    assert named is not None
    assert named.server is not None
    assert (named.server.kind, named.ports) == ("vllm", (8000,))
    command = Inspection(command=("llama-server", "--port", "9001"))
    moved = candidate(replace(PLAIN, inspection=command))
    assert moved is not None
    assert moved.ports == (9001, 8080)
    stranger = candidate(published(8080, 41000))
    assert stranger is not None
    assert (stranger.server, stranger.ports) == (None, (8080,))
    # Common ports hint at nothing, and a known image of another kind is not asked.
    assert candidate(published(80, 41000)) is None
    assert candidate(published(8000, 41000, image="chromadb/chroma:1.0")) is None
    assert candidate(PLAIN) is None


def test_where_it_is_asked() -> None:
    """A server is asked at its published port, at its own address only on this machine, or else by
    exec."""
    container = published(8080, 41000, attachments=(Attachment("net", ip="172.20.0.2"),))
    assert addresses(container, 8080, ENGINE) == (("127.0.0.1", 41000), ("172.20.0.2", 8080))
    # The container's own address is another machine's affair.
    away = replace(ENGINE, endpoint="tcp://box.lan:2375", local=False)
    assert addresses(container, 8080, away) == (("box.lan", 41000),)
    narrow = replace(container, ports=(PortBinding(8080, 41000, "192.168.1.5"),), attachments=())
    assert addresses(narrow, 8080, ENGINE) == (("192.168.1.5", 41000),)
    at_host = replace(PLAIN, inspection=Inspection(network_mode="host"))
    assert addresses(at_host, 8080, ENGINE) == (("127.0.0.1", 8080),)
    assert addresses(replace(PLAIN, inspection=Inspection(network_mode="none")), 8080, ENGINE) == ()
    assert "http://127.0.0.1:8080/metrics" in exec_command(8080, "/metrics")[2]


@pytest.fixture
def page() -> Iterator[tuple[Page, int]]:
    with serving() as told:
        yield told


def llama(tokens: int, seconds: float, running: int) -> tuple[int, str]:
    lines = (
        f"llamacpp:tokens_predicted_total {tokens}",
        f"llamacpp:tokens_predicted_seconds_total {seconds}",
        f"llamacpp:requests_processing {running}",
    )
    return 200, "\n".join(lines)


def test_a_stranger_is_known_by_its_prefix_and_followed_through_a_restart(
    page: tuple[Page, int],
) -> None:
    """An unknown image is known by its metrics, and a restart gives no speed across the two
    processes."""
    told, port = page
    container = published(8080, port)
    told.answers = {
        "/metrics": llama(1000, 10.0, 0),
        "/props": (200, '{"model_path": "/m/q4.gguf"}'),
    }
    box = Box(container)
    box.look(2)
    told.answers["/metrics"] = llama(1100, 12.0, 0)
    sample = box.look()
    assert sample is not None
    assert (sample.server, sample.model, sample.problem) == ("llama.cpp", "q4.gguf", "")
    assert (sample.last_rate, sample.source) == (50.0, f"http://127.0.0.1:{port}/metrics")
    idle = box.look()
    assert idle is not None
    assert (idle.busy, idle.tokens_per_second, idle.verdict) == (False, None, "")
    # Another process: larger counters, and still no speed from the difference.
    box.have(replace(container, inspection=Inspection(started=2.0)))
    told.answers["/metrics"] = llama(9000, 13.0, 1)
    again = box.look(2)
    assert again is not None
    assert (again.busy, again.tokens_per_second, again.last_rate) == (True, None, None)


def test_a_restart_leaves_nothing_of_the_process_before(page: tuple[Page, int]) -> None:
    """While the new process loads, answers 404 or nothing at all, the old one's work is not its;
    and a server that was known by its port alone is looked for until it is there again."""
    told, port = page
    container = published(8080, port)
    told.answers = {"/metrics": llama(1000, 10.0, 1)}
    box = Box(container)
    box.look(2)
    told.answers["/metrics"] = llama(1100, 12.0, 1)
    busy = box.look()
    assert busy is not None
    assert (busy.busy, busy.tokens_per_second) == (True, 50.0)
    box.have(replace(container, inspection=Inspection(started=2.0)))
    told.answers["/metrics"] = (404, "loading")
    for _ in range(3):
        loading = box.look()
        assert loading is not None
        assert (loading.server, loading.busy, loading.last_rate, loading.model) == (
            "llama.cpp",
            None,
            None,
            "",
        )
    told.answers["/metrics"] = llama(0, 0.0, 0)
    again = box.look(2)
    assert again is not None
    assert (again.busy, again.problem) == (False, "")


@pytest.mark.parametrize("count", ["1e308", "9e15", "+Inf", "-1e308"])
def test_counters_beyond_reason_do_not_stop_the_others(page: tuple[Page, int], count: str) -> None:
    """Lines that are numbers each and none together give no figure, and the next answer is read as
    ever."""
    told, port = page
    lines = [
        f'llamacpp:{name}{{slot="{n}"}} {count}'
        for name in ("requests_processing",)
        for n in range(2)
    ]
    told.answers = {
        "/metrics": (200, "\n".join([*lines, f"llamacpp:tokens_predicted_total {count}"]))
    }
    box = Box(published(8080, port))
    sample = box.look(3)
    assert sample is not None
    assert (sample.running, sample.tokens_per_second) == (None, None)
    told.answers = {"/metrics": llama(1000, 10.0, 1)}
    sample = box.look(2)
    assert sample is not None
    assert sample.running == 1


def test_a_slow_neighbour_bends_nobody_elses_time(
    page: tuple[Page, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page counts from when it was there, not from when the slowest of the round had answered."""
    told, port = page
    box = Box(published(8080, port))
    told.answers = {"/metrics": llama(1000, 10.0, 0)}
    box.look(2)
    late = replace(
        PLAIN, id="d" * 64, image="vllm/vllm-openai:v1", inspection=Inspection(network_mode="none")
    )
    box.shared.apply(ContainersListed((published(8080, port), late)))

    answered: list[float] = []

    def slow(*_: object) -> tuple[int | None, str]:
        answered.append(time.monotonic())
        return 1, ""

    monkeypatch.setattr(EngineClient, "exec_run", slow)
    for _ in range(3):
        box.collector._round(ENGINE, time.monotonic() + 1e6)
        reading = box.collector._watches[PLAIN.id].reading
        assert reading is not None
        assert reading.clock < answered[-1]


def test_running_requests_are_timed_by_their_own_answer(
    page: tuple[Page, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that hardly gets the processor answers its pages at different moments: tokens go
    with the slots' one."""
    told, port = page
    told.answers = {"/metrics": llama(1000, 10.0, 1), "/slots": (200, "[]")}
    box = Box(published(8080, port))
    box.look(2)

    def late(requests: Iterable[HttpRequest], stopped: object) -> dict[str, HttpAnswer]:
        status, body = llama(1000, 10.0, 1)
        at = {"page": 100.0, "slots": 101.5}
        return {
            r.key: HttpAnswer(status, "[]" if "slots" in r.key else body, at=at[r.key.split()[1]])
            for r in requests
        }

    monkeypatch.setattr("nebtui.hosts.inference.collector.fetch", late)
    box.look()
    reading = box.collector._watches[PLAIN.id].reading
    assert reading is not None
    assert reading.clock == 101.5


@pytest.mark.parametrize("port", ["²", "٣", "", "9" * 400, "80\n"])
def test_odd_ports_in_a_variable_are_no_ports(port: str) -> None:
    """What a container's environment says is somebody else's text."""
    found = candidate(
        replace(
            PLAIN, image="vllm/vllm-openai:v1", inspection=Inspection(environment={"PORT": port})
        )
    )
    assert found is not None
    assert found.ports == (8000,)


def test_something_else_on_a_likely_port_is_asked_once_and_left_alone(
    page: tuple[Page, int],
) -> None:
    """A program that is no inference server is asked only once and has no speed."""
    told, port = page
    box = Box(published(8080, port))
    assert box.look(5) is None
    assert told.asked == ["/metrics"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, "no"), "shows no metrics"),
        ((401, "key"), "wants a key"),
        ((200, ""), "has served no request yet"),
    ],
)
def test_a_named_server_without_metrics_says_why(
    page: tuple[Page, int], answer: tuple[int, str], words: str
) -> None:
    """A server known by its image that gives no figures is unknown, and says in words why."""
    told, port = page
    told.answers = {"/metrics": answer}
    sample = Box(published(30000, port, image="lmsysorg/sglang:latest")).look()
    assert sample is not None
    assert (sample.server, sample.busy, sample.tokens_per_second) == ("SGLang", None, None)
    assert words in sample.problem


def test_a_server_that_falls_silent_is_unknown_and_not_idle(page: tuple[Page, int]) -> None:
    """Once a server stops answering, it is neither busy nor idle, and the problem says what it
    answered."""
    told, port = page
    told.answers = {"/metrics": llama(1000, 10.0, 0)}
    box = Box(published(8080, port))
    box.look(2)
    told.answers = {"/metrics": (500, "oops")}
    assert (box.look() or PLAIN) != PLAIN
    lost = box.look(3)
    assert lost is not None
    assert (lost.busy, lost.tokens_per_second) == (None, None)
    assert "status 500" in lost.problem


def test_ollama_and_tabbyapi(page: tuple[Page, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ollama shows its model without a claim about work, and TabbyAPI's speed comes from its
    log."""
    told, port = page
    told.answers = {"/api/ps": (200, (RECORDINGS / "ps-ollama.json").read_text())}
    sample = Box(published(11434, port, image="ollama/ollama:latest")).look(2)
    assert sample is not None
    assert (sample.server, sample.model, sample.on_gpu, sample.busy) == (
        "Ollama",
        "mistral:latest",
        0.4,
        None,
    )
    assert sample.problem
    log = (RECORDINGS / "log-tabbyapi.txt").read_text()
    logs = iter(["", log, log])
    monkeypatch.setattr(EngineClient, "log", lambda *_: next(logs))
    box = Box(replace(PLAIN, image="ghcr.io/theroyallab/tabbyapi:latest"))
    sample = box.look(2)
    assert sample is not None
    assert (sample.server, sample.source) == ("TabbyAPI", "log")
    assert sample.last_rate == pytest.approx(63.6, abs=0.1)
    # A request that still runs is not in the log: nobody knows whether it works.
    assert (box.look() or sample).busy is None


def test_no_way_leads_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that neither an address nor an exec reaches says that it cannot be reached."""

    def refuse(*_: object) -> tuple[int | None, str]:
        raise EngineError("no")

    monkeypatch.setattr(EngineClient, "exec_run", refuse)
    container = replace(
        PLAIN, image="vllm/vllm-openai:v1", inspection=Inspection(network_mode="none", started=1.0)
    )
    sample = Box(container).look()
    assert sample is not None
    assert "cannot be reached" in sample.problem


def test_it_ends_when_told(page: tuple[Page, int]) -> None:
    """When told to stop, following servers ends at once."""
    told, port = page
    told.answers = {"/metrics": llama(1, 1.0, 0)}
    box = Box(published(8080, port))
    thread = Thread(target=box.collector.run)
    thread.start()
    wait: Callable[[], bool] = lambda: bool(told.asked)  # noqa: E731
    deadline = time.monotonic() + 5
    while not wait() and time.monotonic() < deadline:
        time.sleep(0.01)
    begun = time.monotonic()
    box.collector.stop()
    thread.join(2)
    assert time.monotonic() - begun < 0.2


def test_a_request_for_a_gpu_has_a_usual_speed_of_its_own() -> None:
    """What is usual with a GPU is not held against the service once it asks for none, and the other
    way round."""
    own = replace(PLAIN, project="box", service="llm")
    asks = replace(own, inspection=Inspection(gpus=(GpuRequest(count=-1),)))
    assert name_of(own) == name_of(replace(own, id="d" * 64)) == "box/llm"
    assert (
        name_of(asks)
        == name_of(replace(own, inspection=Inspection(runtime="nvidia")))
        != name_of(own)
    )
    assert name_of(PLAIN) == "box-llm-1"
