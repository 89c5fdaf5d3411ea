"""How long `check` takes beside Python's own start, on one file and on a FOLDER, run by hand.

`python -m tests.bench.check FOLDER` prints CPU seconds (a shared machine moves the clock's by a
factor of two) and their ratio to an interpreter that does nothing. No test asserts any of this.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ONE = "services:\n  app: {image: 'a:1', depends_on: [db]}\n  db: {image: 'postgres:16'}\n"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="a tree of compose files")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    check = (sys.executable, "-m", "nebtui", "check", "--no-engine")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "compose.yaml"
        file.write_text(ONE)
        nothing = _seconds((sys.executable, "-c", "pass"), options.rounds)
        rows: list[tuple[str, tuple[str, ...]]] = [("one file", (*check, str(file)))]
        rows.append(("one file, as SARIF", (*check, "--format", "sarif", str(file))))
        if options.folder:
            rows.append((options.folder, (*check, options.folder)))
        print(f"| what | CPU s | / bare Python ({nothing:.3f} s) |\n|---|---|---|")
        for what, argv in rows:
            taken = _seconds(argv, options.rounds)
            print(f"| {what} | {taken:.2f} | {taken / nothing:.0f} |", flush=True)


def _seconds(argv: tuple[str, ...], rounds: int) -> float:
    """The least CPU seconds of a command (others only add to it), its first run left out."""
    subprocess.run(argv, capture_output=True, check=False)
    return min(_once(argv) for _ in range(rounds))


def _once(argv: tuple[str, ...]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
