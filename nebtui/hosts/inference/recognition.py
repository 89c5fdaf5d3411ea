"""What an answer proves about the server that gave it, and why one that proves nothing does not."""

from __future__ import annotations

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.hosts.inference.http import HttpAnswer, HttpRequest
from nebtui.hosts.inference.parsers import JSON_PAGES
from nebtui.knowledge.servers import ServerKnowledge, confirmed


def proved(body: str, hint: ServerKnowledge | None) -> ServerKnowledge | None:
    """The kind of server whose page this is, None where it proves none. `hint`: what image or
    command say it is; a page in JSON is believed only where they name its kind."""
    reader = JSON_PAGES.get(hint.answer) if hint is not None else None
    if reader is not None:
        return hint if reader(body, ServerReading(0.0, 0.0)) is not None else None
    return confirmed(body, hint)


def foreign(answer: HttpAnswer) -> bool:
    """Another program than an inference server gave this answer: there is no use in asking it
    again."""
    return answer.status is not None and answer.status < 500


def refusal(named: ServerKnowledge | None, request: HttpRequest, answer: HttpAnswer) -> str:
    """Why an answer gives no figures, one sentence with the remedy."""
    name = named.name if named else "The server"
    if answer.status in (401, 403):
        return f"{name} wants a key for {request.path}: its figures cannot be read without one."
    if answer.status == 200 and not answer.body.strip():
        return f"{name} has served no request yet: its metrics begin with the first one."
    if answer.status is not None:
        remedy = f": {named.remedy}" if named and named.remedy else ""
        return (
            f"{name} answers, but shows no metrics at {request.url} (status "
            f"{answer.status}){remedy}."
        )
    return f"{name} {answer.problem} at {request.url}."


def most_telling(problems: list[str], named: ServerKnowledge | None) -> str:
    """The problem that is shown, of those that the addresses gave; "" where a stranger gave
    none."""
    if named is not None and not problems:
        return (
            f"{named.name} cannot be reached: no port of it is published, and no "
            "program in it can ask."
        )
    told = (p for p in problems if "metrics" in p or "key" in p)
    return next(told, problems[0] if problems else "")
