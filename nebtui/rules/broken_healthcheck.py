"""A healthcheck cannot pass, cannot fail, or fails now.

What: the test calls a program that the image lacks, asks a URL without a host, a port where nothing
listens, a path that current versions answer with 410, or /dev/tcp under /bin/sh; or it is `curl`
without `-f`, which passes on every answer; or it fails now in the running container; or it gives up
before a server can have loaded its model, or before the longest start that was seen. Advice: it is
`pg_isready` without `-h`, others wait for it, and the image's first start has a temporary server.
Why it bites: every service that waits with `service_healthy` never starts, or starts on a test that
says nothing. No gate is offered on such a test.
Evidence: the test as it stands, and how each part is known (the image's own files, its Dockerfile,
/proc/PID/net/tcp, the engine's log of probes).
Fix: the test known for the image with the port and the program that fit, or one of the listening
port; `-f` (where a health page is asked: another may answer 401 all its life), `-h 127.0.0.1` or a
start_period added where only that is missing. Safe once it was tried in the running container, else
unsafe. Display where no test is known that would pass.
Source: docs.docker.com/reference/dockerfile/#healthcheck; chroma-core/chroma issue 6856.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.patience import impatient, patient_period
from nebtui.analysis.probes import Fault, Kind, fault
from nebtui.analysis.server import server_of, unmet
from nebtui.analysis.suggestion import Suggestion, suggest
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.healthcheck import basis_notes, healthcheck_edit, passes, trial, waiting_for
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Rule,
    Severity,
    layer_for,
    service_of,
)

NAME = "broken-healthcheck"
_OPTION = {"blind": ("curl", "-f"), "early": ("pg_isready", "-h 127.0.0.1")}
"""The faults that an option mends, and behind which program it goes."""
_HEALTH_PAGE = re.compile(
    r"://[^/\s]+/(?:[\w/.-]*[\d_/.-])?(?:health|ready|live(?:z|ness)?\b|alive\b|ping\b|heartbeat)",
    re.IGNORECASE,
)
"""A page that exists to be asked whether all is well: it answers without a password."""


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service whose test has a fault."""
    for key, service in snapshot.services():
        wrong = fault(snapshot, key, service) or impatient(snapshot, key, service)
        if wrong is None:
            continue
        waiting = waiting_for(snapshot, key, "service_healthy")
        if waiting or wrong.kind not in ("early", "impatient"):
            yield _finding(snapshot, key, service, wrong, waiting)


def _finding(
    snapshot: Snapshot, key: ServiceKey, service: Service, wrong: Fault, waiting: tuple[str, ...]
) -> Finding:
    test = service.healthcheck
    declared = test is not None and bool(test.test)
    origin = service.origin("healthcheck", "test") if declared else service.origin("image")
    severity: Severity = "advice" if wrong.kind == "early" else "warning"
    stands = f" ({origin})" if origin else ""
    written = " ".join(test.test[1:]) if declared and test else "the image's own"
    why_not = _why_not(snapshot, key, service, wrong)
    remedy = "give it a start_period" if wrong.kind == "impatient" else "replace the test"
    if _with_option(service, wrong.kind) is not None:
        remedy = "add {1} to {0}".format(*_OPTION[wrong.kind])
    return Finding(
        rule=NAME,
        severity="error" if waiting and wrong.passes_never else severity,
        project=key.project,
        service=key.service,
        subject=wrong.kind,
        message=f"has a healthcheck that {wrong.message}",
        evidence=(
            f"test: {written}{stands}",
            wrong.evidence,
            *(f"{name} waits until it is healthy" for name in waiting),
        ),
        applicability="display" if why_not else "safe" if wrong.kind == "impatient" else "unsafe",
        origin=origin,
        fix=why_not or remedy,
        blocks=len(waiting) if wrong.passes_never else 0,
    )


def _why_not(snapshot: Snapshot, key: ServiceKey, service: Service, wrong: Fault) -> str:
    """What to do by hand where no fix is offered; "" if one is."""
    if wrong.kind == "impatient" or _with_option(service, wrong.kind) is not None:
        return ""
    if wrong.kind == "failing" and not service.healthcheck:
        return "look at its log: the image's own test fails"
    suggestion = suggest(snapshot, key, service)
    if wrong.kind == "blind" and not (isinstance(suggestion, Suggestion) and suggestion.known):
        return "add -f to curl, if what it asks answers without an error and without a password"
    if not isinstance(suggestion, Suggestion):
        return f"replace the test by hand: {suggestion.why}"
    if service.healthcheck and _resolved(suggestion.healthcheck.test) == service.healthcheck.test:
        return "look at its log: the test is the one known for it"
    return ""


def _resolved(words: tuple[str, ...]) -> tuple[str, ...]:
    """A test of a compose file as the engine gets it."""
    return tuple(word.replace("$$", "$") for word in words)


def _with_option(service: Service, kind: Kind) -> tuple[str, ...] | None:
    """The test with the missing option behind each program; None where no option mends it, where it
    would be the same, or where a variable in it would be lost."""
    test = service.healthcheck.test if service.healthcheck else ()
    variables = any(
        origin.written for path, origin in service.origins.items() if path[:1] == ("healthcheck",)
    )
    if kind not in _OPTION or variables or any("$" in word for word in test):
        return None
    if kind == "blind" and not _answers(service, " ".join(test)):
        return None
    program, option = _OPTION[kind]
    if test[:2] == ("CMD", program):
        return ("CMD", program, *option.split(), *test[2:])
    if test[:1] == ("CMD-SHELL",):
        called = re.compile(rf"\b{program}(?=\s|$)")
        changed = tuple(called.sub(f"{program} {option}", word) for word in test)
        return changed if changed != test else None
    return None


def _answers(service: Service, test: str) -> bool:
    """Whether what it asks may be expected to answer with 2xx once all is well: any other page may
    answer 401 or 404 all its life, and with -f the service would never be healthy."""
    known = server_of(service)
    return not (known and unmet(service, known)) and bool(_HEALTH_PAGE.search(test))


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Replace the test, or add the option that it lacks."""
    key, service = service_of(snapshot, finding)
    wrong = fault(snapshot, key, service) or impatient(snapshot, key, service)
    if wrong is None:
        raise NoFixError("nothing is wrong with the test any more")
    if why_not := _why_not(snapshot, key, service, wrong):
        raise NoFixError(why_not)
    project = snapshot.projects[key.project]
    recreate = (Recreate(key.project, (key.service,)),)
    if wrong.kind == "impatient" and service.healthcheck:
        period = patient_period(snapshot, key, service.healthcheck)
        layer = layer_for(project, service, "healthcheck")
        longer = Set((*layer.path, "healthcheck", "start_period"), f"{period:g}s")
        title = f"let the healthcheck of {key} wait {period:g} s"
        # Failures in it do not count, and the first pass ends it: nothing comes later for it.
        return Fix(title, "safe", (FileEdit(layer.file, longer),), recreate=recreate)
    words = _with_option(service, wrong.kind)
    if words is not None:
        program, option = _OPTION[wrong.kind]
        title = f"add {option} to {program} in the healthcheck of {key}"
        return Fix(title, "unsafe", (_test_edit(project, service, words),), recreate=recreate)
    suggestion = suggest(snapshot, key, service)
    assert isinstance(suggestion, Suggestion)  # else there is a reason why not
    own = service.healthcheck is not None and service.stands("healthcheck", "test")
    edit = (
        _test_edit(project, service, suggestion.healthcheck.test)
        if own
        else healthcheck_edit(project, service, suggestion)
    )
    return Fix(
        title=f"replace the healthcheck of {key}",
        applicability="unsafe",
        edits=(edit,),
        recreate=recreate,
        notes=basis_notes(suggestion),
        trial=trial(snapshot, key, suggestion),
    )


def _test_edit(project: Project, service: Service, words: tuple[str, ...]) -> FileEdit:
    """Another test in the place of the old one; its times stay."""
    layer = layer_for(project, service, "healthcheck", "test")
    as_text = words[0] == "CMD-SHELL" and not service.stands("healthcheck", "test", "0")
    value = words[1] if as_text else words
    return FileEdit(layer.file, Set((*layer.path, "healthcheck", "test"), value))


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=passes,
)
