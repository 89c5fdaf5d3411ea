"""What env files and variables of nebtui's own environment bring into a service's environment."""

from __future__ import annotations

import os.path
from collections.abc import Mapping

from nebtui.compose.reader.context import ReadContext, env_of
from nebtui.compose.syntax import short_forms
from nebtui.compose.yaml.located import Located, locate, plain_value
from nebtui.disk.read import UnreadableError
from nebtui.facts.project import Problem, asked_for


def with_env_files(
    context: ReadContext, document: Located, variables: Mapping[str, str]
) -> Located:
    """Each service with its env files' values under its own `environment`, as `config` shows
    them."""
    services = document.get("services")
    if services is None or not isinstance(services.value, dict):
        return document
    bodies = {
        name: _with_env_file(context, body, variables) for name, body in services.value.items()
    }
    return document.child("services", services.with_value(bodies))


def _with_env_file(context: ReadContext, body: Located, variables: Mapping[str, str]) -> Located:
    files = body.get("env_file")
    if files is None or not isinstance(files.value, list):
        return body
    result: dict[str, str] = {}
    for item in files.value:
        entry = plain_value(item)
        if not isinstance(entry, dict) or not isinstance(path := entry.get("path"), str):
            continue
        required = short_forms.truth(entry.get("required", True)) and _active(body, variables)
        optional, raw = not required, entry.get("format") == "raw"
        known = len(context.warnings)
        result |= env_of(context, path, {**result, **variables}, optional=optional, raw=raw)
        if context.warnings[known:] and item.origin:
            # A person looks for the line that names the file, not for a file that is not there.
            message = f"env_file {path} {context.warnings[known].message}"
            context.warnings[known:] = [Problem(item.origin.file, item.origin.line, message)]
    own = body.get("environment") or Located({})
    return body.child(
        "environment", own.with_value({k: locate(v) for k, v in result.items()} | mapping_of(own))
    )


def _active(body: Located, variables: Mapping[str, str]) -> bool:
    """Whether a plain `up` has the service: Compose does not look for the env files of one whose
    profiles are not asked for."""
    profiles = body.get("profiles")
    given = plain_value(profiles) if profiles is not None else None
    return not isinstance(given, list) or asked_for([*map(str, given)], variables)


def environment_resolved(document: Located, variables: Mapping[str, str]) -> Located:
    """Names without a value in `environment` take the value that nebtui's own environment or `.env`
    has."""

    def resolved(service: Located) -> Located:
        environment = service.get("environment")
        if environment is None or not isinstance(environment.value, dict):
            return service
        values = {
            name: value.with_value(variables[name])
            if value.value is None and name in variables
            else value
            for name, value in environment.value.items()
        }
        return service.child("environment", environment.with_value(values))

    services = document.get("services")
    if services is None or not isinstance(services.value, dict):
        return document
    return document.child(
        "services", services.with_value({k: resolved(v) for k, v in services.value.items()})
    )


def mapping_of(spot: Located | None) -> dict[str, Located]:
    return spot.value if spot is not None and isinstance(spot.value, dict) else {}


def look_at_label_files(context: ReadContext, document: Located, folder: str) -> None:
    """Read the files of `label_file` (Compose 2.32 and newer does), only to know whether they can
    be read; one that is not there is Compose's to complain of."""
    for body in mapping_of(document.get("services")).values():
        given = plain_value(body.get("label_file") or Located(None))
        for path in given if isinstance(given, list) else [given]:
            if isinstance(path, str):
                try:
                    context.text(os.path.join(folder, path))
                except UnreadableError as error:
                    if error.unbounded:
                        context.report(error.path, error.line, error.message)
