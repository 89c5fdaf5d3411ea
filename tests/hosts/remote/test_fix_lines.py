"""What two nebtui say to each other about fixes: it comes back equal, or it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.codec import decode_fact, encode_fact
from nebtui.facts.declared import ProjectKey
from nebtui.fixing.desk import JournalSeen, TakingBack
from nebtui.fixing.file_change import FileDiff
from nebtui.fixing.proposal import Proposal, Skipped, Wish
from nebtui.hosts.remote.fix_lines import (
    MOST_FINDINGS,
    MOST_ITEMS,
    MOST_TEXT,
    ProposalLine,
    WishLine,
    fits,
    proposal_line,
    read_answer,
    read_proposal,
    read_sentences,
    read_wish,
    wish_line,
)
from nebtui.rules.rule import Finding
from tests.facts.generated import facts
from tests.hosts.remote.test_lines import JSON

AI = ProjectKey("ai", "/ai", ("/ai/compose.yaml",))
FINDINGS = tuple(
    Finding("missing-network", "error", AI, name, "", "m", (), "safe") for name in ("a", "b", "c")
)
PLACES = {finding.key: place for place, finding in enumerate(FINDINGS)}
FIELDS = [
    *("title", "findings", "effect", "files", "checks", "left", "owners", "digest", "newest"),
    *("recreate", "applicability"),
]


def sent(data: Any) -> Any:
    """As it comes out of the pipe."""
    return json.loads(json.dumps(data))


@given(facts(WishLine))
def test_a_wish_comes_back_equal(line: WishLine) -> None:
    """Whatever names are in it."""
    assert read_wish(sent(encode_fact(line))) == line


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_what_is_wished_is_asked(many: bool, override: bool, unsafe: bool, trials: bool) -> None:
    """Findings by their keys alone, and every way in which they are to be fixed."""
    wish = Wish(FINDINGS, None, many, None, override, unsafe, trials)
    line = read_wish(sent(wish_line(wish)))
    assert line is not None
    assert line.findings == tuple(finding.key for finding in FINDINGS)
    ways = (line.many, line.override, line.unsafe, line.trials)
    assert ways == (many, override, unsafe, trials)


@given(JSON, st.text(min_size=1))
def test_what_is_no_wish_is_none(data: object, name: str) -> None:
    """Nor is one with anything in it that is not known: it may mean another thing."""
    line = read_wish(data)
    assert line is None or data == {}
    known = {"findings", "sandbox", "many", "to", "override", "unsafe", "trials"}
    if name not in known:
        assert read_wish({name: True}) is None


def test_a_wish_has_an_end() -> None:
    """More findings than are asked for at once are none."""
    keys = [encode_fact(FINDINGS[0].key)] * (MOST_FINDINGS + 1)
    assert read_wish({"findings": keys}) is None
    assert read_wish({"findings": keys[:-1]}) is not None


@given(facts(Proposal), st.sets(st.integers(0, 2)))
def test_a_proposal_comes_back_equal(told: Proposal, mended: set[int]) -> None:
    """With the findings of the wish, which are not sent."""
    found = tuple(FINDINGS[place] for place in sorted(mended))
    left = (Skipped(FINDINGS[1], "no", unsafe=True),)
    proposal = replace(told, findings=found, left=left)
    line = sent(encode_fact(proposal_line(proposal, PLACES)))
    assert read_proposal(line, FINDINGS) == proposal


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
def test_what_is_no_proposal_is_none(data: object) -> None:
    """Whatever is answered: a proposal about findings that were asked about, or none."""
    proposal = read_proposal(data, FINDINGS)
    assert proposal is None or set(proposal.findings) <= set(FINDINGS)


@pytest.mark.parametrize(
    "data",
    [
        {"findings": [3]},
        {"findings": [-1]},
        {"left": [{"finding": 9, "reason": "x"}]},
        {"notes": ["x" * (MOST_TEXT + 1)]},
        {"files": [{"path": "/a", "hunks": [""] * (MOST_ITEMS + 1)}]},
        {"applicability": "harmless"},
        {"checks": [{"ok": "yes", "message": "m"}]},
    ],
)
def test_a_proposal_that_nobody_would_send(data: object) -> None:
    """About what was not asked, endless, or of words that do not exist."""
    assert read_proposal(data, FINDINGS) is None


@given(facts(JournalSeen), facts(TakingBack))
def test_the_journal_comes_back_equal(seen: JournalSeen, back: TakingBack) -> None:
    """Its entries, and what taking one back would change."""
    assert read_answer(JournalSeen, sent(encode_fact(seen))) == seen
    assert read_answer(TakingBack, sent(encode_fact(back))) == back


@given(JSON)
def test_sentences_are_texts(data: object) -> None:
    """A list of texts, or none."""
    told = read_sentences(data)
    assert told is None or list(told) == data


def test_what_fits() -> None:
    """Up to a length, however deep it is nested."""
    deep: object = "x"
    for _ in range(50):
        deep = {"a": [deep]}
    assert fits(deep)
    assert not fits({"a": [["x"] * MOST_ITEMS, ["x"]]})
    line = ProposalLine(files=(FileDiff("/a", ("+b",)),))
    assert decode_fact(ProposalLine, encode_fact(line)) == line
