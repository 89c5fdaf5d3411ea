"""What an unquoted YAML scalar means to Compose (Go's yaml.v3): `yes` stays text, `0755` is octal,
dates stay text."""

from __future__ import annotations

import re
from typing import Any

_INT = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WORDS_NULL = {"", "~", "null", "Null", "NULL"}


def plain(value: str) -> Any:
    """What an unquoted scalar means: null, bool, int, float, else text."""
    if value in _WORDS_NULL:
        return None
    if value in _WORDS:
        return _WORDS[value]
    if _INT.match(value):
        return _integer(value)
    if _FLOAT.match(value):
        return float(value.replace("_", ""))
    return value


def _integer(value: str) -> int | str:
    digits = value.replace("_", "").lower()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        if digits.startswith("0") and len(digits) > 1 and digits[1].isdecimal():
            return sign * int(digits, 8)
        return sign * int(digits, 0)
    except ValueError:
        return value
