"""Which sizes a Fargate task can have, and the smallest that holds what a project asks for.

Source: the ECS API's RegisterTaskDefinition, `memory` (botocore 1.44, service-2.json of ecs).
"""

from __future__ import annotations

from nebtui.light_dataclass import dataclass

UNITS = 1024
"""CPU units of one core."""
_GB = 1024


@dataclass(frozen=True, slots=True)
class TaskSize:
    """CPU units and MiB of memory of a task."""

    cpu: int
    memory: int

    def __str__(self) -> str:
        return f"{self.cpu / UNITS:g} vCPU and {self.memory} MiB"


FARGATE: tuple[TaskSize, ...] = tuple(
    TaskSize(cpu, memory)
    for cpu, sizes in (
        (256, (512, _GB, 2 * _GB)),
        (512, range(_GB, 4 * _GB + 1, _GB)),
        (1024, range(2 * _GB, 8 * _GB + 1, _GB)),
        (2048, range(4 * _GB, 16 * _GB + 1, _GB)),
        (4096, range(8 * _GB, 30 * _GB + 1, _GB)),
        (8192, range(16 * _GB, 60 * _GB + 1, 4 * _GB)),
        (16384, range(32 * _GB, 120 * _GB + 1, 8 * _GB)),
    )
    for memory in sizes
)
LARGEST = FARGATE[-1]


def smallest(cpu: int, memory: int) -> TaskSize | None:
    """The Fargate size with the fewest CPU units, then the least memory, that holds both; None
    where the largest is too small."""
    return next((s for s in FARGATE if s.cpu >= cpu and s.memory >= memory), None)
