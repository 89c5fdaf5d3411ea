"""The standard library's `http.client`, which loads OpenSSL only once TLS is spoken."""

from nebtui.without_tls import later_tls

with later_tls():
    from http.client import (
        BadStatusLine,
        HTTPConnection,
        HTTPException,
        HTTPResponse,
        IncompleteRead,
        RemoteDisconnected,
    )

__all__ = [
    "BadStatusLine",
    "HTTPConnection",
    "HTTPException",
    "HTTPResponse",
    "IncompleteRead",
    "RemoteDisconnected",
]
