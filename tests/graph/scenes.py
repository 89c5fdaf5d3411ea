"""The sample scene of the graph tests: three projects, fourteen services, five networks."""

from nebtui.graph.layout import Edge, GraphModel, Group, NetworkLine, Row

_LOOKS = {
    "healthy": ("●", "ready", "ok"),
    "running": ("◉", "listening", "ok"),
    "starting": ("◐", "starting", "warn"),
    "restarting": ("↻", "failed", "bad"),
    "exited": ("○", "absent", "dim"),
}


def row(
    project: str,
    name: str,
    look: str,
    networks: str,
    gpu: float | None = None,
    rate: str = "",
    note: str = "",
    note_tone: str = "dim",
) -> Row:
    """A row with the looks of a readiness."""
    glyph, state, tone = _LOOKS[look]
    return Row(
        f"{project}/{name}",
        name,
        glyph,
        state,
        tone,
        tuple(networks.split()),
        gpu,
        rate,
        note,
        note_tone,
    )


def sample(*collapsed: str) -> GraphModel:
    """The scene of the pictures; `collapsed` names the groups that are closed."""
    networks = (
        NetworkLine("nebulus", "nebulus", shared=True, external=True),
        NetworkLine("edge", "edge", shared=True, external=False),
        NetworkLine("core_default", "core_default", shared=False, external=False),
        NetworkLine("gantry_default", "gantry_default", shared=False, external=False),
        NetworkLine("infer_default", "infer_default", shared=False, external=False),
    )
    core = (
        row("core", "postgres", "healthy", "core_default"),
        row("core", "redis", "running", "core_default nebulus"),
        row("core", "chroma", "starting", "core_default", note="ready gap 6.2 s", note_tone="warn"),
        row("core", "ingest", "running", "core_default nebulus"),
        row("core", "api", "healthy", "core_default nebulus edge"),
    )
    gantry = (
        row(
            "gantry",
            "conductor",
            "restarting",
            "gantry_default nebulus",
            note="13 refused",
            note_tone="bad",
        ),
        row("gantry", "worker", "running", "gantry_default"),
        row("gantry", "scheduler", "running", "gantry_default nebulus"),
        row("gantry", "ui", "healthy", "gantry_default edge"),
        row("gantry", "temporal", "healthy", "gantry_default"),
    )
    infer = (
        row("infer", "tabbyapi", "healthy", "infer_default nebulus", 87.0, "64.8 tok/s"),
        row("infer", "whisper", "running", "infer_default nebulus", 12.0),
        row("infer", "embed", "running", "infer_default", 0.0, "1.8 tok/s", "CPU fallback?", "bad"),
        row("infer", "sandbox", "exited", "", note="network none", note_tone="warn"),
    )
    groups = (
        Group("core", "core", "5 services, 1 starting", "warn", core, "core" in collapsed),
        Group("gantry", "gantry", "5 services, 1 failed", "bad", gantry, "gantry" in collapsed),
        Group("infer", "infer", "4 services", "dim", infer, "infer" in collapsed),
    )
    return GraphModel(networks, groups, _edges())


def _edges() -> tuple[Edge, ...]:
    return (
        Edge("gantry/conductor", "core/chroma", "references", "bad", broken=True, calm=True),
        Edge("core/ingest", "infer/embed", "references", "bad", broken=True, calm=True),
        Edge("core/api", "core/redis", "depends", "warn", calm=True),
        Edge("gantry/ui", "gantry/conductor", "depends", "warn", calm=True),
        Edge("gantry/worker", "gantry/temporal", "depends", "warn", calm=True),
        Edge("infer/whisper", "infer/tabbyapi", "depends", "warn", calm=True),
        Edge("core/api", "core/postgres", "depends", "ok"),
        Edge("core/ingest", "core/postgres", "depends", "ok"),
        Edge("core/ingest", "core/chroma", "depends", "ok"),
        Edge("gantry/conductor", "gantry/temporal", "depends", "ok"),
        Edge("gantry/conductor", "infer/tabbyapi", "references", "dim"),
        Edge("gantry/scheduler", "core/redis", "references", "dim"),
        Edge("gantry/ui", "core/api", "references", "dim"),
    )
