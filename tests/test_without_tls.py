"""Loading modules without OpenSSL."""

import subprocess
import sys

import pytest

LOADED = "from nebtui.without_tls import load_without_tls as load; import sys, threading; "


def _printed(code: str) -> str:
    """By a fresh Python."""
    argv = (sys.executable, "-c", LOADED + code)
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["asyncio", "http.client"])
def test_absent_until_it_is_needed(name: str) -> None:
    """The module is whole without `ssl`, which who needs it imports later."""
    code = f"load({name!r}); print('ssl' in sys.modules); import ssl; print(len(sys.meta_path))"
    plain = subprocess.run(
        [sys.executable, "-c", "import sys, ssl; print(len(sys.meta_path))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert _printed(code) == f"False\n{plain.stdout}"


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
    code = "load('asyncio'); import asyncio; print(asyncio.run(asyncio.sleep(0, 'ran')))"
    assert _printed(code) == "ran\n"
