"""What a Dockerfile does that matters for the image it makes: who runs it, what it installs, what
it copies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.dockerfile import Dockerfile, Instruction
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

_ROOT = re.compile(r"(?:root|0)(?::.*)?")
_DROPS = re.compile(r"\b(?:gosu|su-exec|setpriv|s6-setuidgid|chpst|runuser|tini-su)\b")
_PIP = re.compile(
    r"(?<!uv )(?<![\w-])(?:pip3?(?:\.\d+)?|python3?(?:\.\d+)? -m pip)\s+(?:-\S+\s+)*install\b"
)
_COMMANDS = re.compile(r"&&|;|\n(?!\s)")
_SEPARATOR = re.compile(r"(&&|\|\||;)")
_INSTALLS = re.compile(
    _PIP.pattern + r"|\b(?:npm (?:ci|install)|yarn install|pnpm install|poetry install|uv sync|"
    r"uv pip install|bundle install|go build|cargo build|mvn (?:\S+ )*package|gradle(?:w)? build|"
    r"dotnet publish|make install)\b|\b(?:build-essential|build-base)\b"
)


@dataclass(frozen=True, slots=True)
class BuiltFrom:
    """A service with the Dockerfile that makes its image."""

    key: ServiceKey
    service: Service
    dockerfile: Dockerfile


def builds(snapshot: Snapshot) -> Iterator[BuiltFrom]:
    """The services whose Dockerfile could be read and builds something."""
    for key, service in snapshot.services():
        source = service.build.source if service.build else None
        if source is not None and source.chain:
            yield BuiltFrom(key, service, source)


def origin(dockerfile: Dockerfile, instruction: Instruction) -> Origin:
    """Where an instruction stands."""
    return Origin(dockerfile.path, instruction.line)


def base_line(dockerfile: Dockerfile) -> Instruction:
    """The FROM of the stage that is built."""
    return dockerfile.chain[-1].body[0]


def script(instruction: Instruction) -> str:
    """What a RUN runs: its line and its heredocs."""
    return "\n".join((instruction.rest, *instruction.heredocs))


def last_user(dockerfile: Dockerfile) -> Instruction | None:
    """The USER that the image ends with; None where its base decides."""
    return next((one for one in reversed(dockerfile.body) if one.keyword == "USER"), None)


def user_of(dockerfile: Dockerfile) -> str | None:
    """The user that the image ends with, as written; "" where the base or an argument decides, None
    where it is root."""
    found = last_user(dockerfile)
    if found is None or "$" in found.body:
        return ""
    return None if _ROOT.fullmatch(found.body.strip()) else found.body.strip()


def drops_privileges(dockerfile: Dockerfile) -> bool:
    """It brings a program with which its start-up script becomes another user."""
    return any(_DROPS.search(script(one)) for one in dockerfile.body)


def pip_installs(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """The RUN lines that install with pip and leave its cache in the image."""
    variables = (one.body for one in dockerfile.body if one.keyword in ("ENV", "ARG"))
    if any(re.search(r"\bPIP_NO_CACHE_DIR\b", body) for body in variables):
        return
    for one in dockerfile.body:
        text = script(one)
        if one.keyword == "RUN" and _PIP.search(text) and not _uncached(one.rest, text):
            yield one


def cached_commands(line: Instruction) -> tuple[str, ...]:
    """The pip commands of a RUN that keep the cache."""
    commands = (one for one in _COMMANDS.split(script(line)) if _PIP.search(one))
    return tuple(" ".join(one.split()) for one in commands if "--no-cache" not in one)


def _uncached(rest: str, text: str) -> bool:
    if "--mount=type=cache" in rest or "PIP_NO_CACHE_DIR" in text:
        return True
    if re.search(r"pip3?\s+cache\s+purge|rm\s+-\w*r\w*\s+[^&|;]*\.cache", text):
        return True
    commands = (one for one in _COMMANDS.split(text) if _PIP.search(one))
    return all("--no-cache" in one for one in commands)


def with_no_cache(text: str) -> str:
    """The text of a RUN with the option at each pip install that lacks it."""
    return "".join(
        part if "--no-cache" in part else _PIP.sub(r"\g<0> --no-cache-dir", part)
        for part in _SEPARATOR.split(text)
    )


def dependency_install(dockerfile: Dockerfile) -> tuple[Instruction, str] | None:
    """The line that installs or compiles dependencies in the only stage of the file, and what in it
    does; None where there are several stages, or no such line."""
    if len(dockerfile.stages) != 1:
        return None
    for one in dockerfile.body:
        if one.keyword == "RUN" and (match := _INSTALLS.search(script(one))):
            return one, match[0]
    return None


def unowned_copies(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """The lines that copy folders of the context for an image that ends as another user than root,
    and leave them to root. None where a later line gives files away."""
    if not user_of(dockerfile) or any(
        one.keyword == "RUN" and re.search(r"\bchown\b", script(one)) for one in dockerfile.body
    ):
        return
    for one in dockerfile.body:
        if one.keyword not in ("COPY", "ADD") or {"from", "chown", "chmod"} & one.flags.keys():
            continue
        sources = one.words[:-1] if one.words else tuple(one.body.split()[:-1])
        if not one.heredocs and any(_folder(source) for source in sources):
            yield one


def _folder(source: str) -> bool:
    """A folder of the context, as far as its name tells: no file with an ending, no address."""
    name = source.rstrip("/").rpartition("/")[2]
    return source in (".", "./") or (
        not re.search(r"[*?$\[]|://|\.", name) and name.islower() and source != "/"
    )


def creates(dockerfile: Dockerfile, user: str, before: Instruction) -> bool:
    """A line before this one makes the user, so that files can be given to it by name."""
    name = re.escape(user.partition(":")[0])
    pattern = re.compile(rf"\b(?:useradd|adduser)\b[^&|;\n]*\b{name}\b")
    earlier = (one for one in dockerfile.body if one.line < before.line and one.keyword == "RUN")
    return any(pattern.search(script(one)) for one in earlier)
