"""An image that a service builds keeps pip's cache.

What: a `pip install` without `--no-cache-dir` in a stage that ends up in the image. A cache mount,
`PIP_NO_CACHE_DIR`, and a line that removes the cache, are none of this; nor are stages from which
only files are copied.
Why it bites: every wheel is in the image twice, with PyTorch that is gigabytes.
Evidence: the line.
Fix: the option at each of them. Safe: only the cache goes. Takes effect with the next build.
Source: pip.pypa.io/en/stable/topics/caching.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.dockerfiles import builds, cached_commands, pip_installs, with_no_cache
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.docker_build import finding, instruction_fix, of_finding
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Rule

NAME = "pip-cache"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and line."""
    for built in builds(snapshot):
        for line in pip_installs(built.dockerfile):
            written = line.words is None and not line.heredocs
            yield finding(
                NAME,
                built,
                line,
                "keeps pip's cache in the image",
                cached_commands(line),
                "safe" if written else "display",
                "add --no-cache-dir",
            )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the option."""
    built, line = of_finding(snapshot, finding)
    if line.words is not None or line.heredocs:
        raise NoFixError("add --no-cache-dir by hand: the line is a list, or a text of its own")
    title = f"leave pip's cache out of the image of {built.key}"
    return instruction_fix(built, line, with_no_cache(line.text), title, "safe")


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
