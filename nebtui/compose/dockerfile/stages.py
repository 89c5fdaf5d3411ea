"""What the stage that is built starts from and adds: base image, programs, healthcheck, user,
ports."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nebtui.compose.dockerfile.instructions import instructions
from nebtui.facts.build import Stage
from nebtui.facts.dockerfile import Dockerfile, DockerfileStage, Instruction
from nebtui.facts.healthcheck import Healthcheck

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)")
_INSTALL = re.compile(
    r"\b(?:apt-get|apt|apk|dnf|microdnf|yum|zypper|tdnf)\b[^&|;]*?\b(?:install|add)\b([^&|;]*)"
)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def read(
    path: str, text: str, target: str = "", arguments: Mapping[str, str] | None = None
) -> Dockerfile:
    """A Dockerfile with the stage that `build:` makes: that named or numbered `target`, else the
    last one, with all stages of the file that it starts from. `arguments`: the values of
    `build.args`."""
    stages = tuple(_stages(text, arguments or {}))
    if not stages:
        return Dockerfile(path, text)
    names = {stage.name: at for at, stage in enumerate(stages) if stage.name}
    at = len(stages) - 1
    if target:
        wanted = int(target) if target.isdecimal() else names.get(target.lower(), at)
        at = min(wanted, at)
    chain = [stages[at]]
    while (below := names.get(chain[0].base.lower(), len(stages))) < at:
        at = below
        chain.insert(0, stages[at])
    return Dockerfile(path, text, stages, tuple(chain))


def _stages(text: str, given: Mapping[str, str]) -> list[DockerfileStage]:
    defaults: dict[str, str] = {}
    result: list[tuple[str, str, list[Instruction]]] = []
    for one in instructions(text):
        if one.keyword == "ARG" and not result:
            name, _, value = one.body.partition("=")
            defaults[name.strip()] = given.get(name.strip(), value.strip().strip("\"'"))
        elif one.keyword == "FROM":
            words = one.body.split()
            named = len(words) > 2 and words[1].lower() == "as"
            base = _filled(words[0], defaults) if words else ""
            result.append((words[2].lower() if named else "", base, [one]))
        elif result:
            result[-1][2].append(one)
    return [DockerfileStage(name, base, tuple(body)) for name, base, body in result]


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the arguments declared above the first FROM; "" for one without a value."""
    return _VARIABLE.sub(lambda m: values.get(m[1] or m[3]) or m[2] or "", text)


def built_stage(dockerfile: Dockerfile) -> Stage:
    """What a Dockerfile makes; an empty Stage where it has no FROM."""
    if not dockerfile.chain:
        return Stage()
    body = dockerfile.body
    last = {one.keyword: one for one in body}
    user, start, words = last.get("USER"), last.get("ENTRYPOINT"), last.get("CMD")
    health = last.get("HEALTHCHECK")
    return Stage(
        base=dockerfile.chain[0].base,
        installs=tuple(sorted({name for one in body for name in _installed(one)})),
        healthcheck=_health(health) if health else None,
        exposed_ports=tuple(sorted({port for one in body for port in _exposed(one)})),
        user=_user(user.body) if user else "",
        entrypoint=_command(start) if start else (),
        command=_command(words) if words else (),
    )


def _installed(one: Instruction) -> list[str]:
    """The packages that a RUN line installs with the distribution's package manager."""
    if one.keyword != "RUN":
        return []
    scripts = (one.rest, *(body.replace("\\\n", " ") for body in one.heredocs))
    return [
        word
        for script in scripts
        for match in _INSTALL.finditer(script)
        for word in match[1].split()
        if re.fullmatch(r"[\w][\w.+=:-]*", word)
    ]


def _exposed(one: Instruction) -> list[int]:
    if one.keyword != "EXPOSE":
        return []
    ports = (word.partition("/") for word in one.body.split())
    return [int(port) for port, _, kind in ports if port.isdecimal() and kind in ("", "tcp")]


def _user(text: str) -> str:
    """The user as written; "" where it depends on an argument."""
    return "" if "$" in text else text


def _command(one: Instruction) -> tuple[str, ...]:
    words = one.words
    return words if words is not None else ("/bin/sh", "-c", one.body)


def _health(one: Instruction) -> Healthcheck:
    """A HEALTHCHECK line; `NONE` switches off what the base has."""
    if one.body.upper() == "NONE":
        return Healthcheck(("NONE",))
    flags = one.flags
    kind, _, command = one.body.partition(" ")
    if kind.upper() != "CMD":
        return Healthcheck()
    inner = Instruction("CMD", command, one.line, one.last)
    test = ("CMD", *inner.words) if inner.words is not None else ("CMD-SHELL", command.strip())
    retries = flags.get("retries", "")
    return Healthcheck(
        test,
        _duration(flags.get("interval")),
        _duration(flags.get("timeout")),
        int(retries) if retries.isdecimal() else None,
        _duration(flags.get("start-period")),
    )


def _duration(text: str | None) -> float | None:
    """Seconds of `1m30s`; None where it is not given."""
    parts = _SECONDS.findall(text or "")
    return sum(float(number) * _UNIT[unit] for number, unit in parts) if parts else None
