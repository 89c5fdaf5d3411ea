"""A machine that ssh reaches: its address in ssh's words, and what is told of it."""

from __future__ import annotations

from urllib.parse import urlsplit


def login(url: str) -> str:
    """`me@gpu1`, as one gives it to ssh."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return f"{user}{parts.hostname or ''}"


def unreachable(url: str, why: str) -> str:
    """That ssh does not get there, one sentence. `why`: what it says itself."""
    to = login(url)
    return (
        f"{to} cannot be reached by ssh ({why}): try `ssh {to}`; nebtui uses your own ssh, without "
        "asking for a password."
    )


def destination(url: str) -> tuple[str, ...]:
    """The words that name the machine to ssh; they end its options."""
    parts = urlsplit(url)
    port = ("-p", str(parts.port)) if parts.port else ()
    user = ("-l", parts.username) if parts.username else ()
    # Not `hostname`, which is in lower case: the machine may be a name of ssh's configuration.
    machine = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}").strip("[]")
    return (*port, *user, "--", machine)
