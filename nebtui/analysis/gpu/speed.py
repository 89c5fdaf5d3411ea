"""The last step of the ladder: whether a service is as fast as it usually is."""

from __future__ import annotations

from nebtui.analysis.gpu.ladder import EvidenceStep
from nebtui.analysis.throughput.judgement import SLOW
from nebtui.facts.samples import ThroughputSample


def fast(figures: list[ThroughputSample]) -> EvidenceStep:
    """Fast against its own usual speed; unknown, with the reason, while nothing can be compared."""
    for figure in figures:
        now = figure.stream if figure.stream is not None else figure.tokens_per_second
        if figure.verdict == "slow" and now is not None:
            usual = f", usually {figure.usual:.1f}" if figure.usual is not None else ""
            return EvidenceStep("fast", "no", f"{now:.1f} {figure.unit}{usual}", figure.source)
    for figure in figures:
        if figure.busy and figure.usual is not None and figure.stream is not None:
            if figure.stream < SLOW * figure.usual:
                return EvidenceStep(
                    "fast",
                    "unknown",
                    f"{figure.stream:.1f} {figure.unit} just now, which may be a hiccup",
                )
            text = f"{figure.stream:.1f} {figure.unit}, usually {figure.usual:.1f}"
            return EvidenceStep("fast", "yes", text, figure.source)
    return EvidenceStep("fast", "unknown", _why_unknown(figures))


def _why_unknown(figures: list[ThroughputSample]) -> str:
    if not figures:
        return "it tells no tokens a second"
    if problem := next((f.problem for f in figures if f.problem), ""):
        return problem
    if all(f.busy is False for f in figures):
        return "it is idle"
    begun = next((f for f in figures if f.busy and f.usual is not None), None)
    if begun is not None:
        # No window is complete: what it does is shown, and compared with nothing yet.
        now = f"{begun.tokens_per_second:.1f} {begun.unit}" if begun.tokens_per_second else "busy"
        return f"{now}, usually {begun.usual:.1f} for one request: looked at for too short a time"
    known = any(f.usual is not None for f in figures)
    return "it is not seen at work now" if known else "its usual speed is not known yet"
