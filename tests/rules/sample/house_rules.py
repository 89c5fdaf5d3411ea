"""A long-running service is not started again after a crash.

What: no `restart` in a service that publishes ports.
Why it bites: the first crash at night is the last thing it does.
Fix: `restart: unless-stopped`, unsafe because a crash loop starts for ever.
"""

from collections.abc import Iterator

from nebtui.compose.editor.verbs import Set
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import FileEdit, Finding, Fix, Options, Recreate, Rule, layer_for, service_of

NAME = "no-restart"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding for each service with ports and without `restart`."""
    for key, service in snapshot.services():
        if service.ports and service.restart is None:
            yield Finding(
                NAME,
                "warning",
                key.project,
                key.service,
                "",
                "is not started again after a crash",
                ("no restart",),
                "unsafe",
                service.origin(),
                "add restart: unless-stopped",
            )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Set `restart` where the service stands."""
    key, service = service_of(snapshot, finding)
    layer = layer_for(snapshot.projects[key.project], service, "restart")
    edit = FileEdit(layer.file, Set((*layer.path, "restart"), "unless-stopped"))
    up = Recreate(key.project, (key.service,))
    return Fix(f"start {key} again after a crash", "unsafe", (edit,), recreate=(up,))


RULE = Rule(name=NAME, severity="warning", key="", manual=__doc__, find=find, fix=fix)
