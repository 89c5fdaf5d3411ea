"""The graph as Mermaid and DOT: what it holds, and that no name in it is anything but a label."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nebtui.facts import changes
from nebtui.facts.crossing import Crossing
from nebtui.facts.declared import Service
from nebtui.facts.snapshot import Snapshot
from nebtui.report.diagram import Diagram, diagram
from nebtui.report.diagram_of_boxes import diagram_of_boxes
from nebtui.report.dot import dot
from nebtui.report.mermaid import mermaid
from nebtui.text.mask import mask
from nebtui.text.terminal import plain
from tests.builders import at, box, container, joined, project, waits
from tests.swarms import service, swarm, task

APP = Service(
    "app",
    environment={"URL": "http://store:80", "DB": "postgres://db:5432"},
    depends_on=waits("db", condition="service_healthy") | waits("gone"),
    networks=joined("default", "net"),
)
BOX = box(
    project("core", Service("store")),
    project("gantry", APP, Service("db"), external=("net",)),
    container("gantry/app", "exited", code=1),
    container("gantry/db", "running", "gantry_default", health="healthy"),
)
HOSTILE = (
    'a"]; end',
    "b\\",
    "`md`",
    "%%{init: {}}%%",
    "#34;",
    "style x:#1;",
    "<b>&amp;</b>",
    "\\N\\l",
    'token: "x"',
    "http://u:p@h",
    "end",
    " ",
    "\x1b[31mred\r\n",
    "||",
    "{{}}",
)
STRING = r'"(?:[^"\\]|\\.)*"'
MERMAID_TEXT = r'"(?:[\w .\-]|#\d+;|<br/>)+"'
NODE = r"(?:b\d+)?[snux]\d+"
"""The id of a service, a network, a service of Swarm, a port; of several boxes behind its box."""
MERMAID = (
    r"flowchart LR",
    r" {2}%% [\w :,;-]+",
    rf" {{2}}subgraph (?:b\d+)?[pty]\d+\[{MERMAID_TEXT}\]",
    rf" {{4}}{NODE}\[{MERMAID_TEXT}\]",
    r" {2}end",
    rf" {{2}}{NODE}\{{\{{{MERMAID_TEXT}\}}\}}",
    rf" {{2}}{NODE} (?:---|-->|-\.->|==>|-\.-x)(?:\|{MERMAID_TEXT}\|)? {NODE}",
    r" {2}classDef bad [\w:#,-]+",
    rf" {{2}}class {NODE}(?:,{NODE})* bad",
    r" {2}linkStyle \d+(?:,\d+)* stroke:#\w+",
)
"""The lines that are written of Mermaid's grammar (`flow.jison` of 11.x)."""
DOT = re.compile(rf"\s*(?:({STRING})|(->|[{{}}\[\]=,;])|([A-Za-z_][A-Za-z_0-9]*|-?[\d.]+))")


def hostile(names: tuple[str, ...]) -> Snapshot:
    """A box in which projects, services and networks are called so, and all depend on the first."""
    services = [Service(name, depends_on=waits(names[0])) for name in names[1:]]
    networks = tuple(name for name in names if name != "default")
    first = Service(names[0], networks=joined(*networks))
    return box(*(project(name, first, *services, external=networks) for name in names[:2]))


def said(lines: Iterator[str]) -> list[str]:
    """The lines as they leave the command."""
    return [plain(mask(line)) for line in lines]


def tokens(text: str) -> Iterator[str]:
    """The tokens of a DOT text without its comment; an error where something is none."""
    at = 0
    text = re.sub(r"^//.*\n", "", text).rstrip()
    while at < len(text):
        found = DOT.match(text, at)
        assert found, text[at : at + 60]
        yield found[0].strip()
        at = found.end()


def statements(parts: Iterator[str], depth: int = 1) -> int:
    """Reads the statements of a DOT body to its closing brace; how many nodes and edges there
    were."""
    found = 0
    for part in parts:
        if part == "}":
            return found
        if part == "subgraph":
            assert next(parts).startswith("cluster_")
            assert next(parts) == "{"
            found += statements(parts, depth + 1)
        elif part in ("->", "["):
            found += part == "->"
            follows = next(parts)
            while part == "[" and follows != "]":
                follows = next(parts)
        elif part == "=":
            next(parts)
        else:
            assert re.fullmatch(r"\w+|,", part), part
            found += bool(re.fullmatch(NODE, part))
    raise AssertionError("a brace is missing")


def assert_mermaid(drawn: Diagram) -> None:
    """Each line is one that Mermaid's grammar has, subgraphs are closed, styles name a line."""
    lines = said(mermaid(drawn))
    for line in lines:
        assert any(re.fullmatch(form, line) for form in MERMAID), line
    assert lines[0] == "flowchart LR"
    assert sum(line.startswith("  subgraph") for line in lines) == lines.count("  end")
    arrows = sum(bool(re.fullmatch(MERMAID[6], line)) for line in lines)
    assert arrows == len(drawn.lines)


def assert_dot(drawn: Diagram) -> None:
    """It is one graph of DOT's grammar with all nodes and edges."""
    parts = tokens("\n".join(said(dot(drawn))))
    assert [next(parts) for _ in range(3)] == ["digraph", "nebtui", "{"]
    nodes = len(drawn.networks) + sum(len(cluster.nodes) for cluster in drawn.clusters)
    # Of an edge the source is counted and the arrow; its target is read with the arrow.
    assert statements(parts) == nodes + 2 * len(drawn.lines)
    assert list(parts) == []


def test_what_is_drawn() -> None:
    """Projects as groups, networks, gates with their condition, names reached and not, and what is
    broken as such."""
    drawn = diagram(BOX)
    ids = {node.label: node.id for cluster in drawn.clusters for node in cluster.nodes}
    assert [cluster.label for cluster in drawn.clusters] == ["core", "gantry"]
    states = {n.label: (n.state, n.bad) for cluster in drawn.clusters for n in cluster.nodes}
    assert states == {
        "store": ("not created", False),
        "app": ("failed", True),
        "db": ("ready", False),
        "gone": ("not declared", True),
    }
    nets = {node.label: node.id for node in drawn.networks}
    assert set(nets) == {"core_default", "gantry_default", "net"}
    found = {
        (line.source, line.target, line.kind): (line.label, line.broken) for line in drawn.lines
    }
    assert found[ids["app"], nets["net"], "member"] == ("", False)
    assert found[ids["app"], ids["db"], "depends"] == ("healthy", False)
    assert found[ids["app"], ids["db"], "references"] == ("", False)
    assert found[ids["app"], ids["store"], "references"] == ("cannot reach", True)


def test_a_name_without_an_engine_has_no_state() -> None:
    """Files alone have no verdict: none is drawn."""
    drawn = diagram(box(project("core", Service("store")), engine=None))
    assert said(mermaid(drawn))[3] == '    s0["store"]'


def test_a_secret_in_a_name_is_masked() -> None:
    """Before it is escaped: afterwards `=` is a code, and nothing would recognise it."""
    drawn = diagram(box(project("p", Service("password=hunter2"))))
    assert "hunter2" not in "".join((*mermaid(drawn), *dot(drawn)))


def test_broken_lines_are_marked() -> None:
    """A name that is not reached is a crossed, red line in both; `linkStyle` has its number."""
    drawn = diagram(BOX)
    lines = said(mermaid(drawn))
    arrows = [line for line in lines if re.fullmatch(MERMAID[6], line)]
    (style,) = [line for line in lines if "linkStyle" in line]
    (number,) = re.findall(r"linkStyle (\d+) ", style)
    assert "-.-x" in arrows[int(number)]
    assert sum("arrowhead=tee" in line for line in dot(drawn)) == 1


@pytest.mark.parametrize("check", [assert_mermaid, assert_dot])
@pytest.mark.parametrize("shown", [BOX, box(), hostile(HOSTILE)], ids=["box", "empty", "hostile"])
def test_the_grammar(check: Callable[[Diagram], None], shown: Snapshot) -> None:
    """A box, an empty one and one of hostile names are valid in both languages."""
    check(diagram(shown))


@given(st.lists(st.text(min_size=1, max_size=80), min_size=2, max_size=4, unique=True))
@example(["x://a:b\\", "@c"])
@example(["password=\\", '"secret": "'])
def test_no_name_leaves_its_label(names: list[str]) -> None:
    """Whatever things are called: the same lines, and the texts inside them alone differ."""
    drawn = diagram(hostile(tuple(names)))
    assert_mermaid(drawn)
    assert_dot(drawn)


def test_what_a_reader_sees_again() -> None:
    """The codes and escapes are those of the name."""
    name = 'a"b\\c#d&e<f>`g'
    drawn = diagram(box(project("p", Service(name)), engine=None))
    (node,) = (line for line in mermaid(drawn) if "s0[" in line)
    assert html.unescape(re.sub(r"#(\d+);", r"&#\1;", node.strip()[4:-2])) == name
    (node,) = (line for line in dot(drawn) if "s0 [" in line)
    assert re.sub(r"\\(.)", r"\1", html.unescape(node.strip()[11:-2])) == name


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")
@pytest.mark.parametrize("shown", [BOX, hostile(HOSTILE)], ids=["box", "hostile"])
def test_graphviz_reads_it(shown: Snapshot) -> None:
    """Graphviz itself takes it without a word."""
    text = "\n".join(said(dot(diagram(shown))))
    done = subprocess.run(
        ("dot", "-Tcanon"), input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_boxes_as_one() -> None:
    """Names and ids of two boxes stay apart; a line goes from the one that asks to the service that
    publishes it, and to a port where no service drawn does."""
    source, target = at("core/store"), at("gantry/db")
    across = (
        Crossing("one", source, "two", 5432, "two", target, "loopback"),
        Crossing("one", source, "two", 9000, "two", None, "unseen"),
    )
    drawn = diagram_of_boxes({"one": BOX, "two": BOX}, across)
    assert_mermaid(drawn)
    assert_dot(drawn)
    ids = [node.id for cluster in drawn.clusters for node in cluster.nodes]
    assert len(set(ids)) == len(ids) == 2 * 4 + 1
    labels = {node.id: f"{c.label}/{node.label}" for c in drawn.clusters for node in c.nodes}
    broken, loose = drawn.lines[-2:]
    assert (labels[broken.source], labels[broken.target]) == ("one: core/store", "two: gantry/db")
    assert (broken.label, broken.broken) == ("port 5432 on 127.0.0.1 only", True)
    assert (labels[loose.target], loose.broken) == ("two/port 9000", False)
    assert {node.label.partition(": ")[0] for node in drawn.networks} == {"one", "two"}


def test_stacks_of_swarm() -> None:
    """A stack is a cluster, its services are on their networks; left out where one project was
    asked for."""
    web = service("shop_web", task(1), task(2, "rejected", error="boom"), networks=("front",))
    seen = box(project("core", Service("store")), changes.SwarmSeen(swarm(web)))
    drawn = diagram(seen)
    assert_mermaid(drawn)
    assert_dot(drawn)
    stack = drawn.clusters[-1]
    assert (stack.label, [(n.label, n.state) for n in stack.nodes]) == (
        "stack shop (Swarm)",
        [("web", "degraded 1/3")],
    )
    names = {node.id: node.label for node in drawn.networks}
    assert [names[one.target] for one in drawn.lines if one.source == stack.nodes[0].id] == [
        "front"
    ]
    assert [c.label for c in diagram(seen, whole=False).clusters] == ["core"]
