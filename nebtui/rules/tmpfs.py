"""A folder in memory: an entry of a service's `tmpfs`, and the item of `volumes` that means the
same."""

from __future__ import annotations

from nebtui.compose.yaml.writer import Value


def tmpfs_volume(target: str, size: int | None) -> dict[str, Value]:
    """An item of `volumes` that is a folder in memory; `size` in bytes, None = half of it."""
    sized: dict[str, Value] = {} if size is None else {"tmpfs": {"size": size}}
    return {"type": "tmpfs", "target": target, **sized}


def tmpfs_folder(entry: str) -> tuple[str, int | None] | None:
    """The folder of a `tmpfs` entry and its size in bytes, None = half of the memory; None where it
    has another option."""
    target, _, options = entry.partition(":")
    if not options:
        return target, None
    name, _, value = options.partition("=")
    size = _bytes(value) if name == "size" else None
    return None if size is None else (target, size)


def _bytes(text: str) -> int | None:
    """`64m`, `1g`, `1000` as mount(8) reads them."""
    power = {"k": 10, "m": 20, "g": 30}.get(text[-1:].lower(), 0)
    digits = text[:-1] if power else text
    return int(digits) << power if digits.isascii() and digits.isdigit() else None
