"""Merges one compose mapping over another as Compose does for several `-f` files and for `extends`.

Works on located values in their long forms (long_forms.py): what may be written as a list of pairs
is a mapping already, so that maps merge by key and true sequences append, and each value keeps the
place it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from nebtui.compose.syntax.short_forms import text
from nebtui.compose.yaml.located import Located, Path

_REPLACED = {
    ("services", "*", "command"),
    ("services", "*", "entrypoint"),
    ("services", "*", "healthcheck", "test"),
}
_SERVICE = ("services", "*")


def merge(base: Located, over: Located, path: Path = ()) -> Located | None:
    """`over` merged onto `base` at a path of a project (`()` = the whole project); None = reset
    away."""
    if over.tag == "!reset":
        return None
    if over.tag == "!override" or base.tag == "!reset":
        return Located(over.value, over.origin)
    if _matches(path, _REPLACED):
        return over
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        if path[2:] == ("logging",) and _other_driver(base, over):
            return over
        return over.with_value(_mappings(base.value, over.value, path))
    if isinstance(base.value, list) and isinstance(over.value, list):
        return over.with_value(unique([*base.value, *over.value], path))
    if over.value is None and isinstance(base.value, dict | list):
        return base
    return over


def _mappings(base: dict[str, Located], over: dict[str, Located], path: Path) -> dict[str, Located]:
    merged = dict(base)
    for key, value in over.items():
        if key not in base or key.startswith("x-"):
            # A reset of something that is not there stays, for what this is merged onto later.
            merged[key] = value
            continue
        result = merge(base[key], value, (*path, key))
        if result is None:
            del merged[key]
        else:
            merged[key] = result
    return merged


def _other_driver(base: Located, over: Located) -> bool:
    """Logging options of different drivers do not mix."""
    one, two = base.get("driver"), over.get("driver")
    return one is not None and two is not None and one.value != two.value


def unique(items: list[Located], path: Path) -> list[Located]:
    """The items of a service's sequence without redefinitions: the later one takes the earlier
    one's position."""
    key = _KEYS.get(path[2]) if len(path) == 3 and _matches(path[:2], {_SERVICE}) else None
    if key is None:
        return items
    results: dict[Any, Located] = {}
    for item in items:
        results[key(item)] = item
    return list(results.values())


def _matches(path: Path, patterns: set[tuple[str, ...]]) -> bool:
    return any(
        len(path) == len(pattern)
        and all(
            fnmatchcase(p, q) if q == "*" else p == q for p, q in zip(path, pattern, strict=True)
        )
        for pattern in patterns
    )


def _itself(item: Located) -> Any:
    return text(item.value) if not isinstance(item.value, dict | list) else id(item)


def _field(*names: str, default: str = "") -> Callable[[Located], Any]:
    def key(item: Located) -> Any:
        if not isinstance(item.value, dict):
            return _itself(item)
        return tuple(text(field.value) if (field := item.get(name)) else default for name in names)

    return key


def _mounted(item: Located) -> Any:
    """Where a secret or config appears in the container."""
    if not isinstance(item.value, dict):
        return text(item.value)
    place = item.get("target") or item.get("source")
    return text(place.value) if place else id(item)


_KEYS: dict[str, Callable[[Located], Any]] = {
    "volumes": _field("target"),
    "ports": _field("host_ip", "published", "target", "protocol"),
    "devices": _field("target"),
    "env_file": _field("path"),
    "secrets": _mounted,
    "configs": _mounted,
    **dict.fromkeys(
        (
            "cap_add",
            "cap_drop",
            "dns",
            "dns_opt",
            "dns_search",
            "expose",
            "links",
            "profiles",
            "tmpfs",
            "group_add",
        ),
        _itself,
    ),
}
