"""What a probe program prints where nothing listens: the words of a health log.

Seen against a closed port of 127.0.0.1: curl, busybox wget, bash, CPython; the others by their
documentation.
"""

from __future__ import annotations

from collections.abc import Callable

Words = Callable[[int], tuple[int, str]]
"""From a port to exit code and last line."""

CLOSED: tuple[tuple[str, Words], ...] = (
    (
        "curl",
        lambda port: (
            7,
            f"curl: (7) Failed to connect to 127.0.0.1 port {port} after 0 ms: Couldn't connect to "
            "server",
        ),
    ),
    ("wget", lambda _: (1, "wget: can't connect to remote host (127.0.0.1): Connection refused")),
    ("pg_isready", lambda port: (2, f"/var/run/postgresql:{port} - no response")),
    (
        "redis-cli",
        lambda port: (1, f"Could not connect to Redis at 127.0.0.1:{port}: Connection refused"),
    ),
    (
        "temporal ",
        lambda port: (
            1,
            'Error: failed reaching server: connection error: desc = "transport: Error while '
            f'dialing: dial tcp 127.0.0.1:{port}: connect: connection refused"',
        ),
    ),
    ("ollama list", lambda _: (1, "Error: could not connect to ollama app, is it running?")),
    (
        "/dev/tcp/",
        lambda port: (1, f"bash: line 1: /dev/tcp/127.0.0.1/{port}: Connection refused"),
    ),
    (
        "urlopen",
        lambda _: (1, "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>"),
    ),
    ("socket", lambda _: (1, "ConnectionRefusedError: [Errno 111] Connection refused")),
    (
        "os.stat(",
        lambda _: (1, "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/alive'"),
    ),
    ("nc ", lambda _: (1, "")),
)
"""Part of a command → what it prints, the first that fits."""


def refused(argv: tuple[str, ...], port: int) -> tuple[int, str] | None:
    """Exit code and last line of a probe where nothing listens on a port (0: its program's usual
    one); None for a program that is not known, which speaks for itself."""
    text = " ".join(argv)
    usual = {"pg_isready": 5432, "redis-cli": 6379}
    for part, words in CLOSED:
        if part in text:
            return words(port or usual.get(part, 0))
    return None
