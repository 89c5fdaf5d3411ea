"""`--host` and `nebtui hosts`: which boxes there are, and how a name leads to one."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

import pytest

from nebtui.cli.boxes import chosen_boxes, reaching
from nebtui.cli.errors import CommandError
from nebtui.cli.formats import FORMATS, HOSTLESS, SEVERAL
from nebtui.cli.hosts import places
from nebtui.hosts.engine.endpoint import contexts, find_endpoint
from nebtui.keep.machines import of_machine
from nebtui.settings import Settings
from tests.cli.sandbox import NO_ENGINE, CliSandbox
from tests.cli.test_options import words

SETTINGS = Settings(
    hosts=(("gpu1", "ssh://me@gpu1"), ("lab", "rack"), ("lost", "no-such")), state_dir="/state"
)


def context(home: Path, name: str, url: str, *, tls: bool = False) -> None:
    """Write a Docker context as the docker command line does."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker/contexts/meta" / digest
    meta.mkdir(parents=True)
    data = {"Name": name, "Endpoints": {"docker": {"Host": url, "SkipTLSVerify": False}}}
    (meta / "meta.json").write_text(json.dumps(data))
    if tls:
        (home / ".docker/contexts/tls" / digest / "docker").mkdir(parents=True)


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """A home with two contexts, and variables that name another engine."""
    context(tmp_path, "rack", "tcp://10.0.0.5:2376", tls=True)
    context(tmp_path, "gpu2", "ssh://me@gpu2")
    (tmp_path / ".docker/contexts/meta/broken").mkdir()
    return {
        "HOME": str(tmp_path),
        "DOCKER_HOST": "tcp://other:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": "/certs",
    }


def named(*hosts: str, **more: object) -> Namespace:
    """The arguments of a command line with `--host`."""
    return Namespace(**{"host": list(hosts), "no_engine": False, **more})


@pytest.mark.parametrize(
    ("name", "url", "certificates"),
    [
        ("gpu1", "ssh://me@gpu1", ""),
        ("ssh://me@elsewhere:2222", "ssh://me@elsewhere:2222", ""),
        ("tcp://far:2376", "tcp://far:2376", "/certs"),
        ("unix:///run/other.sock", "unix:///run/other.sock", ""),
        ("gpu2", "ssh://me@gpu2", ""),
        ("default", "unix:///var/run/docker.sock", ""),
    ],
)
def test_a_name_leads_to_an_engine(
    environ: Mapping[str, str], name: str, url: str, certificates: str
) -> None:
    """By the same variables that lead `docker` and Compose there; those of another engine do not
    get in the way, and certificates of the environment are for tcp alone."""
    endpoint = find_endpoint(reaching(name, SETTINGS, environ))
    assert (endpoint.url, endpoint.certificates) == (url, certificates)


def test_a_context_brings_its_certificates(environ: Mapping[str, str]) -> None:
    """Also where the settings give it another name."""
    endpoint = find_endpoint(reaching("lab", SETTINGS, environ))
    assert endpoint.url == "tcp://10.0.0.5:2376"
    assert endpoint.certificates.startswith(environ["HOME"])
    assert [found.context for found in contexts(environ)] == ["gpu2", "rack"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope", "there is no box nope: [hosts] in"),
        ("lost", "there is no Docker context no-such (of box lost)"),
        ("ssh://-oProxyCommand=x", "names no machine"),
        ("http://x", "write ssh://"),
    ],
)
def test_names_that_lead_nowhere(environ: Mapping[str, str], name: str, said: str) -> None:
    """One sentence with what there is."""
    with pytest.raises(CommandError) as told:
        reaching(name, SETTINGS, environ)
    assert said in str(told.value)


def test_each_machine_has_its_own_state(environ: Mapping[str, str]) -> None:
    """Journal, starts and usual speeds: by the address, whatever name led there; each box once."""
    boxes = chosen_boxes(named("gpu1", "default", "gpu1"), SETTINGS, environ)
    assert [box.name for box in boxes] == ["gpu1", "default"]
    assert boxes[0].settings.state_dir == of_machine("/state", "ssh://me@gpu1")
    assert boxes[1].settings.state_dir == "/state"
    (same,) = chosen_boxes(named("ssh://me@gpu1"), SETTINGS, environ)
    assert same.settings.state_dir == boxes[0].settings.state_dir
    (unasked,) = chosen_boxes(named(), SETTINGS, environ)
    assert (unasked.name, unasked.environ) == ("", environ)


@pytest.mark.parametrize("option", ["no_engine", "recording"])
def test_a_box_beside_files_or_a_recording(environ: Mapping[str, str], option: str) -> None:
    """They are no engine: one of both is left out."""
    with pytest.raises(CommandError, match="leave out one"):
        chosen_boxes(named("gpu1", **{option: "x"}), SETTINGS, environ)


def test_the_list_has_every_box_once(environ: Mapping[str, str]) -> None:
    """This machine, the environment's, the settings', then the contexts that have no other name."""
    listed = [(name, source) for name, source, _ in places(SETTINGS, environ)]
    assert listed == [
        ("default", "this machine"),
        ("tcp://other:2376", "environment"),
        ("gpu1", "settings"),
        ("lab", "settings"),
        ("lost", "settings"),
        ("gpu2", "context"),
        ("rack", "context"),
    ]


def test_hosts_as_json_and_text(sandbox: CliSandbox) -> None:
    """A box that does not answer has the reason and the remedy, and costs no exit status."""
    (sandbox.root / "config.toml").write_text('[hosts]\nshed = "unix:///nonexistent/b.sock"\n')
    told = sandbox.run("hosts", "--format", "json")
    assert told.status == 0
    rows = {row["name"]: row for row in told.json["hosts"]}
    assert rows[NO_ENGINE]["default"] is True
    shed = rows["shed"]
    assert (shed["source"], shed["machine"], shed["default"]) == ("settings", None, False)
    (link,) = shed["gives"]
    assert (link["name"], link["state"]) == ("engine", "broken")
    assert "No engine socket at /nonexistent/b.sock" in link["message"]
    text = sandbox.run("hosts").out
    assert "shed  unix:///nonexistent/b.sock  (settings)" in text
    assert "✗ engine   No engine socket at /nonexistent/b.sock" in text


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--send", "nobody"), "there is no box nobody"),
        (("--send", "default"), "default is not reached by ssh: nothing can be sent there"),
        (("--send", "ssh://x", "--read-only"), "--read-only: nothing is sent"),
        (("--send", "ssh://x", "--format", "json"), "--send prints text"),
        (("--send", "ssh://-oProxyCommand=x"), "names no machine"),
    ],
)
def test_what_is_not_sent(sandbox: CliSandbox, words: tuple[str, ...], why: str) -> None:
    """One sentence, before anybody is asked anything."""
    told = sandbox.run("hosts", *words)
    assert (told.status, told.out) == (2, "")
    assert why in told.err


def test_one_is_sent_after_a_yes(sandbox: CliSandbox) -> None:
    """To a machine that a program stands for: what is copied is told first, and what was sent
    serves; a second time there is nothing to do."""
    programs = sandbox.root / "programs"
    programs.mkdir()
    ssh = programs / "ssh"
    path = "/usr/bin:/bin"
    python = f"/usr/bin/env -i HOME=$HOME {os.path.realpath(sys.executable)}"
    (programs / "there").mkdir()
    (programs / "there/python3").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    ssh.write_text(
        "#!/bin/sh\nfor last; do :; done\n"
        f'HOME={sandbox.root}/far PATH={programs}/there:{path} exec /bin/sh -c "$last"\n'
    )
    for program in (ssh, programs / "there/python3"):
        program.chmod(0o755)
    found = f"{programs}:{os.environ['PATH']}"
    refused = sandbox.run("hosts", "--send", "ssh://gpu1", PATH=found)
    assert refused.status == 2
    assert "One file is copied to gpu1, and nothing else is changed there" in refused.err
    assert "say --yes where nobody can be asked" in refused.err
    assert not (sandbox.root / "far").exists()
    told = sandbox.run("hosts", "--send", "ssh://gpu1", "--yes", PATH=found)
    assert (told.status, told.out.split()[2:]) == (0, ["serves", "on", "ssh://gpu1", "now"])
    again = sandbox.run("hosts", "--send", "ssh://gpu1", "--yes", PATH=found)
    assert (again.status, again.err) == (0, "")
    assert "already: nothing is sent" in again.out


def test_the_environment_s_engine_gives_way(sandbox: CliSandbox) -> None:
    """`--host` of the command line is stronger than DOCKER_HOST, before and behind the verb."""
    for argv in (
        ("status", "--host", "unix:///nonexistent/c.sock"),
        ("--host", "unix:///nonexistent/c.sock", "status"),
    ):
        told = sandbox.run(*argv, "--format", "json")
        assert "/nonexistent/c.sock" in told.err
    told = sandbox.run("status", "--host", "nobody")
    assert (told.status, told.out) == (2, "")
    assert told.lines[0].startswith("nebtui: there is no box nobody")


@pytest.mark.parametrize("verb", [verb for verb in FORMATS if verb])
def test_who_takes_a_host(sandbox: CliSandbox, verb: str) -> None:
    """The help lists it where it is taken; where it is not the reason is told; several boxes are
    for those that can show them beside each other."""
    assert ("--host BOX" in sandbox.run(verb, "-h").out) is (verb not in HOSTLESS)
    if verb in HOSTLESS:
        told = sandbox.run(*words(verb), "--host", "x")
        assert (told.status, told.lines) == (
            2,
            [f"nebtui {verb}: {verb} has no --host: {HOSTLESS[verb]}; see nebtui {verb} --help"],
        )
    elif verb not in SEVERAL:
        told = sandbox.run(*words(verb), "--host", "a", "--host", "b")
        assert told.status == 2
        assert f"{verb} looks at one box" in told.err
