"""The only importer of docker: what needs more than reading an answer, as credentials of
registries and a program's two streams."""

from __future__ import annotations

import os.path
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import ApiError, EngineError
from nebtui.hosts.json_values import text


@contextmanager
def docker_client(
    endpoint: Endpoint, url: str, version: str, timeout: tuple[float, float]
) -> Iterator[Any]:
    """docker-py's low-level client of an engine, closed afterwards. Its errors become OSError,
    ApiError and EngineError. `timeout`: seconds to connect, and for each read."""
    try:
        from docker.errors import APIError, DockerException
        from requests import RequestException
        from urllib3.exceptions import HTTPError
    except ImportError as error:
        raise EngineError(
            f"The docker package cannot be imported ({error}): reinstall nebtui."
        ) from error
    try:
        client = _made(endpoint, url, version, timeout)
        try:
            yield client
        finally:
            client.close()
    except APIError as error:
        status, words = error.status_code or 0, text(error.explanation)
        raise ApiError(status, words or f"{error}") from error
    except (DockerException, RequestException, HTTPError) as error:
        raise OSError(f"{error}") from error


def _made(endpoint: Endpoint, url: str, version: str, timeout: tuple[float, float]) -> Any:
    from docker import APIClient
    from docker.tls import TLSConfig

    from nebtui.hosts.engine.bounded import Bounds

    tls: Any = False
    if endpoint.certificates:
        ca, cert, key = (
            os.path.join(endpoint.certificates, name) for name in ("ca.pem", "cert.pem", "key.pem")
        )
        tls = TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=endpoint.verify)
    client: Any = APIClient(url, version=version, timeout=timeout[0], tls=tls)
    client.timeout = timeout
    # Else REQUESTS_CA_BUNDLE and proxies of the environment would take the place of the engine's
    # own certificates.
    client.trust_env = False
    client.bounds = Bounds(client, endpoint.socket or endpoint.url)
    return client
