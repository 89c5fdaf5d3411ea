"""The JSON of a service in `status`, with its servers; its shape is a contract
(`report.contract`)."""

from __future__ import annotations

from nebtui.analysis.drift import drift
from nebtui.analysis.reachability import networks_now
from nebtui.analysis.readiness import readiness
from nebtui.analysis.throughput.summary import kv_cache, samples_of, tokens_per_second
from nebtui.analysis.usage import usage
from nebtui.facts.declared import ServiceKey
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.report.contract.box import DriftJson, ServerJson, ServiceJson
from nebtui.report.stacks_output import port_json


def service_json(
    snapshot: Snapshot,
    key: ServiceKey,
    killed: frozenset[ServiceKey],
    now: float | None,
) -> ServiceJson:
    """`killed`: services that ran out of memory; `now` in Unix seconds, for the uptime."""
    verdict = readiness(snapshot, key)
    containers = snapshot.containers_of(key)
    samples, used = samples_of(snapshot, key), usage(snapshot, key, now)
    return {
        "name": key.service,
        "state": containers[0].state if containers else None,
        "health": containers[0].health if containers else None,
        "readiness": verdict.word,
        "state_words": verdict.state,
        "differs": _differs(snapshot, key),
        "why": verdict.why,
        "waiting_on": list(verdict.waiting_on),
        "networks": sorted(networks_now(snapshot, key)),
        "gpu": [
            g.index
            for g in snapshot.gpus.values()
            if {c.id for c in containers} & set(g.containers)
        ],
        "cpu_percent": used.cpu,
        "memory_bytes": used.memory,
        "uptime_seconds": used.uptime,
        "ports": [port_json(port) for port in used.ports],
        "tokens_per_second": tokens_per_second(samples),
        "kv_cache": kv_cache(samples),
        "out_of_memory": key in killed,
        "servers": [_server(sample) for sample in samples],
        "containers": [c.name for c in containers],
    }


def _server(sample: ThroughputSample) -> ServerJson:
    """One inference server's figures; null is what it does not tell, or has not yet."""
    last = sample.last_at
    return {
        "name": sample.server or None,
        "model": sample.model or None,
        "busy": sample.busy,
        "running": sample.running,
        "waiting": sample.waiting,
        "unit": sample.unit,
        "rate": sample.tokens_per_second,
        "over_seconds": sample.over,
        "last_rate": sample.last_rate,
        "last_seconds_ago": None if last is None else max(0.0, sample.at - last),
        "one_request": sample.stream,
        "usual": sample.usual,
        "slow": sample.verdict == "slow",
        "kv_cache": sample.kv_cache,
        "problem": sample.problem or None,
    }


def _differs(snapshot: Snapshot, key: ServiceKey) -> DriftJson | None:
    """What the next `up` would change, and whether Compose itself counts it; null for nothing."""
    found = drift(snapshot, key)
    return {"fields": list(found.fields), "certain": found.certain} if found else None
