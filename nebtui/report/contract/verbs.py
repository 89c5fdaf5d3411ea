"""Which shape the JSON of each verb has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nebtui.report.contract.box import StatusesJson, StatusJson
from nebtui.report.contract.devices import GpusJson
from nebtui.report.contract.findings import CheckJson, ChecksJson, FixesJson, FixJson
from nebtui.report.contract.lines import LogLineJson, ReachAcrossJson, ReachJson
from nebtui.report.contract.network_graph import GraphJson, GraphsJson
from nebtui.report.contract.own import (
    ConfigJson,
    DoctorJson,
    HostsJson,
    RuleJson,
    RulesJson,
    UndoJson,
    UndoListJson,
    UndoListsJson,
)
from nebtui.report.contract.schema import Schema, json_schema
from nebtui.report.contract.starts import StartJson, StartsJson

OUTPUTS: Mapping[str, Any] = {
    "check": CheckJson | ChecksJson,
    "fix": FixJson | FixesJson,
    "undo": UndoJson | UndoListJson | UndoListsJson,
    "status": StatusJson | StatusesJson,
    "demo": StatusJson,
    "replay": StatusJson,
    "graph": GraphJson | GraphsJson,
    "reach": ReachJson | ReachAcrossJson,
    "logs": LogLineJson,
    "startup": StartJson | StartsJson,
    "gpu": GpusJson,
    "doctor": DoctorJson,
    "hosts": HostsJson,
    "rule": RulesJson | RuleJson,
    "config": ConfigJson,
}
"""Of every verb that prints JSON of nebtui's own."""


def schema_of(verb: str) -> Schema:
    """The JSON Schema of what the verb prints with `--format json`."""
    return json_schema(OUTPUTS[verb], f"nebtui {verb} --format json")
