"""What makes a finding the same one on another day and in another clone."""

from __future__ import annotations

import json

from nebtui.rules.rule import Finding
from nebtui.text.digest import sha256
from nebtui.text.paths import below

DIGITS = 32


def fingerprint(finding: Finding, root: str, box: str = "") -> str:
    """32 hexadecimal digits of rule, project, service, subject, and of several boxes the box. It
    stays while lines move and
    messages change; places below `root` (the work tree) count relative to it, so that it stays in
    another clone too."""
    project = finding.project
    where = [project.name, *_places(project.working_dir, project.files, root)] if project else []
    subject = finding.subject.replace(f"{root.rstrip('/')}/", "")
    of_box = [box] if box else []
    identity = json.dumps([finding.rule, where, finding.service, subject, *of_box])
    return sha256(identity.encode())[:DIGITS]


def _places(folder: str, files: tuple[str, ...], root: str) -> list[str]:
    """The folder, and the first file: the variants of a folder bear one name."""
    inside = below(folder, root)
    first = [(below(file, folder) or file) for file in files[:1]]
    return [folder if inside is None else inside, *first]
