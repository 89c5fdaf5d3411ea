"""`nebtui doctor`: what nebtui stands on, which of its own parts fail, and what to do about it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

from nebtui import rules
from nebtui.cli.output import say, say_json
from nebtui.facts.link import GLYPHS, Link
from nebtui.host import Host
from nebtui.hosts.doctor import examine
from nebtui.hosts.files import FilesHost
from nebtui.hosts.live import LiveHost
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.report.contract.own import DoctorJson, DoctorLinkJson
from nebtui.settings import Settings
from nebtui.store import settle


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print one line a link; 1 if one is broken."""
    links = list(examine(environ, settings.state_dir, ask_engine=not arguments.no_engine))
    links += parts(arguments, settings, environ)
    if arguments.format == "json":
        say_json(as_json(links))
    else:
        for link in links:
            say(f"{GLYPHS[link.state]} {link.state:<7} {link.name:<12} {link.message}")
            if link.remedy and link.state != "ok":
                say(f"{'':<23}→ {link.remedy}")
    return int(any(link.state == "broken" for link in links))


def as_json(links: Iterable[Link]) -> DoctorJson:
    """The contract of `doctor --format json`."""
    rows: list[DoctorLinkJson] = [
        {"name": k.name, "state": k.state, "message": k.message, "remedy": k.remedy} for k in links
    ]
    return {"version": 1, "links": rows}


def parts(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> Iterator[Link]:
    """A first look at the box: one link for each part of nebtui that failed in it, else one for all
    of them."""
    with closing(host(environ, engine=not arguments.no_engine)) as box:
        snapshot = settle(box)
    failures = (*snapshot.failures.values(), *rules.examine(snapshot, settings.allow).failures)
    for sentence in failures:
        yield Link("parts", "broken", sentence)
    if not failures:
        yield Link("parts", "ok", "each part of nebtui took a first look without an error")


def host(environ: Mapping[str, str], *, engine: bool) -> Host:
    """The live host, or files only; projects are those of the engine's labels, read without
    Compose: a search of the folder one stands in could take a minute."""
    catalogue = ComposeCatalogue((), (), environ, with_compose=False)
    if engine:
        return LiveHost((), (), environ, catalogue=catalogue)
    return FilesHost((), (), environ, catalogue=catalogue)
