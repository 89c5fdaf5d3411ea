"""Promises of the GPU tab and the GPU screen on the demo box."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.facts.gpu import GpuPeer, GpuProcess, GpuSample, GpuStack, MigInstance, XidEvent
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.screens.gpu import GpuScreen
from nebtui.tui.widgets.gpus import spark
from tests.fakes import FakeHost
from tests.tui.driver import demo, driver


async def test_the_tab_shows_the_ladder_of_a_fallback(tmp_path: Path) -> None:
    """A service that computes on the CPU: every step with its answer, what it does, and the
    verdict."""
    async with demo(tmp_path, (140, 60)) as driver:
        await driver.select("infer", "llama")
        await driver.press("7")
        for text in (
            "claims a GPU and computes on the CPU",
            "✓ declared",
            "✓ injected",
            "✗ initialises",
            "CUDA 13.0.1 needs driver 580 or newer",
            "1 request running",
            "✗ resident",
            "no PID of this container is on any GPU",
            "✗ fast",
            "usually 64.2",
        ):
            assert text in driver.text


async def test_the_row_says_it_and_the_key_leads_there(tmp_path: Path) -> None:
    """The row of the service names the error in red words; ! stops there on its way, and a tab that
    is open without a selection hides no finding."""
    async with demo(tmp_path, (140, 60)) as driver:
        await driver.press("7")
        assert "isolated-networks" in driver.text
        row = next(line for line in driver.text.splitlines() if "● llama" in line)
        assert "claims a GPU and computes on the CPU" in row
        visited = []
        for _ in range(8):
            await driver.press("exclamation_mark")
            visited.append(str(driver.app.home.selected))
        assert "infer/llama" in visited
        assert "infer/litellm" in visited
        assert "infer/ollama" not in visited


async def test_the_tab_of_a_service_that_works_or_asks_for_none(tmp_path: Path) -> None:
    """A service on its device is said to compute there; one that asks for none has no ladder."""
    async with demo(tmp_path, (140, 60)) as driver:
        await driver.select("infer", "ollama")
        await driver.press("7")
        assert "computes on the GPU" in driver.text
        assert "on GPU 0" in driver.text
        await driver.select("core", "postgres")
        assert "asks for no GPU" in driver.text


async def test_the_screen_names_who_is_on_a_device(tmp_path: Path) -> None:
    """G shows driver, devices with meters, the services on them with their speed, and who is on
    none; esc leaves."""
    async with demo(tmp_path, (140, 50)) as driver:
        await driver.press("G")
        await driver.until(lambda: isinstance(driver.app.screen, GpuScreen), "the GPU screen")
        for text in (
            "NVIDIA driver 550.54.15",
            "GPU 0 RTX 4090",
            "memory",
            "/450 W",
            "infer/ollama",
            "tok/s",
            "not seen on a GPU they ask for",
            "infer/llama claims a GPU and computes on the CPU",
        ):
            assert text in driver.text, text
        await driver.press("escape")
        assert driver.home


async def test_the_screen_is_usable_at_80x24(tmp_path: Path) -> None:
    """At 80x24 the first device and its processes are there."""
    async with demo(tmp_path, (80, 24)) as driver:
        await driver.press("G")
        await driver.until(lambda: "infer/ollama" in driver.text, "the processes")


async def test_the_check_key_offers_the_gate(tmp_path: Path) -> None:
    """g on a service that nobody tests shows the gate as a diff."""
    async with demo(tmp_path, (140, 60)) as driver:
        await driver.select("infer", "llama")
        review = await driver.review("g")
        assert review.planned
        assert "llama-gpu-check" in driver.text
        assert "service_completed_successfully" in driver.text


async def test_instances_pairs_and_errors(tmp_path: Path) -> None:
    """A divided card has a row for each instance with its processes below, pairs are a matrix, and
    an Xid error stands on the GPU screen and in the header of home."""
    parts = (MigInstance(0, "1g.10gb", "MIG-a", 1 << 30, 10 << 30), MigInstance(1, "2g.20gb"))
    work = (GpuProcess(4242, 1 << 30, None, "c1", instance=1),)
    cards = [GpuSample(n, "NVIDIA H100", 1000.0, processes=()) for n in range(3)]
    cards[0] = replace(cards[0], mig=True, instances=parts, processes=work)
    cards[2] = replace(cards[2], xids=(XidEvent(990.0, 79),))
    peers = (GpuPeer(0, 1, True, nvlink=True), GpuPeer(0, 2, False, "SYS"), GpuPeer(1, 2, None))
    llm = Container("c1", "p-llm-1", state="running", project="p", service="llm")
    box = replace(
        Snapshot(),
        containers={"c1": llm},
        gpus=dict(enumerate(cards)),
        gpu_stack=GpuStack(True, "NVIDIA", "580.1", "13.0", peers=peers),
    )
    async with driver(FakeHost(box), tmp_path / "state", (120, 50), None) as made:
        await made.until(lambda: "Xid 79 (GPU has fallen off the bus)" in made.text, "the header")
        await made.press("G")
        await made.until(lambda: isinstance(made.app.screen, GpuScreen), "the GPU screen")
        rows = made.text.splitlines()
        at = next(n for n, row in enumerate(rows) if "MIG 1  2g.20gb" in row)
        assert "p/llm" in rows[at + 1]
        for text in ("MIG 0  1g.10gb  1.0/10.0 GiB  MIG-a", "pairs", "NV ✓", "SYS ✗", "Xid 79"):
            assert text in made.text, text


def test_history_in_characters() -> None:
    """Nothing, a trace and everything differ; a second without reading is a gap."""
    assert spark((0, 1, 50, 100, None), ascii=False) == "▁▂▅█ "
    assert spark((0, 100), ascii=True) == "_#"
