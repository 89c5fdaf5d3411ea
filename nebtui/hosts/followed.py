"""Everything of the live box that is followed, a collector for each part."""

from __future__ import annotations

from nebtui.hosts.collectors import Collector, CollectorGroup
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.collector import EngineCollector
from nebtui.hosts.engine.heartbeat import Heartbeat
from nebtui.hosts.engine.images import ImageCollector
from nebtui.hosts.engine.inspector import Inspector
from nebtui.hosts.engine.swarm import SwarmCollector
from nebtui.hosts.gpu.collector import GpuCollector
from nebtui.hosts.inference.baselines import Baselines
from nebtui.hosts.inference.collector import ServerCollector
from nebtui.hosts.inference.ollama_probe import AskOllama
from nebtui.hosts.projects.collector import ProjectCollector
from nebtui.hosts.sampling.collector import SampleCollector
from nebtui.hosts.sampling.host_ports import HostPortCollector
from nebtui.hosts.sampling.paths import PathCollector
from nebtui.hosts.starts.collector import StartCollector
from nebtui.hosts.starts.keeper import StartKeeper, Starts


def collectors(
    client: EngineClient,
    inspector: Inspector,
    projects: ProjectCollector,
    group: CollectorGroup,
    baselines: Baselines | None,
    starts: Starts | None,
    ask_ollama: AskOllama,
    *,
    beside: bool,
) -> tuple[Collector, ...]:
    """The collectors of one live host, which emit into its group; `beside`: other boxes may name
    it."""
    shared, startup, emit = group.shared, group.startup, group.emit
    swarm = SwarmCollector(client, shared, emit)
    engine = EngineCollector(client, inspector, swarm, shared, startup, emit)
    return (
        engine,
        swarm,
        Heartbeat(client, shared, startup, emit, engine.reconnect),
        inspector,
        projects,
        SampleCollector(client, shared, startup, emit),
        StartCollector(StartKeeper(starts), shared, startup, emit),
        PathCollector(shared, startup, emit),
        HostPortCollector(shared, startup, emit, always=beside),
        ImageCollector(client, shared, startup, emit),
        ServerCollector(client, shared, startup, emit, baselines, ask_ollama=ask_ollama),
        GpuCollector(client, shared, startup, emit),
    )
