"""Promises of reading a tour: a right one is read, each mistake is said with its line, and hostile
text is only text."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.tour.reader import LINES, MOST, WIDTH, TourError, built_in, read_tour
from nebtui.tour.step import KINDS, Clause

GOOD = '''\
# Our box in five minutes.
title = "Our box"

[[step]]
title = "The planner"
text = """
Go to the planner.
[[step]]
title = "not a step, a text"
"""
at = "rag/planner"
key = "j"
until = { selected = "rag/planner", tab = "why" }
done = "There."

[[step]]
title = "Written in another way"
text = "A table of its own."
back = "esc"
[step.until]
gone = "isolated-networks rag/planner"
state = "rag/qdrant port open"
'''


def mistakes(text: str) -> list[str]:
    """What is said of a text."""
    with pytest.raises(TourError) as caught:
        read_tour(text, "tour.toml")
    return list(caught.value.mistakes)


def test_a_right_one() -> None:
    """Texts are one paragraph, clauses keep their order, what is not given is empty."""
    tour = read_tour(GOOD, "tour.toml")
    first, second = tour.steps
    assert (tour.title, first.title, first.at, first.key) == ("Our box", "The planner",
        "rag/planner", "j")  # fmt: skip
    assert first.text == 'Go to the planner. [[step]] title = "not a step, a text"'
    assert first.until == (Clause("selected", "rag/planner"), Clause("tab", "why"))
    assert second.until[1] == Clause("state", "rag/qdrant port open")
    assert (second.back, second.done, second.at) == ("esc", "", "")


STEP = '[[step]]\ntitle = "t"\ntext = "x"\n'
WRONG = (
    ('title = "t"\n', ["1: a tour needs steps: each begins with [[step]]"]),
    (STEP, ["1: title is missing"]),
    ('title = "t"\nstep = 1\n', ["2: a tour needs steps: each begins with [[step]]"]),
    ('title = "t"\ncolour = 1\n' + STEP,
     ["2: colour is not known here; a tour has title and [[step]]"]),
    ('title = "t"\n[[step]]\ntitle = 5\n', ["2: text is missing", "3: title must be a text"]),
    ('title = "t"\n' + STEP + 'wait = "x"\n', ["5: wait is not known in a step; known: "]),
    ('title = "t"\n' + STEP + 'until = "x"\n', ["5: until must be a table"]),
    ('title = "t"\n' + STEP + 'until = { sees = "x" }\n', ["5: until: sees is not known; known: "]),
    ('title = "t"\n' + STEP + "until = { tab = 3 }\n", ["5: until: tab must be a text"]),
    ('title = "t"\n' + STEP + '[step.until]\n# x\ntab = "logs"\n',
     ["7: until: logs is none of why, "]),
    ('title = "t"\n' + STEP + '\nat = "a/b/c"\n',
     ["6: at: a/b/c is not PROJECT/SERVICE or PROJECT"]),
    ('title = "t"\n' + STEP + 'until = { gone = "no-such-rule p/a" }\n',
     ["5: until: no-such-rule is not a rule; `nebtui rule` lists them"]),
    ('title = "t"\n' + STEP + 'until = { log = "p" }\n', ["5: until: p is not PROJECT/SERVICE"]),
    ('title = "t"\n' + STEP + 'until = { state = "p ready" }\n',
     ["5: until: p is not PROJECT/SERVICE; state is PROJECT/SERVICE WORD"]),
    ('title = "t"\n' + STEP + 'until = { state = "p/a happy" }\n',
     ["5: until: happy is none of failed, "]),
    ('title = "t"\n' + STEP + 'until = { screen = "desktop" }\n',
     ["5: until: desktop is none of home, "]),
    ('title = "t"\n' + STEP + 'done = """' + "word " * 60 + '"""\n',
     ["5: done: 4 lines of 78 characters, 3 fit"]),
    ('title = "t"\n' + STEP * 2 + f'title = "{"x" * 40}"\n', ["8: Cannot overwrite a value"]),
    ('title = "t"\n' + STEP + f'[[step]]\ntext = "y"\ntitle = "{"x" * 40}"\n',
     ["7: title: 40 characters, 34 fit"]),
    ('title = "t"\n\n[[step]\n', ["3: "]),
    ('title = "t"\n' + STEP * (MOST + 1), [f"182: {MOST + 1} steps: at most {MOST}"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_one(text: str, said: list[str]) -> None:
    """Each mistake is said in a sentence that begins with file and line."""
    told = mistakes(text)
    assert len(told) == len(said), told
    for sentence, words in zip(told, said, strict=True):
        assert sentence.startswith(f"tour.toml:{words}"), told


def test_all_mistakes_at_once() -> None:
    """In the order of their lines."""
    text = GOOD.replace('tab = "why"', 'tab = "wy"').replace(
        'rag/planner"\nkey', 'rag planner"\nkey'
    )
    assert [told.split(":")[1] for told in mistakes(text)] == ["11", "13"]


def test_hostile_text_is_text() -> None:
    """Markup and what steers a terminal come out as nothing but characters, also in what is said
    of a mistake."""
    told = mistakes('title = "t"\n' + STEP + 'until = { tab = "\\u001b[31mred[/]" }\n')
    assert "\x1b" not in told[0]
    tour = read_tour('title = "t"\n' + STEP.replace('"x"', '"[bold]\\u001b[2J x"'), "t")
    assert tour.steps[0].text == "[bold]\x1b[2J x"  # the panel and `say` take it away


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Whatever stands in a file, it is a tour or a list of sentences with lines of that file."""
    for whole in (text, f'title = "t"\n{STEP}{text}'):
        try:
            read_tour(whole, "f")
        except TourError as error:
            lines = whole.count("\n") + whole.count("\r") + 1
            for sentence in error.mistakes:
                assert 1 <= int(sentence.split(":")[1]) <= lines + 1


def test_the_built_in_tour() -> None:
    """It is a tour like any other: every step that is to be done waits for something, and says
    what was learned in as many lines as the panel has."""
    tour = built_in()
    assert len(tour.steps) == 12
    kinds = {clause.kind for step in tour.steps for clause in step.until}
    assert kinds <= set(KINDS)
    for step in tour.steps:
        assert step.until
        assert len(textwrap.wrap(f"✓ {step.done}", WIDTH)) <= LINES["done"], step.title
