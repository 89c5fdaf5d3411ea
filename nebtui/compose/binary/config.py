"""Asks Compose for the effective model of a project, and makes a Problem of its refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nebtui.compose.binary import child
from nebtui.compose.binary.command import ComposeCommand, environment, project_argv
from nebtui.compose.reader.effective import EffectiveModel
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Problem
from nebtui.light_dataclass import dataclass
from nebtui.text.mask import mask

_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class ConfigResult:
    """What one `config` call said: the model as plain data, or an error text."""

    config: Mapping[str, Any] | None
    error: str = ""


def config(
    compose: ComposeCommand,
    key: ProjectKey,
    env_files: tuple[str, ...],
    environ: Mapping[str, str],
    *,
    interpolated: bool = True,
    text: str | None = None,
    profiles: tuple[str, ...] = ("--profile", "*"),
) -> ConfigResult:
    """Ask Compose for a project's effective model; `text` is given on standard input (for `-f
    -`), `profiles` () = those of a plain `up`."""
    plain = () if interpolated else ("--no-interpolate",)
    rest = (*profiles, "config", "--format", "json", *plain)
    try:
        done = child.run(
            project_argv(compose, key, env_files, *rest, direct=True),
            text or "",
            environment(environ, key.working_dir),
            key.working_dir,
            _TIMEOUT,
        )
    except (OSError, ValueError) as error:
        return ConfigResult(None, f"Compose could not be started: {error}")
    return _result(done)


def _result(done: child.Ended) -> ConfigResult:
    """What an ended call gave, or why it gave nothing."""
    if done.code is None:
        return ConfigResult(None, f"Compose did not answer within {_TIMEOUT:.0f} s")
    if done.code in (126, 127):
        return ConfigResult(None, f"Compose could not be started: {error_line(done.err)}")
    if done.code < 0 or "out of memory" in done.err:
        return ConfigResult(None, "Compose was ended: it took more memory or time than it may")
    if done.code != 0:
        return ConfigResult(None, error_line(done.err))
    try:
        data = json.loads(done.out)
    except (ValueError, RecursionError):
        return ConfigResult(None, "Compose's answer is not JSON")
    return (
        ConfigResult(data)
        if isinstance(data, dict)
        else ConfigResult(None, "Compose's answer is not a project")
    )


def hashes(
    compose: ComposeCommand, key: ProjectKey, data: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, str]:
    """By service: the hash of its configuration that `up` compares with the label of the container
    (`com.docker.compose.config-hash`); nothing where Compose gives none. `data`: its own answer to
    `config`: asked about the files themselves it counts env files differently than `up` does
    (2.40)."""
    argv = project_argv(
        compose, replace(key, files=("-",)), (), "--profile", "*", "config", "--hash", "*",
        direct=True,
    )  # fmt: skip
    try:
        done = child.run(
            argv, json.dumps(data), environment(environ, key.working_dir), key.working_dir, _TIMEOUT
        )
    except (OSError, ValueError):
        return {}
    pairs = (line.split() for line in done.out.splitlines()) if done.code == 0 else ()
    return {words[0]: words[1] for words in pairs if len(words) == 2}


LONGEST = 600


def shortened(error: str) -> str:
    """An error of a bearable length: Compose quotes whole values."""
    return error if len(error) <= LONGEST else f"{error[:LONGEST]}…"


def error_line(stderr: str) -> str:
    """The error of Compose's standard error as one line, without its log lines."""
    lines = [
        line.strip()
        for line in stderr.splitlines()
        if line.strip() and not line.startswith("time=")
    ]
    return shortened(mask(" ".join(lines))) or "Compose failed without a message"


_INCONSISTENT = re.compile(r"cycle|undefined|mutually exclusive")


def is_consistency_error(error: str) -> bool:
    """True for an error that `--no-interpolate` would only hide: the files contradict
    themselves."""
    return bool(_INCONSISTENT.search(error))


_FILE = re.compile(
    r"(?:validating |parsing |failed to parse |open |stat )?(/[^:]+\.ya?ml|/[^:]*\.env)\b"
)
_LINE = re.compile(r"\bline (\d+)")
_PATH = re.compile(r"\bservices\.([\w.-]+)|\bservice \"([\w.-]+)\"")


def to_problem(error: str, key: ProjectKey, reading: EffectiveModel) -> Problem:
    """Compose's error as a Problem with the file and line it speaks of, as far as that can be
    told."""
    named = _FILE.search(error)
    file = named[1] if named else (key.files[0] if key.files else key.working_dir)
    number = _LINE.search(error)
    if number is not None:
        return Problem(file, int(number[1]), error)
    empty = next((one for one in reading.unset if one.refused), None)
    if empty is not None:
        return Problem(
            empty.origin.file, empty.origin.line, f"{empty.name} is not set, so Compose: {error}"
        )
    about = _PATH.search(error)
    if about is not None:
        service, *path = (about[1] or about[2]).split(".")
        origins = reading.origins.get(service, {})
        found = next(
            (origins[p] for n in range(len(path), -1, -1) if (p := tuple(path[:n])) in origins),
            None,
        )
        if found is not None:
            return Problem(found.file, found.line, error)
    return Problem(file, 0, error)
