"""One look at all drivers for commands that ask no engine: bounded, for a driver can hang."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from nebtui.facts.gpu import GpuSample, GpuStack
from nebtui.facts.link import Link
from nebtui.hosts.gpu.source import GpuSource
from nebtui.hosts.gpu.stack import absent

PATIENCE = 3.0
HANGS = GpuStack(
    present=True,
    problem="the GPU driver does not answer",
    remedy="look at dmesg for NVRM lines; nvidia-smi will hang too; reboot",
)


def numbered(sources: Iterable[GpuSource]) -> tuple[GpuSample, ...]:
    """One round of all drivers, their devices numbered through."""
    rows = [row for source in sources for row in source.snapshot()]
    return tuple(replace(row, index=at) for at, row in enumerate(rows))


def joined(stacks: tuple[GpuStack, ...]) -> GpuStack:
    """Several drivers as one stack: the words of the first that works, the links of all. Where one
    of them does not work, or shows not everything, nobody's absence from the devices proves
    anything."""
    if len(stacks) == 1:
        return stacks[0]
    working = tuple(stack for stack in stacks if not stack.problem) or stacks
    first = working[0]
    vendors = " and ".join(dict.fromkeys(stack.vendor for stack in working if stack.vendor))
    links = tuple(link for stack in stacks for link in (*_failed(stack, first), *stack.links))
    blind = next((text for stack in stacks if (text := stack.problem or stack.blind)), "")
    return replace(first, vendor=vendors, links=links, blind=blind)


def _failed(stack: GpuStack, shown: GpuStack) -> tuple[Link, ...]:
    """A driver that does not work beside one that does, as a link of the chain."""
    if not stack.problem or stack is shown:
        return ()
    return (Link(f"{stack.vendor or 'other'} driver", "broken", stack.problem, stack.remedy),)


def once(
    find: Callable[[], tuple[GpuSource, ...]], patience: float = PATIENCE
) -> tuple[tuple[GpuSample, ...], GpuStack]:
    """Devices and chain; where no answer comes in time, a chain that says so. The thread of a
    driver that hangs is left to itself: it ends with the process."""
    answers: queue.SimpleQueue[tuple[tuple[GpuSample, ...], GpuStack]] = queue.SimpleQueue()

    def work() -> None:
        sources = find()
        rows = numbered(sources)
        answers.put(
            (rows, joined(tuple(source.stack() for source in sources)) if sources else absent())
        )
        for source in sources:
            source.close()

    threading.Thread(target=work, name="one look at GPUs", daemon=True).start()
    try:
        return answers.get(timeout=patience)
    except queue.Empty:
        return (), HANGS
