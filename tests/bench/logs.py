"""A log as fast as a container can write it, on the logs screen in a real terminal
(`python -m tests.bench.logs --rate 10000`): how long a key takes, and what it costs."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.boxes import IMAGE, TAG, compose_binary, cpu_seconds, resident_megabytes
from tests.bench.terminal import Terminal

PROJECT = "nebtui-bench-logs"
PER_TURN = 250
"""Lines that a container writes at once."""
LINES = {
    "plain": "INFO:     172.18.0.1:40000 - GET /v1/embeddings HTTP/1.1 200 OK in 12.5 ms",
    "json": '{"level":"info","msg":"request done","path":"/v1/embeddings","status":200,"ms":12.5}',
}
WRITER = """\
n=0; while [ $n -lt {turn} ]; do echo '{line}'; n=$((n+1)); done > /tmp/lines
while :; do busybox cat /tmp/lines; busybox usleep {pause}; done
"""
ANSWERS = (("w", " · wrapped"), ("f", "stands still"), ("e", "warnings and errors"))
"""Keys, and what stands in the heading after every other press of each."""


@contextmanager
def storm(folder: Path, rate: int, services: int, line: str) -> Iterator[None]:
    """A project whose services write together so many lines a second."""
    pause = int(1_000_000 * PER_TURN * services / rate)
    script = WRITER.format(turn=PER_TURN, line=line, pause=pause).replace("$", "$$")
    body: dict[str, object] = {
        "image": f"{IMAGE}:{TAG}",
        "command": ["sh", "-c", script],
        "stop_grace_period": "0s",
    }
    body |= {"logging": {"driver": "json-file", "options": {"max-size": "50m"}}}
    file = {"name": PROJECT, "services": {f"s{number}": body for number in range(services)}}
    (folder / "compose.yaml").write_text(json.dumps(file), encoding="utf-8")

    def compose(*words: str) -> None:
        argv = (compose_binary(), "--progress", "quiet", *words)
        subprocess.run(argv, cwd=folder, check=True)

    try:
        compose("up", "-d")
        yield
    finally:
        compose("down", "-t", "0")


def answer(terminal: Terminal, key: str, shown: str) -> float:
    """Milliseconds from a key to a heading that has changed."""
    before = shown in terminal.screen()[0]
    begun = time.perf_counter()
    terminal.press(key)
    while (shown in terminal.screen()[0]) is before:
        if time.perf_counter() - begun > 10:
            raise SystemExit(f"{key} was not answered within 10 s")
    return 1000 * (time.perf_counter() - begun)


def lines_seen(terminal: Terminal) -> int:
    """The number of lines in the heading, those that went already included."""
    heading = terminal.screen()[0].replace(",", "")
    numbers = [int(word.strip("()")) for word in heading.split() if word.strip("()").isdecimal()]
    return max(numbers, default=0)


def measure(terminal: Terminal, seconds: float) -> str:
    """Press keys for some seconds: median, 95 % and most, lines and CPU a second, memory."""
    pid, taken = terminal.pid(), list[float]()
    begun, cpu, seen = time.monotonic(), cpu_seconds([pid]), lines_seen(terminal)
    while time.monotonic() - begun < seconds:
        for key, shown in ANSWERS:
            for _ in range(2):
                taken.append(answer(terminal, key, shown))
                time.sleep(0.15)
        terminal.press("e")  # the third of its steps changes another word
        time.sleep(0.15)
    lasted = time.monotonic() - begun
    high = sorted(taken)[int(0.95 * (len(taken) - 1))]
    rate = (lines_seen(terminal) - seen) / lasted
    own = 100 * (cpu_seconds([pid]) - cpu) / lasted
    keys = f"{median(taken):.0f} | {high:.0f} | {max(taken):.0f}"
    return f"{len(taken)} | {keys} | {rate:.0f} | {own:.0f} | {resident_megabytes([pid]):.0f}"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=int, default=10_000, help="lines a second (10000)")
    options.add_argument("--services", type=int, default=4, help="that write them (4)")
    options.add_argument("--seconds", type=float, default=20.0, help="of keys (20)")
    options.add_argument("--kind", choices=sorted(LINES), default="plain")
    chosen = options.parse_args()
    print(
        "| keys | median ms | 95 % | most | lines/s | CPU % | MB |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal = Terminal(folder)
        try:
            with storm(folder, chosen.rate, chosen.services, LINES[chosen.kind]):
                terminal.start((sys.executable, "-m", "nebtui", "--project", PROJECT))
                if terminal.wait(lambda shown: any(PROJECT in row for row in shown), 60) is None:
                    raise SystemExit("the project never came on screen")
                time.sleep(2)
                terminal.press("l")
                time.sleep(5)
                print(f"| {measure(terminal, chosen.seconds)} |")
        finally:
            terminal.close()


if __name__ == "__main__":
    main()
