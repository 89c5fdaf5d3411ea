"""Compose's variable interpolation: `$NAME`, `${NAME}`, defaults, required variables, alternatives
and `$$`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", "-", ":?", "?", ":+", "+")


class TemplateError(ValueError):
    """A `${` that is no variable; Compose refuses it too (a literal dollar is written `$$`)."""


class MissingVariableError(ValueError):
    """A `${NAME:?message}` or `${NAME?message}` whose variable is not set."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(
            f"required variable {name} is missing a value: {message}".removesuffix(": ")
        )
        self.name = name
        self.message = message


_MAX_DEPTH = 50
"""Variables nested deeper in each other's defaults are an attack or a mistake."""


def interpolate(
    text: str, variables: Mapping[str, str], depth: int = 0, unset: list[str] | None = None
) -> str:
    """The text with all variables replaced; unset ones become empty, and are added to `unset`.
    `depth`: how many defaults it stands in. Raises MissingVariableError and TemplateError."""
    if depth > _MAX_DEPTH:
        raise TemplateError("invalid interpolation format: variables are nested too deeply")
    parts: list[str] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        parts.append(text[at:dollar])
        if text.startswith("$$", dollar):
            parts.append("$")
            at = dollar + 2
        elif text.startswith("${", dollar):
            end = _closing(text, dollar)
            parts.append(_braced(text[dollar + 2 : end], variables, depth, unset))
            at = end + 1
        else:
            name = _NAME.match(text, dollar + 1)
            if name and name[0] not in variables and unset is not None:
                unset.append(name[0])
            # A dollar that begins no name is itself.
            parts.append(variables.get(name[0], "") if name else "$")
            at = name.end() if name else dollar + 1
    parts.append(text[at:])
    return "".join(parts)


def _closing(text: str, start: int) -> int:
    """Index of the brace that closes the `${` at `start`; only `${` opens a nested one."""
    depth, at = 0, start
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise TemplateError("invalid interpolation format: a brace of `${` is not closed")


def _braced(inner: str, variables: Mapping[str, str], depth: int, unset: list[str] | None) -> str:
    name = _NAME.match(inner)
    if name is None:
        raise TemplateError("invalid interpolation format: `${` is not followed by a name")
    key, rest = name[0], inner[name.end() :]
    operator = next((op for op in _OPERATORS if rest.startswith(op)), "")
    if rest and not operator:
        raise TemplateError(f"invalid interpolation format: what follows `${{{key}` is no operator")
    value = variables.get(key)
    # With a colon an empty value counts as unset.
    present = bool(value) if operator.startswith(":") else value is not None
    argument = rest[len(operator) :]
    match operator[-1:]:
        case "-":
            return (value or "") if present else interpolate(argument, variables, depth + 1, unset)
        case "+":
            return interpolate(argument, variables, depth + 1, unset) if present else ""
        case "?" if not present:
            raise MissingVariableError(key, interpolate(argument, variables, depth + 1))
    if value is None and not operator and unset is not None:
        unset.append(key)
    return value or ""
