"""`nebtui export ecs`: JSON on standard output, what is not in it on stderr."""

from __future__ import annotations

from tests.cli.sandbox import CliSandbox
from tests.report.ecs_schema import mistakes
from tests.report.test_ecs import WORKER

EXPORT = ("export", "--no-engine", "ecs")


def test_export(sandbox: CliSandbox) -> None:
    """Valid for AWS, with the region of the environment, no secret on either side."""
    sandbox.write({"shop/compose.yaml": WORKER})
    done = sandbox.run(*EXPORT, "shop", AWS_REGION="eu-west-1")
    assert done.status == 0
    assert mistakes(done.json) == []
    (first, *_) = done.json["containerDefinitions"]
    assert first["logConfiguration"]["options"]["awslogs-region"] == "eu-west-1"
    assert "worker: put the value of DB_PASSWORD into" in done.err
    assert "hunter2" not in done.out + done.err
    assert "set AWS_REGION" not in done.err
    assert "set AWS_REGION for another" in sandbox.run(*EXPORT, "shop").err


def test_which_project(sandbox: CliSandbox) -> None:
    """No such project, several of one name, and one that cannot be read: a line and exit 2."""
    sandbox.write(dict.fromkeys(("x/app.yaml", "y/app.yaml"), "services: {a: {image: b}}"))
    sandbox.write({"one/compose.yaml": "name: same\nservices: {a: {image: b}}"})
    sandbox.write({"two/compose.yaml": "name: same\nservices: {a: {image: b}}"})
    sandbox.write({"bad/compose.yaml": "services: ["})
    for name, words in (
        ("nobody", "no project is called nobody"),
        ("same", "2 projects are called same"),
        ("bad", "bad/compose.yaml"),
    ):
        done = sandbox.run(*EXPORT, name)
        assert (done.status, done.out) == (2, "")
        assert words in done.err
    assert sandbox.run(*EXPORT, "same", "one").status == 0
    assert sandbox.run("export", "heroku", "same").status == 2
