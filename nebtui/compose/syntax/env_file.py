"""Env files: `.env` beside a project and the `env_file` of a service, read as Compose reads
them."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nebtui.compose.syntax.interpolate import MissingVariableError, TemplateError, interpolate
from nebtui.disk.read import UnreadableError

if TYPE_CHECKING:
    from dotenv.parser import Binding

_COLON = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*):(?:[ \t]+(.*))?$")


def parse(
    text: str, path: str, environment: Mapping[str, str], *, raw: bool = False
) -> dict[str, str]:
    """Names and values of an env file. Values may use variables of `environment` and of earlier
    lines; `environment` wins. A bare NAME takes the environment's value and is left out where there
    is none. With `raw` the text after `=` is the value, quotes and dollars included. Raises
    UnreadableError with the line."""
    if raw:
        return _raw(text)
    from dotenv.parser import parse_stream  # 8 ms, and most projects have no env file

    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text.removeprefix("\ufeff"))):
        key, value = _pair(binding, path)
        if key is None:
            continue
        if value is None:
            if key in environment:
                values[key] = environment[key]
            continue
        values[key] = _expanded(binding, value, {**values, **environment}, path)
    return values


def _pair(binding: Binding, path: str) -> tuple[str | None, str | None]:
    if not binding.error:
        return binding.key, binding.value
    # Compose reads `NAME: value` too; python-dotenv calls it an error.
    if colon := _COLON.match(binding.original.string.rstrip("\r\n")):
        return colon[1], (colon[2] or "").strip().strip("\"'")
    raise UnreadableError(path, "is not NAME=value here", binding.original.line)


def _expanded(binding: Binding, value: str, variables: Mapping[str, str], path: str) -> str:
    after = binding.original.string.partition("=")[2].lstrip()
    if "$" not in value or after.startswith("'"):
        return value
    try:
        # A backslash keeps a dollar literal.
        return interpolate(value.replace("\\$", "$$"), variables)
    except MissingVariableError as error:
        raise UnreadableError(path, str(error), binding.original.line) from None
    except TemplateError:
        # Env files are full of passwords with dollars; Compose leaves what is no variable as it is.
        return _lenient(value, variables)


def _lenient(value: str, variables: Mapping[str, str]) -> str:
    pattern = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
    return pattern.sub(lambda match: variables.get(match[1] or match[2], ""), value)


def _raw(text: str) -> dict[str, str]:
    pairs = (
        line.partition("=")
        for line in text.splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    )
    return {key.strip(): value for key, _, value in pairs}
