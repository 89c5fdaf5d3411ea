"""Which boxes `--host` names: each with the environment in which `docker` itself would use its
engine, and the state folder of its machine."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace

from nebtui.cli.errors import CommandError
from nebtui.engine_address import EngineAddressError, checked
from nebtui.hosts.engine.endpoint import Endpoint, contexts, find_endpoint
from nebtui.keep.machines import of_machine
from nebtui.light_dataclass import dataclass
from nebtui.settings import Settings, settings_file

DEFAULT = "default"
"""The engine of this machine, as a Docker context is called."""
TLS = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


@dataclass(frozen=True, slots=True)
class ChosenBox:
    """A box to look at."""

    name: str
    """As the person called it; "" for the one that `docker` would use, with no word of theirs."""
    endpoint: Endpoint
    environ: Mapping[str, str]
    settings: Settings


def chosen_boxes(
    arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> tuple[ChosenBox, ...]:
    """Those of `--host` in the order given, each once; without it the one that `docker` would use.
    CommandError for a name that is none."""
    names: tuple[str, ...] = tuple(dict.fromkeys(arguments.host))
    if not names:
        return (_box("", environ, settings),)
    for option, told in (("no_engine", "--no-engine"), ("recording", "--recording")):
        if getattr(arguments, option, None):
            raise CommandError(f"{told} looks at no engine, --host names one: leave out one")
    return tuple(_box(name, reaching(name, settings, environ), settings) for name in names)


def _box(name: str, environ: Mapping[str, str], settings: Settings) -> ChosenBox:
    endpoint = find_endpoint(environ)
    if endpoint.remote:
        folder = of_machine(settings.state_dir, endpoint.url)
        settings = replace(settings, state_dir=folder)
    return ChosenBox(name, endpoint, environ, settings)


def reaching(name: str, settings: Settings, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment that leads `docker`, Compose and nebtui to a box; CommandError where nothing
    is called so."""
    address = dict(settings.hosts).get(name, name)
    try:
        checked(address)
    except EngineAddressError as error:
        raise CommandError(f"--host {error}") from None
    own = {k: v for k, v in environ.items() if k not in ("DOCKER_HOST", "DOCKER_CONTEXT")}
    if address.startswith("tcp://"):
        return {**own, "DOCKER_HOST": address}
    plain = {k: v for k, v in own.items() if k not in TLS}
    if "://" in address:
        return {**plain, "DOCKER_HOST": address}
    known = {context.context for context in contexts(environ)}
    if address != DEFAULT and address not in known:
        raise CommandError(_unknown(name, address, known, settings, environ))
    return {**plain, "DOCKER_CONTEXT": address}


def _unknown(
    name: str, address: str, known: set[str], settings: Settings, environ: Mapping[str, str]
) -> str:
    boxes = ", ".join(box for box, _ in settings.hosts) or "none"
    named = ", ".join(sorted({*known, DEFAULT}))
    what = f"box {name}" if name == address else f"Docker context {address} (of box {name})"
    return (
        f"there is no {what}: [hosts] in {settings_file(environ)} has {boxes}, the Docker contexts "
        f"are {named}; or write ssh://USER@MACHINE"
    )
