"""One ssh connection to an engine on another machine: the person's own ssh carries its socket here,
so that every question, stream and log goes over that one connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from nebtui.engine_address import EngineAddressError, checked
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.ssh_address import destination, login, unreachable

USUAL = "/var/run/docker.sock"
ASK = "docker context inspect -f 'socket={{.Endpoints.docker.Host}}' 2>/dev/null; echo socket=; cat"
"""What the far side runs: it names the socket of its own docker command (a rootless engine has
another), then waits for the end of its input, which comes when nebtui ends, however that happens. A
machine without that command says the second line only."""
MARK = "socket="
CONNECT_SECONDS = 10
TOLD_SECONDS = 3.0
REFUSED_SECONDS = 0.5
REFUSED = "open failed"
"""What ssh prints when the far side does not let it reach the socket there."""
PAUSE = 0.02
OPTIONS = (
    *("-T", "-o", "BatchMode=yes"),  # a question for a password could not be answered here
    *("-o", f"ConnectTimeout={CONNECT_SECONDS}"),
    *("-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"),
    *("-o", "ControlMaster=no"),  # one that stands already is used, none is left behind
)
MOST_WORDS, MOST_LINES = 300, 20


class SshTunnel:
    """Opened by the first question and again after a loss; safe from every thread."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        self.url = url
        self._environ = environ
        self._lock = threading.Lock()
        self._ssh: SshProcess | None = None
        self._far = urlsplit(url).path
        self._asked = bool(self._far)
        self._shut = False
        self._newest: SshProcess | None = None
        """The last one that was started, from its first moment on."""

    def open(self) -> str:
        """The path of a Unix socket here that leads to the engine; EngineError where ssh does not
        get there."""
        with self._lock:
            if self._shut:
                raise EngineError(f"The connection to {login(self.url)} is closed.")
            if self._ssh is None or self._ssh.ended:
                self._close()
                self._ssh = self._opened(self._far or USUAL)
                if not self._asked:
                    self._asked = True
                    self._far = self._ssh.told(TOLD_SECONDS)
                    if self._far not in ("", USUAL):
                        self._close()
                        self._ssh = self._opened(self._far)
            return self._ssh.socket

    @property
    def path(self) -> str:
        """The socket while the connection stands, else ""; opens nothing."""
        ssh = self._ssh
        return ssh.socket if ssh is not None and not ssh.ended else ""

    def trouble(self) -> str:
        """What ssh itself says of why nothing comes through, as one sentence; "" where it says
        nothing."""
        ssh = self._ssh
        words = ssh.refusal(REFUSED_SECONDS) if ssh is not None else ""
        if not words:
            return ""
        where = urlsplit(self.url).hostname
        return (
            f"ssh reaches {where}, but not its engine at {self._far or USUAL} ({words}): your user "
            f"there needs the group `docker`, or name its socket, ssh://{where}/PATH."
        )

    def close(self) -> None:
        """End the connection; the next question opens another."""
        with self._lock:
            self._close()

    def shut(self) -> None:
        """End it for good: no thread that is still at work opens another, and one that waits for a
        connection is let go."""
        self._shut = True
        for ssh in (self._newest, self._ssh):
            if ssh is not None:
                ssh.end()

    def _close(self) -> None:
        if self._ssh is not None:
            self._ssh.end()
            self._ssh = None

    def _opened(self, far: str) -> SshProcess:
        ssh = self._newest = SshProcess(self.url, far, self._environ)
        if self._shut:  # meanwhile
            ssh.end()
        if why := ssh.ready():
            ssh.end()
            raise EngineError(unreachable(self.url, why))
        return ssh


class SshProcess:
    """One run of ssh and the private folder of its socket."""

    def __init__(self, url: str, far: str, environ: Mapping[str, str]) -> None:
        """EngineError where there is no ssh, or the address could be taken for an option."""
        program = shutil.which("ssh", path=environ.get("PATH", os.defpath))
        if program is None:
            raise EngineError(f"{url} needs the program ssh: install openssh-client.")
        try:
            checked(url)
        except EngineAddressError as error:
            raise EngineError(f"{error}.") from None
        # A socket's path may have 107 characters, and TMPDIR any number.
        self._folder = tempfile.mkdtemp(prefix="nebtui-ssh-", dir=_short_folder(environ))
        self.socket = f"{self._folder}/engine.sock"
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._found: str | None = None
        self._told = threading.Event()
        argv = (program, *OPTIONS, "-L", f"{self.socket}:{far}", *destination(url), ASK)
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                start_new_session=True,  # ctrl+c is nebtui's
            )
        except OSError as error:
            self._remove()
            raise EngineError(f"{program} cannot be started: {error.strerror}.") from None
        self._reader = threading.Thread(target=self._read, name="ssh", daemon=True)
        self._reader.start()

    @property
    def ended(self) -> bool:
        """Whether the connection is over."""
        return self._process.poll() is not None

    @property
    def words(self) -> str:
        """The last thing that was said, by ssh or on the far side."""
        return self._lines[-1] if self._lines else ""

    def refusal(self, seconds: float) -> str:
        """The last thing that was said, if it is why the far socket could not be opened; "" where
        nothing of the kind comes within so long. It may be read after the closed connection is
        met."""
        deadline = time.monotonic() + seconds
        while REFUSED not in self.words and not self.ended and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return self.words if REFUSED in self.words else ""

    def ready(self) -> str:
        """Wait for the socket; "" once it is there, else why it does not come."""
        deadline = time.monotonic() + CONNECT_SECONDS + 1
        while not os.path.exists(self.socket):
            if self.ended:
                self._reader.join(1.0)
                return self.words or f"exit status {self._process.returncode}"
            if time.monotonic() > deadline:
                return self.words or f"no answer in {CONNECT_SECONDS} s"
            time.sleep(PAUSE)
        return ""

    def told(self, seconds: float) -> str:
        """The socket that the far side's own docker command uses, "" where that is not known after
        so long."""
        self._told.wait(seconds)
        return self._found or ""

    def end(self) -> None:
        """End it now and remove its folder; any thread may call it, and again."""
        with suppress(OSError):
            self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> None:
        """Keep the last lines of what is said, each cut, however much it is."""
        stream = self._process.stdout
        if stream is None:
            return
        rest = b""
        with stream, suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), 4096):
                *whole, rest = (rest + piece).split(b"\n")
                rest = rest[-MOST_WORDS:]
                for line in whole:
                    self._hear(line.decode("utf-8", "replace").strip()[:MOST_WORDS])
        self._told.set()

    def _hear(self, line: str) -> None:
        if not line.startswith(MARK):
            if line:
                self._lines.append(line)
        elif not self._told.is_set():
            url = line.removeprefix(MARK)
            self._found = url.removeprefix("unix://") if url.startswith("unix:///") else ""
            self._told.set()


def _short_folder(environ: Mapping[str, str]) -> str:
    """A folder with a short path: the user's own for such things, else /tmp."""
    own = environ.get("XDG_RUNTIME_DIR", "")
    return own if own and len(own) < 60 and os.access(own, os.W_OK | os.X_OK) else "/tmp"
