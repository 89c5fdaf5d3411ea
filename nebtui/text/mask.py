"""Masks what must not be shown: passwords in URLs, values of variables that are named like secrets,
env file values."""

from __future__ import annotations

import re

MASK = "•••"

_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(@)")
_NAMED = re.compile(
    r"(?i)((?:passw(?:or)?d|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credential)[\w.-]{0,100}"
    # A colon alone is no separator: `./secret:/run/secret:ro` is a mount.
    r"(?:[\"']?\s{0,20}=|[\"']?\s{0,20}:\s|[\"']\s{0,20}:)\s{0,20}[\"']?)(?!\s*$)([^\s\"',}][^\r\n\"']*)"
)
_ENV = re.compile(r"^(\s*(?:export\s+)?[\w.-]+\s*=)(.+)$")

_IDS = re.compile(r"^\s*(?:export\s+)?\w*(?:UID|GID)\s*=\s*\d*\s*$")


def mask(text: str) -> str:
    """A line of a compose file, a command or an environment with its secrets masked; `${NAME}`
    stays readable."""
    text = _URL.sub(rf"\1{MASK}\2", text)
    return _NAMED.sub(
        lambda m: m.group(0) if m.group(2).startswith("$") else m.group(1) + MASK, text
    )


def mask_env(line: str) -> str:
    """A line of an env file with its value masked; user and group ids are no secret."""
    return line if _IDS.match(line) else _ENV.sub(rf"\1{MASK}", line)


def is_env(path: str) -> bool:
    """True for a file that is named like an env file: its values are never shown."""
    name = path.rpartition("/")[2]
    return name.startswith(".env") or name.endswith(".env")
