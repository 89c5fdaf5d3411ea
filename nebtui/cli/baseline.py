"""The baseline file: the findings that were there before, which `check` leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nebtui.cli.errors import CommandError
from nebtui.disk.read import UnreadableError, read_text
from nebtui.disk.replace import (
    UnwritableError,
    discard,
    ensure_writable,
    read_state,
    replace_file,
    stage,
    temporary_name,
)
from nebtui.rules.fingerprint import fingerprint
from nebtui.rules.found_on import FoundOn


def read_baseline(path: str) -> frozenset[str]:
    """The fingerprints in a baseline file; CommandError where it is none."""
    try:
        data = json.loads(read_text(path)[0])
        if data["version"] != 1:
            raise ValueError("of a later nebtui")
        return frozenset(row["fingerprint"] for row in data["findings"])
    except UnreadableError as error:
        raise CommandError(f"--baseline: {error}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CommandError(
            f"{path} is no baseline of nebtui; write one with --write-baseline"
        ) from None


def write_baseline(path: str, findings: Iterable[FoundOn], root: str) -> None:
    """Write the findings as a baseline, sorted, so that a later one differs in few lines;
    CommandError where that cannot be."""
    rows = sorted(
        (
            {
                "fingerprint": fingerprint(one.finding, root, one.box),
                "rule": one.finding.rule,
                "project": one.finding.project.name if one.finding.project else None,
                "service": one.finding.service,
                **({"host": one.box} if one.box else {}),
            }
            for one in findings
        ),
        key=lambda row: (row["rule"] or "", row["project"] or "", row["fingerprint"] or ""),
    )
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    text = f'{{"version": 1, "findings": [\n{lines}\n]}}\n'
    try:
        seen = read_state(path)
        ensure_writable(seen)
        temporary = temporary_name(seen)
        try:
            stage(seen, text.encode(), temporary, _no_checkpoint)
            replace_file(seen, temporary, remove=False, checkpoint=_no_checkpoint)
        except OSError:
            discard(temporary)
            raise
    except OSError as error:  # UnreadableError, UnwritableError and what the disk refuses
        raise CommandError(f"--write-baseline: {_reason(path, error)}") from None


def _reason(path: str, error: OSError) -> str:
    known = isinstance(error, UnreadableError | UnwritableError)
    return str(error) if known else f"{path}: {error.strerror}"


def _no_checkpoint(_: str) -> None:
    """Only tests end the process between two steps."""
