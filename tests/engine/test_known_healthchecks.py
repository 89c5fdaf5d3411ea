"""The healthchecks of the knowledge table, run on real servers by a real engine: each passes where
its server is up, and fails where it listens elsewhere, hangs or is gone.

No registry is asked: the servers are Debian's and those of a few wheels, behind the names of the
official images (`known/servers.py` has where they differ).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from nebtui.analysis.suggestion import NoSuggestion, Suggestion, suggest
from nebtui.facts.declared import Service
from nebtui.knowledge import command
from tests.builders import at, box, project
from tests.compose.projects import services_of
from tests.engine.box import docker
from tests.engine.conftest import PREFIX, Box
from tests.engine.known.life import Life, document, known_test, lived, refused
from tests.engine.known.packages import Kit, NotAtHand, make
from tests.engine.known.servers import REFUSED, SERVERS, Server

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]
ALL = (*SERVERS, *REFUSED)
TRIED = [pytest.param(server, id=server.name) for server in SERVERS]


@pytest.fixture(scope="module")
def lacking() -> Mapping[Kit, str]:
    """The kits whose image cannot be made here, each with the reason; the others have one now."""
    kits = dict.fromkeys(server.kit for server in ALL)

    def made(kit: Kit) -> str:
        try:
            make(kit, tuple({server.tag for server in ALL if server.kit == kit}))
        except NotAtHand as problem:
            return str(problem)
        return ""

    with ThreadPoolExecutor(3) as pool:
        return {kit: why for kit, why in zip(kits, pool.map(made, kits), strict=True) if why}


@pytest.fixture(scope="module")
def up(
    lacking: Mapping[Kit, str], compose: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Box]:
    """All servers that can be had, in one project, their containers made; those whose test shall
    fail run."""
    name = f"{PREFIX}{uuid.uuid4().hex[:8]}"
    file = tmp_path_factory.mktemp("known") / "compose.yaml"
    file.write_text(document(tuple(s for s in ALL if s.kit not in lacking)))
    running = Box(name, file.parent, file, compose)
    try:
        code, output = running.run("up", "--no-start")
        assert code == 0, output
        docker("start", *(f"{name}-{s.name}-1" for s in REFUSED if s.kit not in lacking))
        yield running
    finally:
        running.run("down", "--volumes", "--timeout", "0")


@pytest.fixture(scope="module")
def lives(up: Box, lacking: Mapping[Kit, str]) -> Mapping[str, Life]:
    """What the known test of each server answered through its life, by name."""
    tried = [server for server in SERVERS if server.kit not in lacking]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda server: lived(up, server), tried)
        return {server.name: life for server, life in zip(tried, found, strict=True)}


@pytest.fixture
def life(server: Server, lives: Mapping[str, Life], lacking: Mapping[Kit, str]) -> Life:
    """The life of the server of this test."""
    if why := lacking.get(server.kit):
        pytest.skip(why)
    return lives[server.name]


def offered(service: Service) -> Suggestion | NoSuggestion:
    """What nebtui offers for a service without a healthcheck."""
    return suggest(box(project("a", service)), at(f"a/{service.name}"), service)


def declared(running: Box, server: Server) -> Service:
    """The service of a server as nebtui reads it from the file, its healthcheck left out."""
    return replace(services_of(running.folder)[server.name], healthcheck=None)


@pytest.mark.parametrize("server", TRIED)
def test_it_is_offered_and_passes_when_up(server: Server, life: Life, up: Box) -> None:
    """The table's test is what is offered; it passes, and Compose's service becomes healthy."""
    found = offered(declared(up, server))
    assert isinstance(found, Suggestion), found
    assert found.argv == command(known_test(server))
    assert life.up[0] == 0, life
    assert "healthy" in life.states


@pytest.mark.parametrize("server", TRIED)
def test_it_fails_where_nothing_listens_hangs_or_is_gone(server: Server, life: Life) -> None:
    """It fails at a closed port, while the server is stopped, and after its end, where the engine
    calls the service unhealthy; between the two it passes again."""
    assert life.closed[0] != 0, life
    assert life.ended[0] != 0, life
    if not server.brief:
        assert life.stopped[0] != 0, life
        assert life.again[0] == 0, life
        assert life.states[-1] == "unhealthy"


@pytest.mark.parametrize("server", [pytest.param(server, id=server.name) for server in REFUSED])
def test_none_is_offered_where_it_would_fail(
    server: Server, up: Box, lives: Mapping[str, Life], lacking: Mapping[Kit, str]
) -> None:
    """A server that asks a password, is moved, or has its page switched off: it runs, its known
    test fails, and none is offered."""
    if why := lacking.get(server.kit):
        pytest.skip(why)
    assert lives
    assert isinstance(offered(declared(up, server)), NoSuggestion)
    assert refused(up, server) == ""
