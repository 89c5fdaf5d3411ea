"""The edits of the fidelity bench for any compose file, and how many lines of a file each may
touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nebtui.compose.editor.verbs import Add, ComposeEdit, Remove, Set
from nebtui.compose.yaml.nodes import Node
from nebtui.compose.yaml.values import equivalent, unwrap
from nebtui.compose.yaml.writer import Value

Maker = Callable[[Mapping[str, Any]], tuple[ComposeEdit, ...]]


def _services(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    services = unwrap(document.get("services")) or {}
    return {
        name: unwrap(body) for name, body in services.items() if isinstance(unwrap(body), Mapping)
    }


def _on_first(
    document: Mapping[str, Any], *edits: Callable[[str], ComposeEdit]
) -> tuple[ComposeEdit, ...]:
    first = next(iter(_services(document)), None)
    return () if first is None else tuple(edit(first) for edit in edits)


def _extra_hosts(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    name = "host.docker.internal"
    return _on_first(document, lambda s: Add(("services", s, "extra_hosts"), name, "host-gateway"))


def _network(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    top = Set(("networks", "nebtui-shared"), {"external": True})
    for name, body in _services(document).items():
        if "network_mode" in body:
            continue
        path = ("services", name, "networks")
        join = (
            Add(path, "nebtui-shared")
            if "networks" in body
            else Set(path, ["default", "nebtui-shared"])
        )
        return (top, join)
    return ()


def _gate(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    for name, body in _services(document).items():
        targets = unwrap(body.get("depends_on"))
        if targets:
            target = str(unwrap(next(iter(targets))))
            return (Set(("services", name, "depends_on", target, "condition"), "service_healthy"),)
    return ()


def _healthcheck(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    test: tuple[str, ...] = ("CMD", "curl", "-f", "http://localhost:8080/health")
    value: dict[str, Value] = {"test": test, "interval": "10s", "timeout": "5s", "retries": 5}
    return _on_first(document, lambda s: Set(("services", s, "healthcheck"), value))


def _user(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    return _on_first(
        document, lambda s: Set(("services", s, "user"), "${HOST_UID:-1000}:${HOST_GID:-1000}")
    )


def _sandbox(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    return _on_first(
        document,
        lambda s: Set(("services", s, "read_only"), True),
        lambda s: Add(("services", s, "tmpfs"), "/tmp:noexec,nosuid,size=64m"),
        lambda s: Set(("services", s, "cap_drop"), ["ALL"]),
        lambda s: Add(("services", s, "security_opt"), "no-new-privileges:true"),
        lambda s: Set(("services", s, "pids_limit"), 256),
    )


def _limits(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    path = ("deploy", "resources", "limits", "memory")
    return _on_first(document, lambda s: Set(("services", s, *path), "2g"))


def _version(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    return (Remove(("version",)),) if "version" in document else ()


def _image(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    for name, body in _services(document).items():
        if "image" in body:
            return (Set(("services", name, "image"), "example.org/image:1.2"),)
    return ()


def _ports(document: Mapping[str, Any]) -> tuple[ComposeEdit, ...]:
    for name, body in _services(document).items():
        if "ports" in body:
            return (Remove(("services", name, "ports")),)
    return ()


EDITS: Mapping[str, Maker] = {
    "add extra_hosts": _extra_hosts,
    "external network, joined": _network,
    "gate depends_on": _gate,
    "set healthcheck": _healthcheck,
    "set user": _user,
    "five sandbox keys": _sandbox,
    "deploy memory limit": _limits,
    "remove version": _version,
    "replace image": _image,
    "remove ports": _ports,
}
"""What is done to each file; no edits where a file has nothing to do it to."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Which lines an edit may change or take away (from 0), and how many it may add beside
    those."""

    lines: frozenset[int]
    added: int


def budget(text: str, root: Node, old: Any, new: Any) -> Budget:
    """The least that an edit must touch: keys added in block style touch no line; a flow
    collection, a short form, a replaced value and a removed key touch their own; a new section or
    service may bring a blank line."""
    lines: set[int] = set()
    added = 0
    for span, size in _touched(root, root, old, new, levels=2):
        added += size
        if span is not None:
            lines |= set(range(text.count("\n", 0, span[0]), text.count("\n", 0, span[1]) + 1))
    return Budget(frozenset(lines), added)


Touched = tuple[tuple[int, int] | None, int]
"""The span that changes (None: nothing that stands), and the lines that may come."""


def _touched(key: Node, node: Node, old: Any, new: Any, *, levels: int) -> Iterator[Touched]:
    old, new = unwrap(old), unwrap(new)
    if equivalent(old, new):
        return
    if (
        isinstance(old, Mapping)
        and isinstance(new, Mapping)
        and old
        and new
        and node.entries
        and not node.flow
    ):
        own = {k.text: (k, v) for k, v in node.entries}
        for name, value in new.items():
            if name in own:
                yield from _touched(*own[name], old[name], value, levels=levels - 1)
            elif name not in old or not equivalent(old[name], value):
                yield None, _size(value) + (levels > 0)
        yield from (
            ((own[name][0].start, own[name][1].end), 0) for name in own.keys() - new.keys() - {"<<"}
        )
    elif (
        isinstance(old, list)
        and isinstance(new, list)
        and not node.flow
        and old
        and equivalent(old, new[: len(old)])
    ):
        yield None, sum(map(_item_size, new[len(old) :]))
    else:
        yield (key.start, node.end), _size(new)


def _size(value: Any) -> int:
    """Lines of `key: value` in block style."""
    value = unwrap(value)
    if isinstance(value, Mapping):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_item_size, value)) if isinstance(value, list) else 1


def _item_size(value: Any) -> int:
    return max(1, _size(value) - isinstance(unwrap(value), Mapping))
