"""One entry of the tables about images, and how the tables are read.

The data is the files in `images/` (their language: `images/applications.toml`), each entry with its
source, its date and the basis it rests on: D a Dockerfile or source was read, U upstream's own
compose file, W compose files in the wild, I an issue thread, K general knowledge that nobody
verified here. Healthchecks stand as in a compose *file*: `$$` where the container shall see one
dollar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache
from typing import Any, Literal

from nebtui.facts.healthcheck import Healthcheck
from nebtui.knowledge.probes import http_test, port_test, probe_programs
from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped

TABLES = (
    *("applications", "assistants-and-workflow", "databases", "families", "inference"),
    *("queues-and-storage", "vectors-and-search", "web-and-observability"),
)
"""The tables of the folder `images`; of several entries for an image the first wins."""
_OPTIONAL = re.compile(r"<<(.*?)>>")
_TIMING = {"interval": 5, "timeout": 5, "retries": 12, "start_period": 30}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold for a healthcheck to be able to pass, looked up in the service's own
    command, variables and mounts. All that is given must hold."""

    says: str
    """What is missing where it does not hold, as half a sentence after "its known test would fail:
    "."""
    words: tuple[str, ...] = ()
    """Regular expressions: one of them is found in the entrypoint and command, or one of
    `variables` holds."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name of a variable → regular expression that its whole value matches."""
    no_words: tuple[str, ...] = ()
    """Regular expressions, none of which may be found in the entrypoint and command."""
    no_variables: Mapping[str, str] = field(default_factory=dict)
    """As `variables`; none of them may hold. `.+` is any value."""
    no_mounts: tuple[str, ...] = ()
    """Folders or files in the container at or below which nothing is mounted."""
    tags: str = ""
    """The tags it is asked for, as in `ImageKnowledge.tags`."""


@dataclass(frozen=True, slots=True)
class ImageKnowledge:
    """One entry: the images it speaks of, and what holds for them."""

    name: str
    images: tuple[str, ...]
    """Globs of repositories, without registry and tag."""
    tags: str = ""
    """Which tags it holds for: "" all, else comparisons and globs, all of which must hold: `>=1.0`,
    `server*`, `!cpu*`. A tag that carries no version passes every comparison."""
    ports: tuple[int, ...] = ()
    """Where it listens inside the container, the port of the test first."""
    test: Healthcheck | None = None
    """How to ask it on the first of `ports`; where `built_in` is set only for images that turn out
    to lack their own test."""
    template: tuple[str, ...] = ()
    """The same test with `{port}` for the port; `<<…>>` is left out where that is the first of
    `ports`."""
    path: str = ""
    """The path that a test over HTTP asks; "" for a test of another kind."""
    needs: tuple[str, ...] = ()
    """The programs that the test needs in the image."""
    ready: Literal["ready", "alive"] = "ready"
    """What a pass says: it serves requests, or merely its process answers."""
    built_in: bool = False
    """The image has a HEALTHCHECK of its own, which is not to be overridden."""
    basis: str = "K"
    source: str = ""
    date: str = ""
    note: str = ""
    drops_privileges: bool = False
    """It starts as root and becomes another user by itself, so `user:` is not the way to other
    files' owners."""
    one_shot: bool = False
    """A job: it does its work and exits."""
    role: str = ""
    without_gpu: Literal["", "refuses", "falls-back"] = ""
    """What it does when a GPU was asked for and is not there: refuses to start, or computes on the
    CPU in silence."""
    family: bool = False
    """Known by the sound of its name only: what it ships is not known for sure."""
    not_images: tuple[str, ...] = ()
    """Globs of repositories that `images` would match and that are something else."""
    commands: tuple[str, ...] = ()
    """Pieces of a command line that mean this server whatever its image is called."""
    port_flags: tuple[str, ...] = ()
    """Options of its command line whose value is the port it listens on."""
    port_variables: tuple[str, ...] = ()
    """Variables whose value is that port, alone or behind the last colon."""
    shares_memory: bool = False
    """Its processes pass tensors through /dev/shm (PyTorch workers, NCCL)."""
    first_on_socket: bool = False
    """While it fills an empty data folder, a temporary server answers on its socket only."""
    encloses: str = ""
    """By what means it encloses the programs that it runs, which takes rights of its container; ""
    where it leaves that to the container."""
    open_files: int = 0
    """Open files that its documentation asks for (`ulimits.nofile`); 0 where it names none."""
    built_in_port: int = 0
    """The port that its own test asks, wherever it is told to listen; 0 where it follows, or is
    not known."""
    conditions: tuple[Condition, ...] = ()
    """What must hold for its healthcheck to be able to pass."""


@cache
def entries() -> tuple[ImageKnowledge, ...]:
    """All entries, in the order of the files (of two equally specific ones the earlier, newer one
    wins)."""
    texts = (shipped("nebtui.knowledge", f"images/{name}.toml") for name in TABLES)
    loaded = [tomllib.loads(text) for text in texts]
    return tuple(_entry({**one.get("all", {}), **row}) for one in loaded for row in one["image"])


def _entry(row: Mapping[str, Any]) -> ImageKnowledge:
    """A TOML table as an entry; `http` and `tcp` are short for the tests that `probes` builds."""
    fields = {
        key: _frozen(value)
        for key, value in row.items()
        if key not in {"test", "http", "tcp", "conditions", *_TIMING}
    }
    fields["conditions"] = tuple(
        Condition(**{key: _frozen(value) for key, value in one.items()})
        for one in row.get("conditions", ())
    )
    template = _template(row)
    if not template:
        return ImageKnowledge(**fields)
    timing = {
        key: float(row.get(key, default)) for key, default in _TIMING.items() if key != "retries"
    }
    words = _filled(template, fields.get("ports", (0,))[0], default=True)
    test = Healthcheck(words, retries=row.get("retries", _TIMING["retries"]), **timing)
    needs = fields.pop("needs", probe_programs(test))
    path = row["http"]["path"] if "http" in row else ""
    return ImageKnowledge(**fields, needs=needs, test=test, template=template, path=path)


def test_at(known: ImageKnowledge, port: int) -> Healthcheck | None:
    """The known test, asking this port; None where there is no test, or it asks no port and this is
    not where the server listens by itself."""
    default = bool(known.ports) and port == known.ports[0]
    if known.test is None or default:
        return known.test
    if not any("{port}" in word for word in known.template):
        return None
    return replace(known.test, test=_filled(known.template, port, default=False))


def _filled(template: tuple[str, ...], port: int, *, default: bool) -> tuple[str, ...]:
    kept = (_OPTIONAL.sub("" if default else r"\1", word) for word in template)
    return tuple(word.replace("{port}", str(port)) for word in kept)


def _template(row: Mapping[str, Any]) -> tuple[str, ...]:
    if "http" in row:
        return http_test("{port}", row["http"]["path"], row["http"]["by"])
    if "tcp" in row:
        return port_test("{port}").test
    return tuple(row.get("test", ()))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
