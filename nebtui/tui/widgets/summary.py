"""The box in one line: engine, projects, ready n of m, findings; a second one for GPUs where there are some."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.box import TONES, service_keys, standings
from nebtui.analysis.speeds import ASCII_BARS, BARS, samples_of, sparkline, words
from nebtui.facts.samples import GpuSample
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding
from nebtui.tui.widgets.told import Told
from nebtui.tui.widgets.words import line, lines

SHOWN = ("starting", "waiting", "degraded", "failed")
GIB = 1024**3
SPARK_WIDTH = 12
"""The hour that is known in bars of five minutes: so many fit beside a name."""
BAR = 8
"""Two devices fit a terminal of 120 columns."""


class Summary(Told):
    """Repainted whole: it is two lines."""

    def show(
        self, snapshot: Snapshot, findings: tuple[Finding, ...], banner: str, locked: bool, *, ascii: bool = False
    ) -> None:
        """Show a snapshot; the engine's trouble comes before everything else."""
        machine = Content("   ").join([*_gpus(snapshot), *_speeds(snapshot, ASCII_BARS if ascii else BARS)])
        self.say(lines([_box(snapshot, findings, banner, locked), *([machine] if machine.plain else [])]))


def _box(snapshot: Snapshot, findings: tuple[Finding, ...], banner: str, locked: bool) -> Content:
    parts: list[tuple[str, str] | str] = [(" nebtui ", "key"), " "]
    if banner:
        parts += [(f" {banner} ", "key"), " "]
    if locked:
        parts += [("read-only", "warn"), "  "]
    if snapshot.engine_problem or not snapshot.settled:
        parts += [*_engine(snapshot), "  "]
    words = [standing.readiness.word for standing in standings(snapshot)]
    ready = sum(w in ("ready", "listening", "completed") for w in words)
    parts += [(f"{ready}/{len(words)} ready", "ok" if ready else "dim")]
    parts += [(f"  {n} {w}", TONES[w]) for w in SHOWN if (n := words.count(w))]
    parts += _findings(findings)
    # What a narrow terminal may cut off comes last.
    parts += [(f"  {len(snapshot.projects)} projects  ", "dim")]
    return line(*parts, *(() if snapshot.engine_problem or not snapshot.settled else _engine(snapshot)))


def _findings(findings: tuple[Finding, ...]) -> list[tuple[str, str] | str]:
    severities = [f.severity for f in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    found: list[tuple[str, str] | str] = []
    if errors:
        found.append((f"  ✗ {errors} error{'s' if errors > 1 else ''}", "bad"))
    if warnings:
        found.append((f"  ▲ {warnings} warning{'s' if warnings > 1 else ''}", "warn"))
    return found


def _engine(snapshot: Snapshot) -> list[tuple[str, str]]:
    if snapshot.engine_problem:
        lost = "engine lost" if snapshot.engine else "no engine"
        return [(f"{lost}: {snapshot.engine_problem}", "bad")]
    if snapshot.engine is None:
        return [("files only" if snapshot.settled else "asking the engine…", "dim")]
    return [(snapshot.engine.name, "title"), (f" engine {snapshot.engine.version}", "dim")]


def _gpus(snapshot: Snapshot) -> list[Content]:
    found = [_gpu(gpu) for gpu in snapshot.gpus.values()]
    return [Content("   ").join(found)] if found else []


def _gpu(gpu: GpuSample) -> Content:
    used = "–" if gpu.utilization is None else f"{gpu.utilization} %"
    filled = 0 if gpu.utilization is None else round(gpu.utilization / 100 * BAR)
    figures = [
        "–" if gpu.memory_used is None else f"{gpu.memory_used / GIB:.1f}/{(gpu.memory_total or 0) / GIB:.1f} GiB",
        "–" if gpu.temperature is None else f"{gpu.temperature} °C",
        "–" if gpu.power is None else f"{gpu.power:.0f} W",
    ]
    return line(
        (f" GPU {gpu.index} {gpu.name.removeprefix('NVIDIA ').removeprefix('GeForce ')} ", "dim"),
        ("█" * filled, "info"),
        ("·" * (BAR - filled), "dim"),
        (f" {used} ", "info"),
        ("  ".join(figures), ""),
    )


def _speeds(snapshot: Snapshot, bars: str) -> list[Content]:
    """Each inference server with its speed and the last minutes; a narrow terminal cuts off those that idle."""
    found: list[tuple[int, Content]] = []
    for project in snapshot.projects:
        for key in service_keys(snapshot, project):
            samples = samples_of(snapshot, key)
            speed = words(samples)
            if speed.rate:
                line_of = sparkline(samples[0].trend, SPARK_WIDTH, bars)
                tone = speed.rate_tone or "info"
                idle = 0 if tone == "warn" else 2 if tone == "dim" else 1
                found.append((idle, line((f" {key.service} ", "dim"), (speed.rate, tone), (f" {line_of}", "dim"))))
    return [content for _, content in sorted(found, key=lambda item: item[0])]
