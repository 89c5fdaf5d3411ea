"""What a manager of Docker Swarm says of its cluster: services, their tasks, and nodes. Times are
Unix seconds."""

from __future__ import annotations

from nebtui.facts.observed import PortBinding
from nebtui.light_dataclass import dataclass

ENDED = frozenset({"complete", "shutdown", "failed", "rejected", "remove", "orphaned"})
"""States in which a task holds nothing any more."""


@dataclass(frozen=True, slots=True)
class GenericResource:
    """So many things of a kind that an operator named, such as GPUs."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class SwarmNode:
    """A machine of the swarm (`/nodes`)."""

    id: str
    name: str = ""
    role: str = "worker"
    """worker or manager"""
    availability: str = "active"
    """What its operator wants: active pause drain."""
    state: str = "unknown"
    """What the managers see: unknown down ready disconnected."""
    cpus: float = 0.0
    """0 = it does not say."""
    memory: int = 0
    """Bytes; 0 = it does not say."""
    generic: tuple[GenericResource, ...] = ()
    """Other things it has, such as GPUs, and how many (`node-generic-resources` of its daemon)."""


@dataclass(frozen=True, slots=True)
class SwarmTask:
    """One attempt to run one replica of a service (`/tasks`)."""

    id: str
    slot: int = 0
    """Which replica, from 1; 0 for services that run once on each node."""
    node: str = ""
    """Id of the node it was given to, "" while none takes it."""
    state: str = "new"
    """new pending assigned accepted preparing ready starting running complete shutdown failed
    rejected remove orphaned"""
    desired: str = "running"
    """The state that the managers want of it."""
    error: str = ""
    """Why it is not in that state, in the engine's words (`Status.Err`)."""
    at: float = 0.0
    """When its state was told."""
    container: str = ""
    """Id of its container, "" where it has none."""

    @property
    def past(self) -> bool:
        """Nobody wants it to run any more: it ended, or another one took its place."""
        return self.desired in ("shutdown", "remove")


@dataclass(frozen=True, slots=True)
class SwarmService:
    """A service as the swarm keeps it (`/services`), with its tasks, the newest first."""

    id: str
    name: str
    stack: str = ""
    """The stack it was deployed with (label `com.docker.stack.namespace`), "" for none."""
    image: str = ""
    mode: str = "replicated"
    """replicated global replicated-job global-job"""
    replicas: int | None = None
    """How many are wanted; None where each node that may run it has one."""
    networks: tuple[str, ...] = ()
    """Ids of networks; names where the file that made it gave names."""
    ports: tuple[PortBinding, ...] = ()
    own_ports: tuple[int, ...] = ()
    """Those of the published ports that only the nodes of its tasks have (`mode: host`); every node
    answers on the others."""
    constraints: tuple[str, ...] = ()
    """What a node must be, such as `node.labels.gpu == true`."""
    cpus: float = 0.0
    """Reserved for each task; 0 = none."""
    memory: int = 0
    """Bytes reserved for each task; 0 = none."""
    generic: tuple[GenericResource, ...] = ()
    """Other things reserved for each task, and how many (`generic_resources` of its file)."""
    max_per_node: int = 0
    """How many tasks of it a node takes at most; 0 = as many as there are."""
    update: str = ""
    """What its newest update has come to (`UpdateStatus`): updating paused completed
    rollback_started rollback_paused rollback_completed; "" = none is known."""
    update_told: str = ""
    """The manager's sentence about that."""
    changed: float = 0.0
    """When it was deployed or updated last (`UpdatedAt`); 0 = it does not say."""
    tasks: tuple[SwarmTask, ...] = ()

    @property
    def current(self) -> tuple[SwarmTask, ...]:
        """The tasks that the managers want to run now."""
        return tuple(task for task in self.tasks if not task.past)

    @property
    def job(self) -> bool:
        """It is meant to end."""
        return self.mode.endswith("-job")

    @property
    def wanted(self) -> int:
        """How many replicas there should be; of a service for each node as many as were given to
        one."""
        return len(self.current) if self.replicas is None else self.replicas

    @property
    def running(self) -> int:
        """How many replicas there are: tasks that run, of a job those that are done."""
        state = "complete" if self.job else "running"
        return sum(task.state == state for task in self.current)

    @property
    def finished(self) -> int:
        """How many replicas ended well and are not started again: its restart policy asks for
        that after a failure at most. Of a job none: it has them in `running`."""
        if self.job or self.replicas is None:
            return 0
        wanted = {task.slot for task in self.current}
        newest = {task.slot: task for task in sorted(self.tasks, key=lambda one: one.at)}
        return sum(one.state == "complete" and slot not in wanted for slot, one in newest.items())


@dataclass(frozen=True, slots=True)
class Swarm:
    """The swarm that an engine manages."""

    services: tuple[SwarmService, ...] = ()
    nodes: tuple[SwarmNode, ...] = ()
    here: str = ""
    """Id of the node that this engine is."""
    problem: str = ""
    """Why the manager does not tell of it now, one sentence; what it told before stands."""

    def node(self, identity: str) -> SwarmNode | None:
        """The node of an id, None where it has left the swarm."""
        return next((node for node in self.nodes if node.id == identity), None)
