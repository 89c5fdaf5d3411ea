"""Marking a service as a sandbox for untrusted code: the label that the rule open-sandbox reads."""

from __future__ import annotations

from nebtui.analysis.sandbox import LABEL, SANDBOX, labelled
from nebtui.compose.editor.verbs import Edit, Remove, Set
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import FileEdit, Fix, NoFixError, Recreate, layer_for


def mark(snapshot: Snapshot, key: ServiceKey) -> Fix:
    """The edit that writes the label, or takes it away where it stands. NoFixError where no file
    declares the service."""
    service = snapshot.service(key)
    if service is None:
        raise NoFixError("the service is not declared in a file nebtui can read")
    layer = layer_for(snapshot.projects[key.project], service, "labels", LABEL)
    path = (*layer.path, "labels", LABEL)
    known = labelled(service)
    edit: Edit = Remove(path) if known else Set(path, SANDBOX)
    return Fix(
        title=f"{key} is no sandbox" if known else f"mark {key} as a sandbox for untrusted code",
        applicability="safe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=() if known else ("x then closes it: network, root, rights, limits",),
    )
