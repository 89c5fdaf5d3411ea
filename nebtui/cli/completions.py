"""`nebtui completions`: the script of a shell, and the names that those scripts ask for."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping

from nebtui.cli.arguments import parser
from nebtui.cli.grammar.bash import bash_script
from nebtui.cli.grammar.fish import fish_script
from nebtui.cli.grammar.words import Grammar, grammar_of
from nebtui.cli.grammar.zsh import zsh_script
from nebtui.cli.output import say, say_masked
from nebtui.keep.known_projects import recall_projects
from nebtui.keep.outlines import recall_outlines
from nebtui.settings import Settings

SCRIPTS: Mapping[str, Callable[[Grammar], str]] = {
    "bash": bash_script,
    "zsh": zsh_script,
    "fish": fish_script,
}
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", re.ASCII)
"""What Compose allows as a name; a label may hold anything, and a shell is where it goes."""


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print the script, or a name on each line."""
    script = SCRIPTS.get(arguments.what)
    if script is None:
        say(kept(arguments.what, settings.state_dir))
        return 0
    from nebtui import rules

    grammar = grammar_of(parser(), (rule.name for rule in rules.every()))
    say_masked(script(grammar).split("\n")[:-1])
    return 0


def kept(what: str, state_dir: str) -> tuple[str, ...]:
    """Names of earlier runs, sorted: `projects`, `services` as PROJECT/SERVICE, `names` of services
    alone, `places` = projects and services. No engine and no file of a project is asked."""
    found = sorted(_known(state_dir))
    projects = {project for project, _ in found}
    services = {f"{project}/{service}" for project, service in found if service}
    return tuple(
        sorted(
            {
                "projects": projects,
                "services": services,
                "names": {service for _, service in found if service},
                "places": projects | services,
            }[what]
        )
    )


def _known(state_dir: str) -> Iterator[tuple[str, str]]:
    """(project, service or "")."""
    for project in recall_projects(state_dir):
        if _SAFE.fullmatch(project.name):
            yield project.name, ""
    for key, outline in recall_outlines(state_dir).items():
        if _SAFE.fullmatch(key.name):
            yield key.name, ""
            yield from ((key.name, name) for name in outline.services if _SAFE.fullmatch(name))
