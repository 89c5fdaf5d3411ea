"""A command that is run once in a running container, over docker-py."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from nebtui.hosts.engine.events import close_stream, ended_by_close
from nebtui.hosts.json_values import as_int, mapping, text

if TYPE_CHECKING:
    from docker import APIClient

OUTPUT_BYTES = 65536


def exec_once(
    client: APIClient, container: str, argv: tuple[str, ...], user: str, timeout: float
) -> tuple[int | None, str]:
    """Its exit code and its output, as `EngineClient.exec_run` tells them."""
    identity = text(mapping(client.exec_create(container, list(argv), user=user)).get("Id"))
    stream = client.exec_start(identity, stream=True)
    # docker-py waits for output in poll() without a limit; only closing the stream ends that.
    limit = threading.Timer(timeout, close_stream, (stream,))
    limit.daemon = True
    limit.start()
    output = b""
    try:
        for chunk in ended_by_close(stream):
            output = (output + chunk)[:OUTPUT_BYTES]
    finally:
        limit.cancel()
    result = mapping(client.exec_inspect(identity))
    code = None if result.get("Running") is True else as_int(result.get("ExitCode"))
    return code, output.decode("utf-8", "replace")
