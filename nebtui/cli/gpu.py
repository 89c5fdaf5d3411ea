"""`nebtui gpu`: devices, the containers on them, the chain from driver to container, the ladder of
each service."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from nebtui.cli.common import look
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say, say_json
from nebtui.facts.changes import GpuStackSeen, Sampled
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.report import gpu_output as report
from nebtui.settings import Settings
from nebtui.store import fold_all


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print them; exit 0 also where there is no driver (whether the chain holds is what `doctor`
    says with its own)."""
    if arguments.no_engine:
        snapshot = devices()
    else:
        with closing(host_for(arguments, settings, environ)) as host:
            snapshot = look(host, settings)
    services = named(snapshot, arguments)
    if arguments.format == "json":
        say_json(report.gpu(snapshot))
    else:
        say("\n".join(report.text(snapshot, services)))
    return 0


def named(snapshot: Snapshot, arguments: Namespace) -> tuple[ServiceKey, ...]:
    """The services asked for as SERVICE or PROJECT/SERVICE, or all of `--project` that ask for a
    GPU; CommandError where a name is none of them."""
    keys = tuple(
        key for key, _ in snapshot.services() if arguments.project in (None, key.project.name)
    )
    if arguments.project and not keys:
        raise CommandError(f"no project is called {arguments.project}")
    found = [key for name in arguments.names for key in keys if name in (str(key), key.service)]
    for name in arguments.names:
        if not any(name in (str(key), key.service) for key in keys):
            raise CommandError(f"no service is called {name}")
    if arguments.project and not arguments.names:
        mine = dict(snapshot.services())
        found = [key for key in keys if mine[key].gpu]
    return tuple(dict.fromkeys(found))


def devices() -> Snapshot:
    """The drivers alone, no engine asked: processes keep their pids."""
    from nebtui.hosts.gpu.collector import sources
    from nebtui.hosts.gpu.once import once

    rows, stack = once(sources)
    return fold_all(Snapshot(), [GpuStackSeen(stack), Sampled(time.time(), gpus=rows)])
