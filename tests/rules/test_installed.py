"""Rules of other packages: found by their entry point, judged by the same pages, and no danger to
the others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.fixing.patch import Draft, plan
from nebtui.rules.installed import installed
from nebtui.rules.rule import NoFixError, Options
from nebtui.rules.table import RULES
from tests.cli.sandbox import CliSandbox
from tests.rules import cases, test_cases

SAMPLE = Path(__file__).parent / "sample"
CASES = list(cases.load(SAMPLE))
RULE = "from nebtui.rules.rule import Finding, Fix, Rule\n"
WEB = "services: {web: {image: 'nginx:1.27', ports: ['80:80']}}\n"
MISTAKES = {
    "absent": ("house_absent", ""),
    "broken": ("broken", "import nothing_of_this_name\n"),
    "leaves": ("leaves", "raise SystemExit(3)\n"),
    "none": ("none", "RULE = 'no-rule'\n"),
    "same": (
        "same",
        f"{RULE}RULE = Rule('unset-variable', 'error', '', 'm', lambda s: iter(()))\n",
    ),
    "name": ("name", f"{RULE}RULE = Rule('\\x1b[2J', 'error', '', 'm', lambda s: iter(()))\n"),
    "severity": ("severity", f"{RULE}RULE = Rule('s', 'fatal', '', 'm', lambda s: iter(()))\n"),
    "manual": ("manual", f"{RULE}RULE = Rule('m', 'error', '', ' ', lambda s: iter(()))\n"),
}
RAISES = f"{RULE}def find(snapshot):\n    raise KeyError('x')\n    yield\n"
RAISES += "RULE = Rule('raises', 'error', '', 'm', find)\n"
STRANGE = f"{RULE}RULE = Rule('strange', 'error', '', 'm', lambda snapshot: ['a finding'])\n"


def install(folder: Path, package: str, **modules: str) -> None:
    """Put a package's modules and its metadata into a folder, as an installer would."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    points = "".join(f"{name} = {name}:RULE\n" for name in modules)
    (info / "entry_points.txt").write_text(f"[nebtui.rules]\n{points}")
    for name, text in modules.items():
        if text:
            (folder / f"{name}.py").write_text(text)


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sample package, installed in a folder on the path."""
    folder = tmp_path / "site"
    install(folder, "house-rules", house_rules=(SAMPLE / "house_rules.py").read_text())
    monkeypatch.syspath_prepend(folder)
    installed.cache_clear()
    yield folder
    sys.modules.pop("house_rules", None)
    installed.cache_clear()


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_its_page(case: cases.Case, tmp_path: Path) -> None:
    """A page of its own is run by the machinery of the pages here, the fix included."""
    test_cases.test_findings(case, tmp_path / "box")
    if case.after:
        test_cases.test_fix(case, tmp_path / "box")
        test_cases.test_only_the_meant_service_changes(case, tmp_path / "box")


@pytest.fixture
def sandbox(tmp_path: Path) -> CliSandbox:
    """nebtui in a process of its own."""
    return CliSandbox(tmp_path)


def test_nobody_pays_for_what_is_not_there() -> None:
    """Without such a package nothing is loaded."""
    installed.cache_clear()
    assert rules.every() == RULES


def test_at_the_command_line(sandbox: CliSandbox) -> None:
    """`check`, `rule`, `fix` and SARIF have it as they have nebtui's own."""
    site = sandbox.root / "site"
    install(site, "house-rules", house_rules=(SAMPLE / "house_rules.py").read_text())
    path = f"{site}:{sandbox.environ['PYTHONPATH']}"
    sandbox.write({"compose.yaml": WEB})
    done = sandbox.run("check", "--no-engine", PYTHONPATH=path)
    assert (done.status, done.err) == (1, "")
    assert "W no-restart: work/web is not started again after a crash" in done.out
    assert "A long-running service" in sandbox.run("rule", "no-restart", PYTHONPATH=path).out
    fixed = sandbox.run("fix", "--no-engine", "--rule", "no-restart", "--unsafe", PYTHONPATH=path)
    assert "+" in fixed.out
    assert "restart: unless-stopped" in fixed.out
    told = sandbox.run("check", "--no-engine", "--format", "sarif", PYTHONPATH=path)
    (run,) = told.json["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "no-restart"
    assert sandbox.run("check", "--no-engine").status == 0


def test_mistakes_are_named_and_stop_nothing(sandbox: CliSandbox) -> None:
    """Rules that cannot be imported, are none, bear a taken or an impossible name, or raise: a
    sentence each, exit 2, and the findings of the others."""
    site = sandbox.root / "site"
    install(site, "house-rules", house_rules=(SAMPLE / "house_rules.py").read_text())
    install(site, "bad-rules", **{**dict(MISTAKES.values()), "raises": RAISES, "strange": STRANGE})
    path = f"{site}:{sandbox.environ['PYTHONPATH']}"
    sandbox.write({"compose.yaml": WEB})
    done = sandbox.run("check", "--no-engine", PYTHONPATH=path)
    assert "W no-restart: work/web" in done.out
    assert done.status == 2
    assert len(done.lines) == len(MISTAKES) + 2
    for name in dict(MISTAKES.values()):
        (line,) = [line for line in done.lines if f"rule {name} of bad-rules is left out" in line]
        assert line.endswith("; the other rules were applied")
    assert any("rule raises failed on work (KeyError: 'x')" in line for line in done.lines)
    assert any(
        "rule strange failed on work (TypeError: str is no finding" in line for line in done.lines
    )


def test_a_fix_that_fails_is_a_sentence(sample: Path, tmp_path: Path) -> None:
    """Neither an exception nor something else than a fix gets through."""
    (sample / "house_rules.py").write_text(
        (SAMPLE / "house_rules.py").read_text().replace("return Fix(", "return list(")
    )
    snapshot = cases.snapshot(CASES[0], tmp_path / "box")
    (finding,) = [f for f in rules.find(snapshot) if f.rule == "no-restart"]
    with pytest.raises(NoFixError, match=r"the fix of rule no-restart failed \(TypeError: "):
        plan(Draft(snapshot), finding, Options())
