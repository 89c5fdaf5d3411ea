"""What becomes of a value whose variable is not set: Compose puts nothing in its place and goes on
as far as it can. Measured with Compose 2.40."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nebtui.compose.yaml.located import Path
from nebtui.facts.declared import Origin, UnsetVariable

Met = tuple[Path, str, str, tuple[str, ...], Origin]
"""A path in a file, the text as written, what is left of it, the variables without value, the
place."""

_REFUSED = {
    "cpus": "no number",
    "cpu_count": "no number",
    "cpu_shares": "no number",
    "scale": "no number",
    "pids_limit": "no number",
    "replicas": "no number",
    "retries": "no number",
    "count": "no number",
    "mem_limit": "no size",
    "mem_reservation": "no size",
    "memswap_limit": "no size",
    "shm_size": "no size",
    "memory": "no size",
    "interval": "no duration",
    "timeout": "no duration",
    "start_period": "no duration",
    "stop_grace_period": "no duration",
    "privileged": "neither true nor false",
    "read_only": "neither true nor false",
    "init": "neither true nor false",
    "tty": "neither true nor false",
    "stdin_open": "neither true nor false",
    "container_name": "no name",
}
"""Keys whose empty value Compose refuses, and what it is then."""


def unset_variables(
    met: Iterable[Met], places: Mapping[str, Mapping[Path, Origin]]
) -> tuple[UnsetVariable, ...]:
    """The variables without value of the services that a project really has. `places`: the origins
    of each service, to leave out what another file overrides."""
    result: dict[tuple[str, Path, str], UnsetVariable] = {}
    for path, written, left, names, origin in met:
        if path[:1] != ("services",) or len(path) < 3:
            continue
        for service, origins in places.items():
            if origin not in origins.values():
                continue
            meaning, refused = consequence(path[2:], left)
            for name in names:
                one = UnsetVariable(
                    name, service, path[2:], written, left, origin, meaning, refused
                )
                result.setdefault((service, path, name), one)
    return tuple(result.values())


def consequence(path: Path, left: str) -> tuple[str, bool]:
    """What the text that is left does at this path below a service ("" = nothing amiss), and
    whether Compose or the engine refuses it."""
    key, last = path[0], path[-1]
    if not left and last in _REFUSED and key not in ("environment", "labels", "command"):
        return f"leaves {_REFUSED[last]}: Compose refuses the file", True
    if key == "ports":
        return _port(last, left)
    if key == "volumes":
        return _volume(last, left)
    if key == "user":
        return _user(left)
    if key == "image":
        return _image(left)
    if key in ("depends_on", "networks", "env_file") and not left:
        return "leaves an empty name: Compose refuses the file", True
    if key == "extra_hosts" and re.search(r"[:=]$", left):
        return "leaves a host without address: the engine refuses it", True
    if key == "ulimits" and not left:
        return "leaves no number: Compose refuses the file", True
    return "", False


def _port(last: str, left: str) -> tuple[str, bool]:
    if last == "published" or re.fullmatch(r":\d+(/\w+)?", left):
        return "publishes on a free port that the engine chooses", False
    if last in ("target", "host_ip", "protocol", "mode"):
        return (
            ("leaves no port: Compose refuses the file", True) if last == "target" else ("", False)
        )
    if not left or left.endswith(":") or "/" in left[:1]:
        return f"leaves {left or 'nothing'}: Compose refuses the file (invalid proto)", True
    if re.fullmatch(r":\d[\d-]*:\d.*", left):
        return "publishes on every address of the host", False
    return "", False


def _volume(last: str, left: str) -> tuple[str, bool]:
    if last == "source":
        return ("mounts the project's own folder", False) if not left else _rooted(left)
    if last in ("target", "type", "read_only"):
        return "", False
    if not left or left.startswith(":") or "::" in left or left.endswith(":"):
        return f"leaves {left or 'nothing'}: Compose refuses the file (invalid spec)", True
    return _rooted(left.partition(":")[0])


def _rooted(source: str) -> tuple[str, bool]:
    """What stood before the slash was the variable."""
    return (
        (f"mounts {source} from the host's root folder", False)
        if source[:1] == "/"
        else ("", False)
    )


def _user(left: str) -> tuple[str, bool]:
    if left == "":
        return "runs as the image's own user, mostly root", False
    if left == ":":
        return "runs as root, whoever the image's own user is", False
    if left.startswith(":"):
        return "runs as root with that group", False
    return "", False


def _image(left: str) -> tuple[str, bool]:
    if not left:
        return "leaves no image: Compose refuses the file", True
    if left.endswith((":", "/", "@")) or left.startswith(("/", ":")):
        return f"leaves the image {left}, which is no name: the engine refuses it", True
    return "", False
