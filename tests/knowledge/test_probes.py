"""The built tests, run by the real programs against real sockets, and the programs found in foreign
ones."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args

import pytest

from nebtui.facts.healthcheck import Healthcheck
from nebtui.knowledge import By, command, http_test, on_port, port_test, probe_programs

BASH = pytest.param("bash", marks=pytest.mark.skipif(not shutil.which("bash"), reason="no bash"))
CURL = pytest.param("curl", marks=pytest.mark.skipif(not shutil.which("curl"), reason="no curl"))
WGET = pytest.param("wget", marks=pytest.mark.skipif(not shutil.which("wget"), reason="no wget"))
PYTHON = pytest.param(
    "python", marks=pytest.mark.skipif(not shutil.which("python3"), reason="no python3")
)
EVERY = [BASH, CURL, WGET, PYTHON]


class StatusHandler(BaseHTTPRequestHandler):
    """Answers a GET of /NUMBER with that status."""

    def do_GET(self) -> None:
        """The only method it knows, so that a HEAD probe fails here as it does elsewhere."""
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def web_port() -> Iterator[int]:
    """A small HTTP server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), StatusHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A socket that accepts connections (into its backlog) and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def run(healthcheck: Healthcheck) -> int:
    """The exit code of a test, run here as the engine would run it in a container, without the
    proxies of this box."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYENV_VERSION": "system"}
    argv = command(healthcheck)
    program = shutil.which(argv[0])
    assert program
    return subprocess.run(
        [program, *argv[1:]], env=environment, capture_output=True, check=False, timeout=20
    ).returncode


@pytest.mark.parametrize("by", EVERY)
def test_http_test_passes_on_success_only(by: By, web_port: int) -> None:
    """200 passes; an API that is gone, a wrong path, a loading server and a closed port fail."""
    assert run(Healthcheck(http_test(web_port, "/200", by))) == 0
    for status in (404, 410, 503):
        assert run(Healthcheck(http_test(web_port, f"/{status}", by))) != 0
    assert run(Healthcheck(http_test(closed_port(), "/200", by))) != 0


def test_silent_server_fails_the_bash_test_within_three_seconds(silent_port: int) -> None:
    """A server that accepts and stays silent must not hold the test until the engine kills it."""
    begin = time.monotonic()
    assert run(Healthcheck(http_test(silent_port, "/200", "bash"))) != 0
    assert time.monotonic() - begin < 3


def test_port_test_asks_for_a_connection_only(silent_port: int) -> None:
    """The last resort passes for whatever accepts, and fails where nobody listens."""
    assert run(port_test(silent_port)) == 0
    assert run(port_test(closed_port())) != 0


@pytest.mark.parametrize("by", get_args(By))
def test_negative_control_moves_the_port(by: By) -> None:
    """The same test against another port differs in the port alone, whoever asks."""
    moved = on_port(Healthcheck(http_test(8000, "/x8000", by), interval=5), 8000, 1)
    assert moved == Healthcheck(http_test(1, "/x8000", by), interval=5)


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        (("nc", "-z", "localhost", "8000"), ("nc", "-z", "localhost", "9")),
        (("sh", "-c", "nc -w 2 127.0.0.1 8000 </dev/null"), None),
        (("python3", "-c", "connect(('127.0.0.1', 8000), 3)"), None),
        (("node", "-e", "connect(8000,'127.0.0.1')"), None),
        (("redis-cli", "--port=8000", "ping"), None),
    ],
)
def test_negative_control_of_any_program(
    words: tuple[str, ...], moved: tuple[str, ...] | None
) -> None:
    """The port is moved however a program is told it, and nothing else is."""
    expected = moved or tuple(word.replace("8000", "9") for word in words)
    found = on_port(Healthcheck(("CMD", *words)), 8000, 9)
    assert found is not None
    assert found.test == ("CMD", *expected)


def test_no_negative_control_without_a_port() -> None:
    """A test that does not name the port has no control, and says so."""
    assert on_port(Healthcheck(("CMD", "ollama", "list")), 11434, 1) is None
    assert on_port(Healthcheck(("CMD", "curl", "http://x:80801/")), 8080, 1) is None
    assert on_port(Healthcheck(("CMD", "x8000", "10.8000", "8000x", "-8000")), 8000, 1) is None


def test_command_is_what_the_engine_runs() -> None:
    """Dollars are unescaped, shell text goes to /bin/sh, and a disabled test runs nothing."""
    assert command(Healthcheck(("CMD-SHELL", "test $$A"))) == ("/bin/sh", "-c", "test $A")
    assert command(Healthcheck(("CMD", "echo", "$$A"))) == ("echo", "$A")
    assert command(Healthcheck(("NONE",))) == ()
    assert command(Healthcheck()) == ()


@pytest.mark.parametrize(
    ("test", "programs"),
    [
        (("CMD", "curl", "-f", "http://x"), ("curl",)),
        (("CMD-SHELL", "curl -f http://x || exit 1"), ("curl",)),
        (("CMD-SHELL", "redis-cli ping | grep -q PONG"), ("redis-cli", "grep")),
        (("CMD-SHELL", 'A=1 B="$$C d" mysqladmin ping; exec wget -q x'), ("mysqladmin", "wget")),
        (("CMD-SHELL", "if ! nc -z localhost 1; then exit 1; fi"), ("nc",)),
        (("CMD-SHELL", 'test "$$(curl -s x | jq -r .s)" = ok && true'), ("curl", "jq")),
        (("CMD-SHELL", "[ `pgrep -c x` -gt 0 ] 2>/dev/null"), ("pgrep",)),
        (
            ("CMD-SHELL", "(nvidia-smi -L >/dev/null) && /bin/check 2>&1"),
            ("nvidia-smi", "/bin/check"),
        ),
        (("CMD-SHELL", "mongosh --eval 'db.runCommand({ping:1}).ok; x | y'"), ("mongosh",)),
        (("CMD-SHELL", "curl 'unbalanced"), ("curl",)),
        (
            (
                "CMD",
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/80 && read -r l <&3 && [[ $$l == x ]]",
            ),
            ("bash",),
        ),
        (("CMD", "/bin/sh", "-c", "wget -q x && exit 0"), ("/bin/sh", "wget")),
        (("CMD", "python3", "-c", "import os; os.abort()"), ("python3",)),
        (("NONE",), ()),
        (("CMD",), ()),
        ((), ()),
    ],
)
def test_probe_programs(test: tuple[str, ...], programs: tuple[str, ...]) -> None:
    """The programs of a test are found through pipes, substitutions and assignments; builtins are
    none."""
    assert probe_programs(Healthcheck(test)) == programs
