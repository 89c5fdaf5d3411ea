"""A URL names a host that nothing answers.

What: the host of a URL in a service's environment, command or labels is no service, alias or
container name that it could reach, and looks like one that is misspelt: a letter off, `_` for `-`,
or the old form `project_service` of its own or another project, which Compose v2 does not give any
more. Public names are silent,
and so are unknown ones that are like none of ours: they may be a server of the local network.
Why it bites: "could not resolve host", at the first call.
Evidence: the text, and the names that answer.
Fix: by hand; the nearest names stand beside it.
Source: docs.docker.com/compose/how-tos/networking; container names measured with Compose 2.40.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.reachability import Names, answering, names, resolutions
from nebtui.analysis.references import Reference
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "unknown-reference"
_SCHEMES = (
    "https?|wss?|tcp|grpcs?|postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|nats|kafka|bolt|"
    r"neo4j|clickhouse|memcached?|elasticsearch|ldaps?|mqtts?|s?ftp|smtp|imap"
)
_URL = re.compile(rf"(?<![a-z0-9+.-])(?:{_SCHEMES})(?:\+[a-z0-9]+)?://", re.IGNORECASE)
_NEAR_LENGTH = 4
"""Shorter names differ by one letter for good reason (`db`, `d2`)."""


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and name."""
    index = names(snapshot)
    other_boxes = {(one.source, one.host) for one in snapshot.outgoing}
    for resolution in resolutions(snapshot):
        reference = resolution.reference
        source = reference.source
        service = snapshot.service(source)
        if resolution.reachable is not None or service is None or not _URL.search(reference.text):
            continue
        if snapshot.projects[source.project].overlay or reference.host in index.owners:
            continue  # somebody answers, in another file at least
        if reference.host in {host.lower() for host, _ in service.extra_hosts}:
            continue
        if (source, reference.host) in other_boxes:
            continue
        if found := near(reference.host, _reachable(snapshot, index, source)):
            yield _finding(reference, service, found)
        elif apart := _old_names(snapshot, index, reference):
            yield _finding(reference, service, apart, apart=True)


def _old_names(snapshot: Snapshot, index: Names, reference: Reference) -> tuple[ServiceKey, ...]:
    """The services of other projects, on no network of the source, whose old name this is."""
    if "_" not in reference.host:
        return ()
    return tuple(
        key
        for key, _ in snapshot.services()
        if key in answering(index, reference.source, key.service)
        and re.fullmatch(_old_name(key, "_"), reference.host)
    )


def _reachable(snapshot: Snapshot, index: Names, source: ServiceKey) -> tuple[ServiceKey, ...]:
    """The services that a service could mean: those that share a network with it."""
    mine = index.networks.get(source, frozenset())
    meant = (key for key, _ in snapshot.services() if key in answering(index, source, key.service))
    return tuple(
        key for key in meant if key != source and mine & index.networks.get(key, frozenset())
    )


def near(host: str, known: tuple[ServiceKey, ...]) -> tuple[ServiceKey, ...]:
    """The services that a host is a form of, or whose name is a letter away; each name once."""
    if "." in host:
        return ()
    wanted = _plain(host)
    found: dict[str, ServiceKey] = {}
    for key in known:
        plain = _plain(key.service)
        old = re.fullmatch(_old_name(key, "-"), wanted)
        if wanted == plain or old or one_letter_off(wanted, plain):
            found.setdefault(key.service, key)
    return tuple(found.values())


def _old_name(key: ServiceKey, joint: str) -> str:
    """A pattern of the name that Compose v1 gave a service's container, number and all."""
    project, service = key.project.name.lower(), key.service.lower()
    if joint == "-":
        project, service = _plain(project), _plain(service)
    return rf"{re.escape(project)}{joint}{re.escape(service)}(?:{joint}\d+)?"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def one_letter_off(one: str, other: str) -> bool:
    """They differ by one letter put in, left out or changed, or by two that changed places; digits
    are no letters: `db1` and `db2` are two."""
    if one == other or min(len(one), len(other)) < _NEAR_LENGTH or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(left) == 2 and left == right[::-1]
    changed = left + right
    return changed.isalpha() and (swapped or (len(left) <= 1 and len(right) <= 1))


def _finding(
    reference: Reference, service: Service, found: tuple[ServiceKey, ...], *, apart: bool = False
) -> Finding:
    source = reference.source
    nearest = " or ".join(dict.fromkeys(key.service for key in found))
    if apart:
        owners = ", ".join(map(str, found))
        where = f"the old name of {owners}, which is on none of its networks: connect them as well"
        answer = f"{nearest} is meant"
    else:
        answer = f"{nearest} does"
        where = f"on its networks: {nearest}"
    return Finding(
        rule=NAME,
        severity="warning",
        project=source.project,
        service=source.service,
        subject=reference.host,
        message=f"names {reference.host}, which nothing answers; {answer}",
        evidence=(reference.text + (f" ({reference.origin})" if reference.origin else ""), where),
        applicability="display",
        origin=reference.origin or service.origin(),
        fix=f"write {nearest}",
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="warning",
    key="",
    manual=__doc__,
    find=find,
)
