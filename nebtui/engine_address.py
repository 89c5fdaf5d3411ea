"""The address of an engine as a person writes it: ssh://, tcp://, unix://, or the name of a Docker
context."""

from __future__ import annotations

from urllib.parse import urlsplit

from nebtui.light_pattern import pattern

KINDS = "ssh://[USER@]MACHINE, tcp://MACHINE:PORT, unix:///SOCKET or the name of a Docker context"
_CONTEXT = pattern(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,200}")
_BOX = pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_WORD = pattern(r"[A-Za-z0-9_.][A-Za-z0-9_.@%+:-]{0,252}")
"""A user or machine: never one that a program could take for an option."""


class EngineAddressError(ValueError):
    """An address that no engine can have; the text says what is wrong with it."""


def checked(address: str) -> str:
    """The address itself; EngineAddressError where it is none."""
    scheme, separator, _ = address.partition("://")
    if not separator:
        if not _CONTEXT.fullmatch(address):
            raise EngineAddressError(f"{address!r} is no address: write {KINDS}")
        return address
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise EngineAddressError(f"{address!r} is no address: {error}") from None
    if parts.password is not None:
        raise EngineAddressError(
            f"{scheme}://…: leave the password out: ssh has keys, TLS has certificates"
        )
    if scheme == "unix":
        if not parts.path.startswith("/") or parts.netloc:
            raise EngineAddressError(f"{address!r} names no socket: write unix:///PATH")
        return address
    if scheme not in ("ssh", "tcp"):
        raise EngineAddressError(f"{address!r}: write {KINDS}")
    named = (parts.hostname or "", parts.username or "me")
    if not all(_WORD.fullmatch(word) for word in named):
        raise EngineAddressError(f"{address!r} names no machine: write {KINDS}")
    if scheme == "tcp" and port is None:
        raise EngineAddressError(f"{address!r} has no port: write tcp://MACHINE:2376")
    return address


def box_name(name: str) -> str:
    """The name itself; EngineAddressError where it cannot be one of a box."""
    if not _BOX.fullmatch(name):
        raise EngineAddressError(
            f"{name!r} is no name of a box: letters, digits, '.', '-' and '_', at most 63"
        )
    return name
