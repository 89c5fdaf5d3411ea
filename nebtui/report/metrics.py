"""What `status --format prometheus` exports: what readers of the engine and of the devices cannot
know. Readings of CPUs, memory and devices are theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from nebtui import __version__
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.requests import is_check
from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import keys_of, meant_to_run, projects
from nebtui.analysis.stacks import StackService, stacks
from nebtui.analysis.startup.recent import starts
from nebtui.analysis.swarm_nodes import node_word
from nebtui.analysis.throughput.summary import samples_of, tokens_per_second
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start
from nebtui.report.exposition import Labels, MetricFamily
from nebtui.rules.rule import Finding

Series = Iterable[tuple[Labels, float]]


def metrics(
    snapshot: Snapshot, found: Collection[Finding], now: float, *, whole: bool = True
) -> Iterator[MetricFamily]:
    """The box at the time `now` (Unix seconds), with what was found on it, and (`whole`) the stacks
    of Swarm."""
    yield _gauge("nebtui_info", "The nebtui that looked.", [({"version": __version__}, 1)])
    yield _gauge(
        "nebtui_engine_up",
        "1 while the Docker engine answers, 0 where it does not; absent where none was asked.",
        _engine(snapshot),
    )
    yield _gauge(
        "nebtui_project_readable",
        "0 where the project's files cannot be used, so that nothing was checked.",
        ((_of(snapshot, k), snapshot.projects[k].view != "none") for k in projects(snapshot)),
    )
    yield _gauge(
        "nebtui_findings",
        "Findings by rule and severity; absent where there are none.",
        _findings(snapshot, found),
    )
    keys = keys_of(snapshot, None)
    yield from _states(snapshot, keys)
    yield from _work(snapshot, keys)
    if whole:
        yield from _replicas(snapshot)
    yield from _starts(snapshot, now)


def _gauge(name: str, told: str, series: Series) -> MetricFamily:
    return MetricFamily(name, "gauge", told, tuple(series))


def _states(snapshot: Snapshot, keys: Collection[ServiceKey]) -> Iterator[MetricFamily]:
    yield _gauge(
        "nebtui_service_ready",
        "1 for a service whose healthcheck passes, or that has done its work; 0 for one that is "
        "meant to run and is not ready; absent where nothing tells.",
        _ready(snapshot, keys),
    )
    yield _gauge(
        "nebtui_service_readiness",
        "1 for the verdict on a service, 0 for the other verdicts.",
        _verdicts(snapshot, keys),
    )
    yield MetricFamily(
        "nebtui_service_restarts_total",
        "counter",
        "Restarts of its containers by the engine, since they were created.",
        tuple(_restarts(snapshot, keys)),
    )


def _work(snapshot: Snapshot, keys: Collection[ServiceKey]) -> Iterator[MetricFamily]:
    yield _gauge(
        "nebtui_gpu_fallback",
        "1 for a service that claims a GPU and computes on the CPU, 0 for one that is seen to "
        "compute on the GPU; absent where neither is known.",
        _fallbacks(snapshot, keys),
    )
    yield _gauge(
        "nebtui_tokens_per_second",
        "Tokens that the service's servers generate a second while they are busy; absent while "
        "they are idle.",
        _speeds(snapshot, keys),
    )


def _replicas(snapshot: Snapshot) -> Iterator[MetricFamily]:
    """Of the services of Swarm, as its manager tells."""
    found = [(_of_stack(one), one.known) for s in stacks(snapshot) for one in s.services]
    known = [(labels, service) for labels, service in found if service is not None]
    yield _gauge(
        "nebtui_swarm_replicas_wanted",
        "How many replicas of a Swarm service there should be; told by managers.",
        ((labels, service.wanted) for labels, service in known),
    )
    yield _gauge(
        "nebtui_swarm_replicas_running",
        "How many of them run; of a job, how many are done.",
        ((labels, service.running) for labels, service in known),
    )
    yield _gauge(
        "nebtui_swarm_node_ready",
        "1 = the node takes tasks; 0 = it is lost, drained or paused; told by managers.",
        _nodes(snapshot),
    )


def _nodes(snapshot: Snapshot) -> Series:
    for node in snapshot.swarm.nodes if snapshot.swarm else ():
        labels = {"node": node.name or node.id, "availability": node.availability}
        yield labels, node_word(node) == "ready"


def _of_stack(service: StackService) -> Labels:
    return {"stack": service.stack, "service": service.name}


def _of(snapshot: Snapshot, key: ProjectKey | ServiceKey) -> Labels:
    """The labels of a project or service. Clones of one name are told apart by their files."""
    project = key.project if isinstance(key, ServiceKey) else key
    twice = sum(other.name == project.name for other in snapshot.projects) > 1
    files = " ".join(project.files) or project.working_dir
    service = {"service": key.service} if isinstance(key, ServiceKey) else {}
    return {"project": project.name, **service, "files": files if twice else ""}


def _engine(snapshot: Snapshot) -> Series:
    if snapshot.engine is not None or snapshot.engine_problem:
        up = snapshot.engine is not None and not snapshot.engine_problem
        yield {}, up and snapshot.stale_since is None


def _ready(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Series:
    for key in keys:
        verdict = readiness(snapshot, key)
        told = verdict.word not in ("unknown", "listening")
        if told and meant_to_run(snapshot, key, verdict):
            yield _of(snapshot, key), verdict.ok


def _verdicts(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Series:
    for key in keys:
        word = readiness(snapshot, key).word
        for one in WORDS:
            yield {**_of(snapshot, key), "readiness": one}, one == word


def _restarts(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Series:
    for key in keys:
        seen = [c.inspection for c in snapshot.containers_of(key) if c.inspection]
        if seen:
            yield _of(snapshot, key), sum(one.restart_count for one in seen)


def _findings(snapshot: Snapshot, found: Iterable[Finding]) -> Series:
    for (project, rule, severity), number in Counter(
        (one.project, one.rule, one.severity) for one in found
    ).items():
        whose = _of(snapshot, project) if project else {}
        yield {**whose, "rule": rule, "severity": severity}, number


def _fallbacks(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Series:
    for key in keys:
        service = snapshot.service(key)
        if service is not None and service.gpu and not is_check(service):
            verdict = ladder(snapshot, key).verdict
            if verdict in ("fallback", "works"):
                yield _of(snapshot, key), verdict == "fallback"


def _speeds(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Series:
    for key in keys:
        speed = tokens_per_second(samples_of(snapshot, key))
        if speed is not None:
            yield _of(snapshot, key), speed


def _starts(snapshot: Snapshot, now: float) -> Iterator[MetricFamily]:
    """The last start of each project that has one."""
    last = {k: found[-1] for k in projects(snapshot) if (found := starts(snapshot, k, now))}
    yield _gauge(
        "nebtui_start_timestamp_seconds",
        "When the last start of the project began, Unix seconds.",
        ((_of(snapshot, key), start.began) for key, start in last.items()),
    )
    yield _gauge(
        "nebtui_start_duration_seconds",
        "How long the last start took until everything had settled; absent while it goes on.",
        (
            (_of(snapshot, key), round(start.settled - start.began, 3))
            for key, start in last.items()
            if start.settled is not None
        ),
    )
    yield _gauge(
        "nebtui_start_races",
        "Services that were there before another one listened, in the last start.",
        ((_of(snapshot, key), len(start.races)) for key, start in last.items()),
    )
    yield _gauge(
        "nebtui_start_gap_seconds",
        "How long the service was there before the target listened, in the last start.",
        _races(snapshot, last.values(), "gap"),
    )
    yield _gauge(
        "nebtui_start_refused_connections",
        "Connections that the target refused in this gap.",
        _races(snapshot, last.values(), "refused"),
    )


def _races(snapshot: Snapshot, last: Iterable[Start], figure: str) -> Series:
    """The worst figure of each pair."""
    worst: dict[tuple[ServiceKey, ServiceKey], float] = {}
    for race in (race for start in last for race in start.races):
        value = race.gap if figure == "gap" else race.refused
        if value is not None:
            pair = race.dependent, race.target
            worst[pair] = max(value, worst.get(pair, value))
    for (dependent, target), value in worst.items():
        yield {**_of(snapshot, dependent), "target": str(target)}, round(value, 3)
