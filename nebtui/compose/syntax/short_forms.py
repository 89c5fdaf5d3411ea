"""Short forms of Compose values and what they stand for: volumes, ports, commands, durations,
NAME=value lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import zip_longest
from posixpath import normpath
from typing import Any


def text(value: Any) -> str:
    """A scalar as Compose hands it on: `true`, `1.1`, `1e+06`; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _go_float(value) if isinstance(value, float) else str(value)


def _go_float(value: float) -> str:
    """Shortest form, with an exponent from a million on: how Go prints a float."""
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if value == 0 or -4 <= exponent < 6:
        return format(number, "f")
    digits = "".join(map(str, number.as_tuple().digits))
    mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
    return f"{'-' if value < 0 else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def truth(value: Any) -> bool:
    """A boolean, also where interpolation left it as text."""
    return (
        value.lower() in ("true", "yes", "y", "on", "1") if isinstance(value, str) else bool(value)
    )


def pair(item: str) -> tuple[str, str | None]:
    """`NAME=value` as two; a bare NAME has no value."""
    name, equals, value = item.partition("=")
    return name, value if equals else None


def host(item: str) -> tuple[str, str]:
    """`host:ip` or `host=ip` as two, brackets around an IPv6 address dropped."""
    equals, colon = item.find("="), item.find(":")
    at = equals if equals >= 0 else colon
    name, address = (item[:at], item[at + 1 :]) if at >= 0 else (item, "")
    name, address = name.strip(), address.strip()
    return name, address[1:-1] if address.startswith("[") and address.endswith("]") else address


def volume(spec: str) -> dict[str, Any]:
    """A short volume as its long form. A one-letter volume name is read as a Windows drive, as
    Compose does."""
    if len(spec) <= 2:
        return {"type": "volume", "target": spec}
    parts = _volume_parts(spec)
    if len(parts) == 1:
        return {"type": "volume", "target": clean(parts[0])}
    long: dict[str, Any] = {"type": "bind" if is_path(parts[0]) else "volume", "source": parts[0]}
    long["target"] = clean(parts[1])
    if "ro" in ",".join(parts[2:]).split(","):
        long["read_only"] = True
    return long


def _volume_parts(spec: str) -> list[str]:
    parts, buffer, depth = [], "", 0
    for at, char in enumerate(spec):
        depth += (char == "$" and spec[at + 1 : at + 2] == "{") - (char == "}" and depth > 0)
        drive = len(buffer) == 1 and buffer.isalpha()
        if char == ":" and not drive and depth == 0:
            parts.append(buffer)
            buffer = ""
        else:
            buffer += char
    return [*parts, buffer]


def is_path(source: str) -> bool:
    """True if a volume's source is a path on the host, not a volume's name."""
    return (
        source[:1] in (".", "/", "~")
        or source.startswith("\\\\")
        or bool(re.match(r"[^\W\d_]:", source))
    )


def clean(target: str) -> str:
    """A path inside the container without doubled or trailing slashes."""
    return normpath(target).replace("//", "/") if target and "$" not in target else target


_PORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[^:]*):)??(?:(?P<published>[^:]*):)?"
    r"(?P<target>\d+(?:-\d+)?)(?:/(?P<protocol>\w+))?$"
)


def ports(spec: str) -> list[dict[str, Any]]:
    """A short port as its long forms, one for each target port; an unresolved or malformed one
    gives none."""
    match = _PORT.match(spec.strip())
    if match is None:
        return []
    common: dict[str, Any] = {"protocol": match["protocol"] or "tcp"}
    if match["ip"]:
        common["host_ip"] = match["ip"].strip("[]")
    targets, published = _range(match["target"]), match["published"] or ""
    if len(targets) == 1:
        return [{"target": targets[0], **({"published": published} if published else {}), **common}]
    numbers = _range(published) if published else []
    return [
        {"target": target, **({"published": str(number)} if number else {}), **common}
        for target, number in zip_longest(targets, numbers[: len(targets)])
    ]


def _range(spec: str) -> list[int]:
    first, _, last = spec.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        return []
    # More than all ports of a machine is a typing error, not a list to build.
    return list(range(int(first), min(int(last or first), int(first) + 65535) + 1))


def words(command: str) -> tuple[str, ...]:
    """A command line as its words, split as Compose splits it (quotes and backslashes, nothing
    expanded). Compose stops at an unquoted `;`, `|`, `&`, `<` or `>`, and so does this."""
    result: list[str] = []
    word, quote, escaped, started = "", "", False, False
    for char in command:
        if escaped:
            word, escaped, started = word + char, False, True
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            word, quote = (word, "") if char == quote else (word + char, quote)
        elif char in "'\"":
            quote, started = char, True
        elif char in " \t\r\n":
            if word or started:
                result.append(word)
            word, started = "", False
        elif char in ";|&<>":
            break
        else:
            word += char
    return (*result, word) if word or started else tuple(result)


_UNITS: Mapping[str, float] = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")


def seconds(value: Any) -> float | None:
    """A duration (`1m30s`, `500ms`) in seconds; None where it is absent or still holds a
    variable."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) / 1e9
    if not isinstance(value, str) or not value:
        return None
    found = _DURATION.findall(value)
    if not found or "".join(number + unit for number, unit in found) != value:
        return None
    return round(sum(float(number) * _UNITS[unit] for number, unit in found), 9)
