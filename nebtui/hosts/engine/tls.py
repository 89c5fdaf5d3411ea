"""TLS to an engine on another machine."""

from __future__ import annotations

import ssl
from pathlib import Path

from nebtui.hosts.engine.endpoint import Endpoint

ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""What reading meets where the other side ended the connection."""


def context(endpoint: Endpoint) -> ssl.SSLContext:
    """With the engine's own certificates, whatever REQUESTS_CA_BUNDLE and the like name. SSLError
    where a file is missing, or holds none."""
    folder = Path(endpoint.certificates)
    try:
        made = ssl.create_default_context(
            cafile=folder / "ca.pem" if endpoint.certificates else None
        )
        if endpoint.certificates:
            made.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    except OSError as error:
        raise ssl.SSLError(f"{error}") from error
    if not endpoint.verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
