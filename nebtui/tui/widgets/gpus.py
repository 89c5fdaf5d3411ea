"""GPUs as lines: a device with its meters and history, the processes below by service, and a
service's ladder."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.gpu import words, xids
from nebtui.analysis.gpu.chain import broken, chain
from nebtui.analysis.gpu.connections import pairs
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.ladder import Ladder
from nebtui.analysis.gpu.words import STEP_GLYPHS
from nebtui.analysis.throughput.summary import ASCII_BARS, BARS, samples_of
from nebtui.analysis.throughput.summary import words as speed_words
from nebtui.facts.declared import ServiceKey
from nebtui.facts.gpu import GpuProcess, GpuSample, MigInstance
from nebtui.facts.link import GLYPHS
from nebtui.facts.snapshot import Snapshot
from nebtui.text.paths import shortened
from nebtui.text.units import percent
from nebtui.tui.widgets.markup import joined, lines

WIDTH = 20
HOT, WARM = 90, 83
"""°C: the reasons for slow-downs tell when a device really suffers."""
FULL = 0.95
LAST_XIDS = 5
"""Lines of a device's errors."""
STEP_TONES = {"yes": "ok", "no": "bad", "unknown": "dim"}
LINK_TONES = {"ok": "ok", "broken": "bad", "unknown": "warn"}
VERDICTS = {"": "dim", "works": "ok", "fallback": "bad", "suspected": "warn"}

Part = tuple[str, str] | str


def service_ladder(snapshot: Snapshot, key: ServiceKey) -> list[Content]:
    """The GPU tab: what follows, then each step with its answer, why, and by whom."""
    found = ladder(snapshot, key)
    if found.answer("declared") == "no":
        return [joined(("asks for no GPU", "dim"))]
    between = [
        joined(("             ", ""), (text, "dim")) for text in (found.loaded, found.busy) if text
    ]
    return [
        joined((found.sentence, VERDICTS[found.verdict])),
        *_rungs(found)[:3],
        *between,
        *_rungs(found)[3:],
    ]


def _rungs(found: Ladder) -> list[Content]:
    message = []
    for step in found.steps:
        glyph, tone = STEP_GLYPHS[step.answer], STEP_TONES[step.answer]
        source = f"  {shortened(step.source)}" if step.source else ""
        message.append(
            joined(
                (f"{glyph} {step.name:<12}", tone),
                (f"{step.answer:<8}", tone),
                step.why,
                (source, "dim"),
            )
        )
    return message


def machine(snapshot: Snapshot) -> list[Content]:
    """The driver, and the link of its chain that does not hold."""
    stack = snapshot.gpu_stack
    if stack is None or not stack.present:
        return [joined((stack.problem if stack else "looking for GPUs…", "dim"))]
    serves = f", serves CUDA up to {stack.cuda}" if stack.cuda else ""
    result = [joined((f"{stack.vendor} driver {stack.driver or '–'}{serves}", "title"))]
    if stack.problem:
        result += [joined(("✗ ", "bad"), stack.problem), joined(("  → ", "dim"), stack.remedy)]
    links = chain(stack, snapshot.engine, snapshot.containers.values())
    parts: list[Part] = []
    for link in links:
        glyph, tone = GLYPHS[link.state], LINK_TONES[link.state]
        parts.append((f"{glyph} {link.name}   ", tone))
    result.append(joined(*parts))
    if first := broken(links):
        result += [
            joined(("broken: ", "bad"), f"{first.name}: {first.message}"),
            joined(("  → ", "dim"), first.remedy),
        ]
    return result


def device(snapshot: Snapshot, one: GpuSample, *, ascii: bool, width: int) -> list[Content]:
    """A device: name, meters of use, memory and power, the last two minutes, and what is wrong with
    it."""
    loads = snapshot.gpu_loads.get(one.index, ())
    name = one.name.removeprefix("NVIDIA ").removeprefix("GeForce ")
    head: list[Part] = [(f"GPU {one.index} ", "title"), (f"{name}  ", "title"), *_details(one)]
    result = [joined(*head)]
    errors = [joined(("  ✗ ", "bad"), text) for text in xids.sentences(one, LAST_XIDS)]
    if one.silent:
        return [*result, joined(("  ✗ ", "bad"), one.error), *errors]
    result.append(
        joined(
            *_meter("use", _share(one.utilization, 100), percent(one.utilization), "info", ascii)
        )
    )
    memory = _share(one.memory_used, one.memory_total)
    nearly = memory is not None and memory >= FULL
    parts = _meter(
        "memory",
        memory,
        words.memory(one) + (" nearly full" if nearly else ""),
        "warn" if nearly else "info",
        ascii,
    )
    result.append(joined(*parts))
    power = _share(one.power, one.power_limit)
    result.append(
        joined(*_meter("power", power, words.power(one), "info", ascii), "   ", *_temperature(one))
    )
    result.append(
        joined(("  2 min    ", "dim"), (spark(loads[-max(10, width - 14) :], ascii=ascii), "info"))
    )
    return [*result, *(joined(("  ✗ ", "bad"), text) for text in words.troubles(one)), *errors]


def _details(one: GpuSample) -> list[Part]:
    message = [*words.details(one), *([f"fan {one.fan} %"] if one.fan is not None else [])]
    return [("  ".join(message), "dim")]


def _temperature(one: GpuSample) -> list[Part]:
    if one.temperature is None:
        return [(words.temperature(one), "dim")]
    word, tone = (
        ("hot", "bad")
        if one.temperature >= HOT
        else ("warm", "warn")
        if one.temperature >= WARM
        else ("", "")
    )
    return [(f"{words.temperature(one)} {word}".rstrip(), tone)]


def _meter(name: str, share: float | None, told: str, tone: str, ascii: bool) -> list[Part]:
    full, empty = ("#", ".") if ascii else ("█", "·")
    filled = 0 if share is None else round(WIDTH * min(1.0, share))
    return [
        (f"  {name:<9}", "dim"),
        (full * filled, tone),
        (empty * (WIDTH - filled), "dim"),
        f" {told}",
    ]


def _share(value: float | None, total: float | None) -> float | None:
    return None if value is None or not total else max(0.0, value / total)


def spark(values: tuple[int | None, ...], *, ascii: bool) -> str:
    """Percents as one character each; a second nobody read is a space."""
    steps = ASCII_BARS if ascii else BARS
    top = len(steps) - 1
    return "".join(
        " " if v is None else steps[min(top, max(0, v) * top // 100 + (v > 0))] for v in values
    )


def processes(snapshot: Snapshot, one: GpuSample) -> list[Content]:
    """The processes of a device, the largest first, each with the service it belongs to and what
    that makes."""
    if one.processes is None:
        return [] if one.silent else [joined(("    the driver does not list its processes", "dim"))]
    if not one.processes and not one.instances:
        return [joined(("    nothing runs on it", "dim"))]
    result = []
    if one.processes:
        result.append(joined((f"    {'pid':>8} {'memory':>10} {'use':>4}", "dim")))
    for place, mine in words.grouped(one):
        result += [_instance(place)] if place is not None else []
        result += [joined(*_process(snapshot, process)) for process in mine]
    return result


def _instance(place: MigInstance) -> Content:
    """The row of a MIG instance above its processes."""
    return joined((f"  {words.instance(place)}", "info" if place.listed else "dim"))


def _process(snapshot: Snapshot, process: GpuProcess) -> list[Part]:
    amount, share = words.process_figures(process)
    container = snapshot.containers.get(process.container or "")
    figures: Part = (f"    {process.pid:>8} {amount:>10} {share:>4} %  ", "dim")
    if container is None:
        return [figures, words.owner(snapshot, process)]
    if not (container.project and container.service):
        return [figures, (words.owner(snapshot, process), "title")]
    key = next((k for k, _ in snapshot.services() if container in snapshot.containers_of(k)), None)
    speed = speed_words(samples_of(snapshot, key)).rate if key else ""
    name = f"{container.project}/{container.service}"
    return [figures, (f"{name} ", "title"), (f"{container.name}  ", "dim"), (speed, "ok")]


def off_gpu(snapshot: Snapshot) -> list[Content]:
    """The services that ask for a GPU and are not seen on one, with what follows from that."""
    result = []
    for key, service in snapshot.services():
        state = ladder(snapshot, key) if service.gpu and snapshot.containers_of(key) else None
        if state is not None and state.answer("resident") != "yes":
            speed = speed_words(samples_of(snapshot, key)).rate
            rate = f"  {speed}" if speed else ""
            result.append(
                joined(
                    (f"    {key} ", "title"),
                    (state.sentence, VERDICTS[state.verdict]),
                    (rate, "dim"),
                )
            )
    return [joined(("not seen on a GPU they ask for", "title")), *result] if result else []


def everything(snapshot: Snapshot, *, ascii: bool, width: int) -> Content:
    """The whole screen, top to bottom."""
    found = machine(snapshot)
    for one in snapshot.gpus.values():
        found += [
            joined(""),
            *device(snapshot, one, ascii=ascii, width=width),
            *processes(snapshot, one),
        ]
    if snapshot.gpu_stack and snapshot.gpu_stack.peers:
        found += [joined(""), *(joined((message, "dim")) for message in pairs(snapshot.gpu_stack))]
    return lines([*found, joined(""), *off_gpu(snapshot)])
