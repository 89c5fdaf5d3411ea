"""`nebtui hosts`: the boxes that `--host` can name, what each of them gives, and why not more."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping

from nebtui.cli.boxes import DEFAULT, reaching
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json
from nebtui.cli.parallel import in_parallel
from nebtui.facts.boxes import BoxSource, KnownBox
from nebtui.facts.link import GLYPHS, Link
from nebtui.hosts.engine.endpoint import Endpoint, contexts, find_endpoint
from nebtui.hosts.offers import offer
from nebtui.keep.machines import of_machine
from nebtui.keep.sent import recall_sent
from nebtui.report.contract.own import HostsJson, KnownBoxJson
from nebtui.settings import Settings

Place = tuple[str, BoxSource, Mapping[str, str]]
"""A name, where it is from, and the environment that leads there."""


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Ask every one of them at once, and print the answers; with `--send`, send nebtui to one."""
    if arguments.send:
        from nebtui.cli import sending

        return sending.run(arguments, settings, environ)
    used = find_endpoint(environ)
    boxes = in_parallel(lambda place: _asked(place, used, settings), places(settings, environ))
    if arguments.format == "json":
        say_json(as_json(boxes))
    else:
        say(lines(boxes))
    return 0


def places(settings: Settings, environ: Mapping[str, str]) -> Iterator[Place]:
    """This machine's engine, that of the environment where it is another, the settings' boxes, the
    contexts."""
    yield DEFAULT, "this machine", reaching(DEFAULT, settings, environ)
    if host := environ.get("DOCKER_HOST"):
        yield host, "environment", environ
    for name, address in settings.hosts:
        try:
            yield name, "settings", reaching(name, settings, environ)
        except CommandError:  # a context that is gone, which its own line tells
            yield name, "settings", {**environ, "DOCKER_HOST": "", "DOCKER_CONTEXT": address}
    taken = {name for name, _ in settings.hosts}
    for context in contexts(environ):
        if context.context not in taken:
            try:
                yield context.context, "context", reaching(context.context, settings, environ)
            except CommandError:
                continue  # a name that is no name


def _asked(place: Place, used: Endpoint, settings: Settings) -> KnownBox:
    name, source, environ = place
    endpoint = find_endpoint(environ)
    if endpoint.problem:
        said, _, remedy = endpoint.problem.partition(": ")
        broken = (Link("engine", "broken", said, remedy),)
        return KnownBox(name, source, endpoint.context, endpoint == used, None, broken)
    sent = recall_sent(of_machine(settings.state_dir, endpoint.url))
    engine, gives = offer(endpoint, environ, sent, f"nebtui hosts --send {name}")
    return KnownBox(name, source, endpoint.url, endpoint == used, engine, gives)


def lines(boxes: Iterable[KnownBox]) -> Iterator[str]:
    """A paragraph for each box."""
    for box in boxes:
        without = ", used without --host" if box.default else ""
        yield f"{box.name}  {box.address}  ({box.source}{without})"
        for link in box.gives:
            remedy = f": {link.remedy}" if link.remedy and link.state != "ok" else ""
            yield f"  {GLYPHS[link.state]} {link.name:<8} {link.message}{remedy}"


def as_json(boxes: Iterable[KnownBox]) -> HostsJson:
    """The contract of `hosts --format json`."""
    return {"version": 1, "hosts": [_row(box) for box in boxes]}


def _row(box: KnownBox) -> KnownBoxJson:
    return {
        "name": box.name,
        "source": box.source,
        "address": box.address,
        "default": box.default,
        "machine": box.engine.name if box.engine else None,
        "gives": [
            {"name": k.name, "state": k.state, "message": k.message, "remedy": k.remedy}
            for k in box.gives
        ],
    }
