"""Healthchecks as data: build the usual forms, and say which programs a given test needs inside its
image.

Every test here is the *value* as it stands in a compose file: a dollar meant for the container is
written `$$` (Compose turns it back), and a backslash is a backslash (the writer of the YAML owns
the quoting).
"""

from __future__ import annotations

import re
import shlex
from typing import Literal

from nebtui.facts.healthcheck import Healthcheck

By = Literal["bash", "curl", "wget", "python"]
"""Which program asks the question; images differ in what they ship."""

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_SEPARATORS = frozenset(";&|()")
# Words after which another command follows, and words the shell itself understands: neither is a
# program to look for.
_LEADERS = frozenset(
    {"!", "{", "do", "elif", "else", "exec", "if", "then", "time", "until", "while"}
)
_BUILTINS = (
    frozenset(
        {
            ":",
            ".",
            "[",
            "[[",
            "}",
            "cd",
            "command",
            "echo",
            "eval",
            "exit",
            "export",
            "false",
            "local",
            "printf",
        }
    )
    | {
        "case",
        "done",
        "esac",
        "fi",
        "for",
        "read",
        "return",
        "set",
        "shift",
        "source",
        "test",
        "true",
        "type",
        "unset",
    }
    | {"wait"}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SUBSHELL = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")


def http_test(port: int | str, path: str, by: By) -> tuple[str, ...]:
    """The test that passes when a GET of `path` on loopback answers 200 (bash) or any success (the
    others)."""
    url = f"http://127.0.0.1:{port}{path}"
    if by == "curl":
        return ("CMD", "curl", "-fsS", "-m", "3", url)
    if by == "wget":
        # `-O /dev/null` and not `--spider`: the latter sends HEAD, which many health routes do not
        # serve.
        return ("CMD", "wget", "-q", "-T", "3", "-O", "/dev/null", url)
    if by == "python":
        return (
            "CMD",
            "python3",
            "-c",
            f"import urllib.request; urllib.request.urlopen('{url}', timeout=3)",
        )
    # Exec form, since /dev/tcp is bash's own and CMD-SHELL runs /bin/sh; `read -t` since a server
    # may stay silent.
    ask = rf"printf 'GET {path} HTTP/1.0\r\n\r\n' >&3"
    script = f"{_connect(port)} && {ask} && read -t 2 -r line <&3 && [[ $$line == *' 200 '* ]]"
    return ("CMD", "bash", "-c", script)


def port_test(port: int | str) -> Healthcheck:
    """The last resort, where nothing but a listening port is known: it accepts a connection. Needs
    bash."""
    return Healthcheck(
        ("CMD", "bash", "-c", _connect(port)), interval=5, timeout=4, retries=12, start_period=30
    )


def command(healthcheck: Healthcheck) -> tuple[str, ...]:
    """The argv that the engine would run in the container for this test, `$$` resolved; empty for
    none."""
    form, *words = (word.replace("$$", "$") for word in healthcheck.test or ("NONE",))
    if form == "CMD-SHELL":
        return ("/bin/sh", "-c", " ".join(words))
    return tuple(words) if form == "CMD" else ()


def on_port(healthcheck: Healthcheck, port: int, other: int) -> Healthcheck | None:
    """The same test against another port, for the negative control (a closed port must fail it).
    None if the test does not name the port, so that no control can be made of it."""
    # A number of its own: `:8000/`, `nc -w 2 127.0.0.1 8000`, `connect(8000,`, `--port=8000`.
    named = re.compile(rf"(?<![\w.-]){port}(?!\w)")
    test = tuple(named.sub(str(other), word) for word in healthcheck.test)
    if test == healthcheck.test:
        return None
    return Healthcheck(
        test,
        healthcheck.interval,
        healthcheck.timeout,
        healthcheck.retries,
        healthcheck.start_period,
    )


def probe_programs(healthcheck: Healthcheck) -> tuple[str, ...]:
    """The programs a test needs, each once, in order: the argv[0] of CMD, and the first word of
    each piece of shell. A CMD-SHELL test needs /bin/sh besides; what the shell has built in is not
    a program."""
    form, *words = healthcheck.test or ("NONE",)
    if form == "CMD-SHELL":
        return tuple(dict.fromkeys(_programs(" ".join(words))))
    if form != "CMD" or not words:
        return ()
    script = words[2] if len(words) > 2 and words[1] == "-c" and _stem(words[0]) in _SHELLS else ""
    return tuple(dict.fromkeys([words[0], *_programs(script)]))


def _connect(port: int | str) -> str:
    """127.0.0.1 and not localhost: the latter may be ::1 first, where a server on 0.0.0.0 does not
    listen."""
    return f"exec 3<>/dev/tcp/127.0.0.1/{port}"


def _stem(program: str) -> str:
    return program.rsplit("/", 1)[-1]


def _programs(script: str) -> list[str]:
    """The first words of the commands of a shell text, innermost substitutions first."""
    script = script.replace("$$", "$")
    result: list[str] = []
    while inner := _SUBSHELL.search(script):
        result += _programs(inner[1] or inner[2] or "")
        script = script[: inner.start()] + "_" + script[inner.end() :]
    expecting = True
    for word in _words(script):
        if set(word) <= _SEPARATORS:
            expecting = True
        elif expecting and not (_ASSIGNMENT.match(word) or word.isdecimal() or word in _LEADERS):
            expecting = False
            if word not in _BUILTINS and not word.startswith(("<", ">", "$")):
                result.append(word)
    return result


def _words(script: str) -> list[str]:
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return [word for word in lexer if word]
    except ValueError:
        # An unbalanced quote: such a test cannot run anyway, and its plain words are the best
        # guess.
        return script.split()
