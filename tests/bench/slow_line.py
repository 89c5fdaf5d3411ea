"""A line that takes time: what ssh's ProxyCommand runs, between its own pipes and a machine
(`python -m tests.bench.slow_line ADDRESS PORT SECONDS`). Each byte arrives so many seconds after it
was sent, either way; a kernel without netem has no other."""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading
import time

BLOCK = 65_536


def carry(source: int, sink: int, seconds: float) -> None:
    """Hand on what comes in, so much later, until it ends."""
    waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def deliver() -> None:
        while True:
            due, data = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                os._exit(0)
            while data:
                data = data[os.write(sink, data) :]

    threading.Thread(target=deliver, daemon=True).start()
    while data := os.read(source, BLOCK):
        waiting.put((time.monotonic() + seconds, data))
    waiting.put((time.monotonic() + seconds, b""))


def main() -> None:
    """Both ways, until either end is closed."""
    address, port, seconds = sys.argv[1:]
    with socket.create_connection((address, int(port))) as far:
        both = ((0, far.fileno()), (far.fileno(), 1))
        ways = [threading.Thread(target=carry, args=(*one, float(seconds))) for one in both]
        for one in ways:
            one.start()
        for one in ways:
            one.join()


if __name__ == "__main__":
    main()
