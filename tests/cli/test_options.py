"""The options that several verbs have: each verb's formats, and `--project` wherever it stands."""

from __future__ import annotations

import pytest

from nebtui.cli import main
from nebtui.cli.arguments import parsed
from nebtui.cli.formats import EVERY, FORMATS, WHOLE
from tests.cli.sandbox import CliSandbox

POSITIONAL = {
    "reach": ("a", "b"),
    "record": ("x",),
    "replay": ("x",),
    "serve": ("-",),
    "export": ("ecs", "x"),
    "schema": ("check",),
    "completions": ("bash",),
}
"""What these verbs cannot do without."""


@pytest.fixture
def box(sandbox: CliSandbox) -> CliSandbox:
    """Two projects, each with a race of its own."""
    race = "services:\n  {}: {{image: x, depends_on: [db]}}\n  db: {{image: 'redis:7'}}\n"
    sandbox.write(
        {f"{name}/compose.yaml": race.format(f"{name}app") for name in ("alpha", "omega")}
    )
    return sandbox


def words(verb: str | None) -> tuple[str, ...]:
    """A verb with what it cannot do without."""
    return (verb, *POSITIONAL.get(verb, ())) if verb else ()


@pytest.mark.parametrize("verb", [verb for verb in FORMATS if verb])
def test_help_lists_the_verbs_own(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`-h` of a verb has its formats and no other, and `--project` only where that is looked at."""
    with pytest.raises(SystemExit):
        parsed((verb, "-h"))
    told = capsys.readouterr().out
    formats = FORMATS[verb]
    assert ("--format {" + ",".join(formats) + "}" in told) is bool(formats)
    assert ("--format" in told) is bool(formats)
    assert ("--project" in told) is (verb not in WHOLE)


@pytest.mark.parametrize("verb", FORMATS)
def test_a_format_that_a_verb_does_not_have(
    verb: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused before and behind the verb, in one line that names the choices; its own are taken,
    and the first of them is what it prints unasked."""
    formats = FORMATS[verb]
    assert parsed(words(verb)).format == next(iter(formats), "text")
    for form in EVERY:
        option = ("--format", form)
        for argv in ((*option, *words(verb)), (*words(verb), *option)):
            if form in formats:
                assert parsed(argv).format == form
                continue
            with pytest.raises(SystemExit, match="2"):
                parsed(argv)
            (line,) = capsys.readouterr().err.splitlines()
            assert all(repr(choice) in line for choice in formats)
            assert formats or f"{verb} has no --format" in line


@pytest.mark.parametrize("verb", FORMATS)
def test_where_a_project_can_be_named(verb: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and behind every verb; those that are about no project say why not."""
    option = ("--project", "p")
    for argv in ((*option, *words(verb)), (*words(verb), *option)):
        if verb is None or verb not in WHOLE:
            assert parsed(argv).project == "p"
            continue
        with pytest.raises(SystemExit, match="2"):
            parsed(argv)
        (line,) = capsys.readouterr().err.splitlines()
        assert WHOLE[verb] in line


@pytest.mark.parametrize(
    "argv",
    [(), ("--plain",), ("status",), ("check",), ("graph",), ("fix", "--unsafe")],
    ids=" ".join,
)
def test_only_one_project(box: CliSandbox, argv: tuple[str, ...]) -> None:
    """A project is left out wherever another one is asked for, with a verb and without."""
    for form in ("text", "json"):
        told = box.run(*argv, "--no-engine", "--project", "alpha", "--format", form)
        assert "alphaapp" in told.out
        assert "omega" not in told.out
        assert box.run("--project", "alpha", *argv, "--no-engine", "--format", form) == told


def test_only_one_project_of_the_demo(box: CliSandbox) -> None:
    """The simulated box is narrowed too."""
    told = box.run("demo", "--project", "core", "--format", "json").json
    assert [project["name"] for project in told["projects"]] == ["core"]


@pytest.mark.parametrize(
    "argv",
    [(), ("demo",), ("status",), ("check",), ("graph",), ("fix",), ("gpu",)],
    ids=" ".join,
)
def test_a_project_that_is_not_there(box: CliSandbox, argv: tuple[str, ...]) -> None:
    """One line and exit 2 everywhere, nothing on standard output."""
    engine = () if argv == ("demo",) else ("--no-engine",)
    told = box.run(*argv, *engine, "--project", "nope")
    assert (told.status, told.out) == (2, "")
    assert told.lines == ["nebtui: no project is called nope"]


def test_undo_of_one_project(box: CliSandbox) -> None:
    """The last entry that concerns it, not a later one of another project; the list as well."""
    for name in ("alpha", "omega"):
        box.run("fix", "--unsafe", "--write", "--no-engine", "--project", name)
    listed = box.run("undo", "--list", "--project", "alpha", "--format", "json").json["entries"]
    assert [entry["number"] for entry in listed] == [1]
    refused = box.run("undo", "2", "--no-engine", "--project", "alpha")
    assert refused.lines == ["nebtui: entry 2 has nothing to do with alpha"]
    assert box.run("undo", "--no-engine", "--project", "alpha").status == 0
    left = box.run("undo", "--list", "--format", "json").json["entries"]
    assert [entry["number"] for entry in left] == [2]
    again = box.run("undo", "--no-engine", "--project", "alpha")
    assert (again.status, again.out) == (0, "nothing left to undo of alpha\n")


def test_two_names_are_one_too_many(
    sandbox: CliSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`startup` takes its project as an argument too: two different ones are bad usage."""
    from tests.cli.test_startup import RECORDING

    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    assert main(["startup", "core", "--project", "ai", "--recording", RECORDING]) == 2
    assert "which one, core or ai?" in capsys.readouterr().err
    assert main(["startup", "core", "--project", "core", "--recording", RECORDING]) == 1
