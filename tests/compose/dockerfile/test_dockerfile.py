"""Dockerfiles as BuildKit reads them: continuations, escapes, heredocs, stages, arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.compose.dockerfile.instructions import instructions
from nebtui.compose.dockerfile.stages import built_stage, read


def lines(text: str) -> list[tuple[str, str, int, int]]:
    """Keyword, rest in single blanks, first and last line of each instruction."""
    return [(o.keyword, " ".join(o.rest.split()), o.line, o.last) for o in instructions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from a\n\n# c\nrun b", [("FROM", "a", 1, 1), ("RUN", "b", 4, 4)]),
        ("RUN a && \\\n  # comment\n\n  b\nCMD c", [("RUN", "a && b", 1, 4), ("CMD", "c", 5, 5)]),
        ("RUN a \\  \nb", [("RUN", "a b", 1, 2)]),
        ("# escape=`\nRUN dir C:\\ `\n more", [("RUN", "dir C:\\ more", 2, 3)]),
        ("# syntax=docker/dockerfile:1\n# escape=`\nRUN a `\n b", [("RUN", "a b", 3, 4)]),
        ("\n# escape=`\nRUN a `\nRUN b", [("RUN", "a `", 3, 3), ("RUN", "b", 4, 4)]),
        ("RUN a \\", [("RUN", "a", 1, 1)]),
        ("RUN\ta", [("RUN", "a", 1, 1)]),
        ("RUN a\r\nRUN b\r\n", [("RUN", "a", 1, 1), ("RUN", "b", 2, 2)]),
    ],
)  # fmt: skip
def test_lines(text: str, expected: list[tuple[str, str, int, int]]) -> None:
    """Comments and empty lines within a continuation do not end it; the escape directive counts
    only in the first lines."""
    assert lines(text) == expected


def test_an_example_of_buildkit() -> None:
    """BuildKit's testfile `escapes`: backslashes that end no line are kept."""
    text = (
        'FROM ubuntu:14.04\nRUN apt-get \\update && \\\n  apt-get \\"install znc -y\n'
        'ADD \\conf\\\\" /.znc\n\nRUN foo \\\n\nbar \\\n\nbaz\n\n'
        'CMD [ "\\/usr\\\\\\"/bin/znc", "-f", "-r" ]\n'
    )
    found = instructions(text)
    assert [one.keyword for one in found] == ["FROM", "RUN", "ADD", "RUN", "CMD"]
    assert " ".join(found[1].rest.split()) == 'apt-get \\update && apt-get \\"install znc -y'
    assert (" ".join(found[3].rest.split()), found[3].line, found[3].last) == ("foo bar baz", 6, 10)
    assert found[4].words == ('/usr\\"/bin/znc', "-f", "-r")


@pytest.mark.parametrize(
    ("text", "bodies", "last"),
    [
        ("RUN <<EOF\na\n# b\nFROM x\nEOF\nCMD c", ("a\n# b\nFROM x",), 5),
        ("RUN <<-EOF\n\ta\n\tEOF\nCMD c", ("a",), 3),
        ("RUN <<'A' sh && <<\"B\" bash\n1\nA\n2\nB\nCMD c", ("1", "2"), 5),
        ("COPY <<one <<two /x/\n1\none\n2\ntwo\nCMD c", ("1", "2"), 5),
        ("RUN cat <<< text\nCMD c", (), 1),
        ("RUN a<<b\nCMD c", (), 1),
        ("ENV X=<<EOF\nCMD c", (), 1),
    ],
)
def test_heredocs(text: str, bodies: tuple[str, ...], last: int) -> None:
    """The bodies belong to the instruction, whatever stands in them; here-strings are none."""
    first, *rest = instructions(text)
    assert (first.heredocs, first.last) == (bodies, last)
    assert [one.keyword for one in rest] == ["CMD"]
    assert first.text == "\n".join(text.split("\n")[:last])


STAGES = """\
ARG VERSION=3.12
ARG VARIANT
FROM python:${VERSION}-slim AS base
USER app
FROM golang:1.23 AS Build
RUN go build
FROM base
COPY --from=build /app /app
FROM ${VARIANT:-alpine} as last
"""


@pytest.mark.parametrize(
    ("target", "arguments", "base", "chain"),
    [
        ("", {}, "alpine", ["last"]),
        ("", {"VARIANT": "debian:12"}, "debian:12", ["last"]),
        ("2", {}, "python:3.12-slim", ["base", ""]),
        ("2", {"VERSION": "3.13"}, "python:3.13-slim", ["base", ""]),
        ("build", {}, "golang:1.23", ["build"]),
        ("gone", {}, "alpine", ["last"]),
    ],
)
def test_the_stage_that_is_built(
    target: str, arguments: dict[str, str], base: str, chain: list[str]
) -> None:
    """By name, number or the last one, with the stages of the file below it, arguments filled
    in."""
    dockerfile = read("/x/Dockerfile", STAGES, target, arguments)
    assert [stage.name for stage in dockerfile.chain] == chain
    assert built_stage(dockerfile).base == base
    assert len(dockerfile.stages) == 4


def test_forms() -> None:
    """Options, the exec form and the shell form."""
    copy, entry, command = instructions(
        'COPY --from=build --chown=1:1 /a /b\nENTRYPOINT ["a", "b"]\nCMD ["a", b]'
    )
    assert copy.flags == {"from": "build", "chown": "1:1"}
    assert (copy.body, entry.words, command.words) == ("/a /b", ("a", "b"), None)


@given(st.text(alphabet="FROMRUN aAS<-EOF'\"\\`#=$\n\t {}[],:", max_size=120))
def test_no_text_is_an_error(text: str) -> None:
    """Any text gives instructions in order, within its lines."""
    found = read("/x", text).stages
    every = [one for stage in found for one in stage.body]
    assert [o.line for o in every] == sorted(o.line for o in every)
    assert all(1 <= o.line <= o.last <= text.count("\n") + 1 for o in every)
