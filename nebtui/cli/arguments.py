"""The command line's grammar (a contract): verbs, their options, and the options common to all."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from nebtui.cli.common_arguments import Parser, common_options
from nebtui.cli.formats import DESCRIBED, EVERY, FORMATS, misused
from nebtui.cli.log_arguments import add_logs
from nebtui.cli.shell_arguments import COMPLETIONS, add_completions
from nebtui.cli.version import Version

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
SCENARIOS = ("all", "race", "cut-network", "cpu-fallback", "foreign-user", "sandbox")


KEPT = (
    "Kept: names (projects, services, containers, images, networks, variables), states and times, "
    "paths, hosts and ports in values, GPU switches, readings, commands and health tests without "
    "what looks like a secret, 200 characters of each probe's answer. "
    "Left out: all other values of variables and labels, logs, the texts of files. "
    "/home/NAME becomes /home/user. Look it through before you hand it on: "
    "what is neither named nor shaped like a secret is not recognised as one."
)
SERVED = (
    "Told: the lines of a recording, as they happen. Done for the other side: verbs on projects "
    "and containers of this box, fixes of what is found on it, written and undone here (not with "
    "--read-only), and logs. No port is opened; it ends with its standard input."
)
SENT = (
    "Sent is one file for the Python (3.11 or newer) of that box, into ~/.cache/nebtui there; it "
    "says how large it is and asks first. Each connection checks its digest before it is run."
)


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of a command line; ends the process where they are wrong."""
    top = parser()
    arguments = top.parse_args(argv)
    verb = arguments.verb
    if wrong := misused(verb, arguments.format, arguments.project, arguments.host):
        top.prog = f"{top.prog} {verb}" if verb else top.prog
        top.error(wrong)
    if arguments.format is None:
        arguments.format = next(iter(FORMATS[verb]), "text")
    return arguments


def parser() -> Parser:
    """The parser; `verb` is None for the live box."""
    top = Parser(
        prog="nebtui",
        description="The Compose projects of this machine: seen, explained, repaired.",
        parents=[common_options(None, EVERY)],
    )
    top.add_argument("--version", action=Version, help="the release and the commit, and end")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)

    def verb(name: str, told: str, more: str = "") -> Parser:
        common = common_options(argparse.SUPPRESS, FORMATS[name], name)
        return verbs.add_parser(name, help=told, description=told, epilog=more, parents=[common])

    demo = verb("demo", "the same app on a simulated box")
    demo.add_argument("scenario", nargs="?", choices=SCENARIOS, default="all")
    check = verb("check", "print findings")
    _check(check)
    _fix(verb("fix", "print the diff of fixes; --write writes them"))
    _undo(verb("undo", "undo the last written patch"))
    status = verb("status", "projects and services, once")
    graph = verb("graph", "networks and edges, once")
    for one in (status, graph):
        one.add_argument("paths", nargs="*", metavar="PATH", help="compose file or folder")
    _recordings(verb, (check, status, graph, _startup(verb), _reach(verb), _tour(verb)))
    _gpu(verb("gpu", "GPUs, the containers on them, and the chain from driver to container"))
    add_logs(verb("logs", "what containers write, merged by time, over restarts and recreation"))
    _serve(verb)
    _hosts(verb("hosts", "the boxes that --host can name, and what each of them gives", SENT))
    verb("doctor", "what of engine, Compose, permissions and GPUs works")
    rule = verb("rule", "the manual of a rule; none = the table")
    rule.add_argument("name", nargs="?", metavar="RULE", help="none = a line for each rule")
    _export(verb("export", "a project for another platform, as JSON"))
    schema = verb("schema", "the JSON Schema of what a verb prints with --format json")
    told = f"one of {', '.join(DESCRIBED)} (nebtui without a verb prints what status does)"
    schema.add_argument("of", choices=DESCRIBED, metavar="VERB", help=told)
    verb("config", "the effective settings")
    add_completions(verb("completions", "the completion script of a shell", COMPLETIONS))
    verb("man", "the manual page in roff: nebtui man | man -l -")
    return top


def _serve(verb: Callable[..., Parser]) -> None:
    told = "this box for a nebtui on another machine, which starts it there over ssh"
    serve = verb("serve", told, SERVED)
    serve.add_argument("pipe", choices=("-",), metavar="-", help="standard input and output")
    serve.add_argument(
        "--speeds", action="store_true", help="the first picture waits for the servers' speeds"
    )


def _hosts(hosts: Parser) -> None:
    hosts.add_argument(
        "--send", metavar="BOX", help="send this nebtui to a box that ssh reaches and that has none"
    )
    hosts.add_argument("--yes", action="store_true", help="do not ask before --send")


def _undo(undo: Parser) -> None:
    undo.add_argument("--list", action="store_true", help="list what can be undone")
    undo.add_argument("number", nargs="?", type=int, metavar="N", help="the entry to undo")


def _check(check: Parser) -> None:
    check.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="compose file or folder; none = every project on the host",
    )
    check.add_argument(
        "--diff", metavar="REF", help="only findings on lines changed since this git revision"
    )
    check.add_argument("--baseline", metavar="FILE", help="leave out the findings in this file")
    check.add_argument(
        "--write-baseline", metavar="FILE", help="write the findings there, and leave them out"
    )


def _gpu(gpu: Parser) -> None:
    gpu.add_argument(
        "names", nargs="*", metavar="SERVICE", help="show the steps of this service (or P/SERVICE)"
    )


def _export(export: Parser) -> None:
    export.add_argument("target", choices=("ecs",), help="ecs: a task definition of Amazon ECS")
    export.add_argument("name", metavar="PROJECT")
    export.add_argument("paths", nargs="*", metavar="PATH", help="where to look for it")


def _startup(verb: Callable[..., Parser]) -> Parser:
    told = "the last start of a project as a timeline; exit 1 when a race was seen"
    startup = verb("startup", told)
    startup.add_argument("name", nargs="?", metavar="PROJECT", help="none = every project")
    startup.add_argument(
        "--up",
        action="store_true",
        help="start the project now (its containers are recreated) and watch until it settles",
    )
    startup.add_argument("--yes", action="store_true", help="do not ask before --up")
    startup.add_argument(
        "--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="watch so long (60)"
    )
    return startup


def _reach(verb: Callable[..., Parser]) -> Parser:
    reach = verb("reach", "whether one service can reach another, or what is missing")
    reach.add_argument(
        "services", nargs=2, metavar="SERVICE", help="[BOX:]PROJECT/SERVICE, or SERVICE"
    )
    reach.add_argument(
        "--try", dest="try_it", action="store_true", help="connect from inside its container"
    )
    return reach


def _tour(verb: Callable[..., Parser]) -> Parser:
    told = "a guided tour: that of the demo box, or your own on your box or a recording of it"
    more = (
        "Each step waits until it is done: J goes on, b back, K skips, T leaves and takes it up "
        "again. --plain prints the steps; a FILE that is no tour is refused with the lines."
    )
    tour = verb("tour", told, more)
    tour.add_argument("file", nargs="?", metavar="FILE", help="your own tour (TOML; docs/tours.md)")
    return tour


def _recordings(verb: Callable[..., Parser], shown: tuple[Parser, ...]) -> None:
    """The verbs that make and play recordings, and the option of those that look at one."""
    for one in shown:
        one.add_argument(
            "--recording", metavar="FILE", help="the end of a recording instead of this box"
        )
    record = verb("record", "write what happens on this box to a file, without its secrets", KEPT)
    record.add_argument(
        "file", metavar="FILE", help="a new file, compressed if it ends in .gz; - = standard output"
    )
    record.add_argument(
        "--for", dest="seconds", type=_seconds, metavar="SECONDS", help="end after so long"
    )
    replay = verb("replay", "the same app on a recording, read-only")
    replay.add_argument("file", metavar="FILE", help="a recording; - = standard input")
    replay.add_argument(
        "--at", type=_offset, metavar="TIME", help="begin there: seconds, M:SS or H:MM:SS"
    )
    replay.add_argument(
        "--speed", type=float, choices=SPEEDS, default=1.0, help="how fast it is played"
    )


def _offset(text: str) -> float:
    """Seconds of `S`, `M:SS` or `H:MM:SS`."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    if not 0 <= seconds < 1e9:
        raise ValueError(text)
    return seconds


def _seconds(text: str) -> float:
    """A number of seconds above 0."""
    number = float(text)
    if not 0 < number < 1e7:
        raise ValueError(text)
    return number


def _fix(fix: Parser) -> None:
    fix.add_argument("paths", nargs="*", metavar="PATH", help="compose file or folder")
    fix.add_argument(
        "--rule", action="append", default=[], metavar="RULE", help="only this rule (repeatable)"
    )
    fix.add_argument(
        "--service", action="append", default=[], metavar="S", help="only this service (repeatable)"
    )
    fix.add_argument(
        "--to", metavar="PROJECT/SERVICE", help="which service is meant where several answer a name"
    )
    fix.add_argument(
        "--unsafe", action="store_true", help="include fixes that may change running behaviour"
    )
    fix.add_argument("--write", action="store_true", help="write them (one undo entry)")
    fix.add_argument(
        "--override", action="store_true", help="put the changes into the override file"
    )
