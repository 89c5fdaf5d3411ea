"""Whether a health test gives up before its server can be there."""

from __future__ import annotations

from nebtui.analysis.health import tested
from nebtui.analysis.probes import Fault
from nebtui.analysis.server import inference
from nebtui.analysis.startup.measured import slowest, timed
from nebtui.analysis.suggestion import MODEL_PATIENCE
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.snapshot import Snapshot

LOADING = 60.0
"""Seconds in which no server has loaded a model from disk that is worth a GPU."""


def patience(test: Healthcheck) -> float:
    """Seconds that a test lets its server take before it is unhealthy; the engine's own values for
    what is not given."""
    return (test.start_period or 0.0) + (test.interval or 30.0) * (test.retries or 3)


def impatient(snapshot: Snapshot, key: ServiceKey, service: Service) -> Fault | None:
    """A declared test that gives up too early: before the longest start that was seen, or before a
    server can have loaded a model. None where nothing tells."""
    test = service.healthcheck
    if test is None or tested(snapshot, key, service) != "declared":
        return None
    given = patience(test)
    message = f"gives up after {given:.0f} s"
    longest = slowest(snapshot, key)
    if longest is not None and longest > given:
        told = f"{key.service} took {longest:.0f} s to listen in a start that was seen"
        return Fault("impatient", message, told, passes_never=False)
    if longest is None and given < LOADING and inference(service):
        told = "it loads a model before it answers, which takes minutes"
        return Fault("impatient", message, told, passes_never=False)
    return None


def patient_period(snapshot: Snapshot, key: ServiceKey, test: Healthcheck) -> float:
    """The start period that lets it come up: by what was measured, else long enough for a model; it
    ends at the first pass."""
    changed, why = timed(snapshot, key, test, patient=False)
    return changed.start_period or MODEL_PATIENCE if why else MODEL_PATIENCE
