"""CMD or ENTRYPOINT of an image that a service builds is in shell form.

What: the last CMD or ENTRYPOINT of the stage that is built is a text, not a list, and the service
does not replace it. A text that begins with `exec` is none of this.
Why it bites: it is run by `/bin/sh -c`, and some shells stay in between (bash for more than one
command, dash before 0.5.11): `stop` reaches the shell, and the program is killed after 10 s.
Evidence: the line.
Fix: the list, where the text needs no shell: no variables, pipes, quotes within quotes or built-in
commands. Unsafe: the program becomes process 1. Takes effect with the next build.
Source: docs.docker.com/reference/dockerfile ("Shell and exec form").
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from nebtui.analysis.dockerfiles import BuiltFrom, builds
from nebtui.facts.dockerfile import Instruction
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.docker_build import finding, instruction_fix, of_finding
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Rule

NAME = "shell-form-command"
_NEEDS_SHELL = re.compile(r"[$`|&;<>()*?\[\]{}~#!\\\n]|^\w+=")
_BUILT_IN = frozenset(
    {"cd", ".", "source", "export", "set", "exec", "eval", "ulimit", "umask", "trap", "wait", "if"}
)


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and instruction."""
    for built in builds(snapshot):
        for line in _shell_forms(built):
            words = exec_form(line)
            yield finding(
                NAME,
                built,
                line,
                f"{line.keyword} is run by a shell, which may keep the signal to stop",
                (),
                "unsafe" if words else "display",
                f"{line.keyword} {json.dumps(words)}"
                if words
                else f"write {line.keyword} as a list, or begin it with `exec`",
            )


def _shell_forms(built: BuiltFrom) -> Iterator[Instruction]:
    """The CMD and ENTRYPOINT that count, where they are texts."""
    body = built.dockerfile.body
    if any(one.keyword == "SHELL" for one in body):
        return
    last = {one.keyword: one for one in body if one.keyword in ("CMD", "ENTRYPOINT")}
    service = built.service
    replaced = {"ENTRYPOINT": service.entrypoint, "CMD": service.entrypoint or service.command}
    for keyword, line in last.items():
        text = line.body
        if not replaced[keyword] and line.words is None and text and text[:5] != "exec ":
            yield line


def exec_form(line: Instruction) -> list[str] | None:
    """The words of a text that needs no shell; None for one that does."""
    if line.heredocs or _NEEDS_SHELL.search(line.body):
        return None
    try:
        words = shlex.split(line.body)
    except ValueError:
        return None
    return words if words and words[0] not in _BUILT_IN else None


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Write the list."""
    built, line = of_finding(snapshot, finding)
    words = exec_form(line)
    if words is None:
        raise NoFixError(f"{line.keyword} needs a shell; begin its last command with `exec`")
    return instruction_fix(
        built,
        line,
        f"{line.keyword} {json.dumps(words, ensure_ascii=False)}",
        f"start {built.key} without a shell",
        "unsafe",
    )


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
