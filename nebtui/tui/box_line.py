"""A box in one line beside others: is it there, how many services are up, what was found, what its
GPUs and servers do. Words and tones only."""

from __future__ import annotations

from nebtui.analysis.services import service_keys, whole_tally
from nebtui.analysis.throughput.summary import figure, samples_of, tokens_per_second
from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import clock_time, percent
from nebtui.tui.header import Words, finding_words
from nebtui.tui.sending import offer
from nebtui.tui.session import Session


def box_words(session: Session) -> tuple[Words, ...]:
    """What is behind its name; what a narrow terminal may cut off comes last."""
    snapshot = session.snapshot
    parts: list[Words] = []
    if snapshot.engine_problem:
        since = snapshot.stale_since
        known = f"stale since {clock_time(since)}" if since is not None else "no engine"
        parts.append((known, "bad"))
    elif not snapshot.settled:
        parts.append(("asking…", "dim"))
    counted = whole_tally(snapshot)
    if counted.meant:
        parts.append((counted.text, "dim" if snapshot.engine_problem else counted.tone))
        parts += counted.parts
    parts += [(text.strip(), tone) for text, tone in finding_words(session.findings)]
    parts += _machine(snapshot)
    parts = parts or [("nothing runs", "dim")]
    if snapshot.engine_problem:
        parts.append((snapshot.engine_problem, "dim"))
    elif snapshot.engine is not None:
        parts += _way(session, snapshot.engine)
    return tuple(parts)


def tone_of(session: Session) -> str:
    """Of the whole box."""
    snapshot = session.snapshot
    if snapshot.engine_problem:
        return "bad"
    counted = whole_tally(snapshot)
    return counted.tone


def _way(session: Session, engine: Engine) -> list[Words]:
    """How a box that is elsewhere is looked at."""
    remote = session.host.kind == "remote"
    offered = offer(session) if remote or engine.elsewhere else ""
    more = [(offered, "info")] if offered else []
    if remote:
        return [*more, ("through nebtui there", "dim")]
    return [*more, ("through its engine alone", "dim")] if engine.elsewhere else []


def _machine(snapshot: Snapshot) -> list[Words]:
    """The mean of its GPUs, and what its servers generate now; nothing of what is not known."""
    parts: list[Words] = []
    used = [g.utilization for g in snapshot.gpus.values() if g.utilization is not None]
    if used:
        many = f"{len(used)} GPUs" if len(used) > 1 else "GPU"
        parts.append((f"{many} {percent(sum(used) / len(used))}", "info"))
    if snapshot.throughput:
        keys = (key for project in snapshot.projects for key in service_keys(snapshot, project))
        rates = [tokens_per_second(samples_of(snapshot, key)) for key in keys]
        if speed := sum(rate for rate in rates if rate is not None):
            parts.append((f"{figure(speed)} tok/s", "info"))
    return parts
