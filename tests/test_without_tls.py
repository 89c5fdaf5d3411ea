"""Loading modules without OpenSSL."""

import subprocess
import sys

LOADED = "import sys, threading\nfrom nebtui.without_tls import later_tls, without_tls\n"


def _printed(code: str) -> str:
    """By a fresh Python."""
    argv = (sys.executable, "-c", LOADED + code)
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def test_absent_until_it_is_needed() -> None:
    """Neither module brings it; who needs it imports it later, and nothing is left behind."""
    code = (
        "finders = len(sys.meta_path)\n"
        "with without_tls(): import asyncio\n"
        "with later_tls(): import http.client\n"
        "print('ssl' in sys.modules, len(sys.meta_path) - finders); "
        "import ssl; print(ssl.SSLContext is sys.modules['ssl'].SSLContext)"
    )
    assert _printed(code) == "False 0\nTrue\n"


def test_http_is_whole() -> None:
    """Libraries find TLS in it where they ask for it."""
    code = (
        "with later_tls(): from http.client import HTTPSConnection\n"
        "print('ssl' in sys.modules); HTTPSConnection('localhost'); "
        "print(type(sys.modules['ssl']).__name__); "
        "from urllib.request import HTTPSHandler; import prometheus_client"
    )
    assert _printed(code) == "False\nmodule\n"


def test_loaded_before() -> None:
    """Where it is there already, all is as ever."""
    code = (
        "import ssl\n"
        "with later_tls(): import http.client\n"
        "print(http.client.ssl is ssl, sys.modules['ssl'] is ssl)"
    )
    assert _printed(code) == "True True\n"


def test_of_one_thread_only() -> None:
    """Another thread may reach an engine by TLS at that moment."""
    code = (
        "from nebtui.without_tls import _NoTls; sys.meta_path.insert(0, _NoTls()); "
        "found = []; "
        "one = threading.Thread(target=lambda: found.append(__import__('ssl').__name__)); "
        "one.start(); one.join(); print(found)"
    )
    assert _printed(code) == "['ssl']\n"


def test_asyncio_runs() -> None:
    """A loop, a task and a timer need no TLS."""
    code = "with without_tls(): import asyncio\nprint(asyncio.run(asyncio.sleep(0, 'ran')))"
    assert _printed(code) == "ran\n"
