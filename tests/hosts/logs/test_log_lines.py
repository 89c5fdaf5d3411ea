"""The engine's log stream becomes lines, however it is cut, and nothing in it grows without
bound."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.log_lines import MOST_FRAME, MOST_LINE, LogDecoder, RawLine

STAMP = "2026-11-22T14:06:33.000000"
SECOND = 1_795_356_393 * 10**9
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=20)


def stamped(number: int) -> str:
    """A timestamp, so many nanoseconds after the second."""
    return f"{STAMP}{number:03d}Z"


def frame(stream: int, payload: bytes) -> bytes:
    """A frame as the engine sends it."""
    return bytes((stream, 0, 0, 0)) + len(payload).to_bytes(4, "big") + payload


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    """The data, cut into pieces of these sizes; the rest is the last."""
    result = []
    for size in sizes:
        result.append(data[:size])
        data = data[size:]
    return [piece for piece in (*result, data) if piece]


@given(st.lists(st.tuples(st.sampled_from((1, 2)), WORDS), max_size=8), st.lists(st.integers(1, 9)))
def test_frames_become_lines(lines: list[tuple[int, str]], sizes: list[int]) -> None:
    """Each frame is a line with its stream, time and text, wherever the pieces end."""
    data = b"".join(
        frame(stream, f"{stamped(number)} {text}\n".encode())
        for number, (stream, text) in enumerate(lines)
    )
    decoder = LogDecoder(terminal=False)
    got = [line for piece in pieces(data, sizes) for line in decoder.feed(piece)]
    assert [*got, *decoder.flush()] == [
        RawLine(SECOND + number, "stderr" if stream == 2 else "stdout", text)
        for number, (stream, text) in enumerate(lines)
    ]


@given(st.lists(WORDS, max_size=8), st.lists(st.integers(1, 9)))
def test_a_terminals_bytes_become_lines(lines: list[str], sizes: list[int]) -> None:
    """Without frames the line breaks part the lines; a terminal's carriage return goes."""
    data = "".join(f"{stamped(n)} {text}\r\n" for n, text in enumerate(lines)).encode()
    decoder = LogDecoder(terminal=True)
    got = [line for piece in pieces(data, sizes) for line in decoder.feed(piece)]
    assert got == [RawLine(SECOND + n, "stdout", text) for n, text in enumerate(lines)]
    assert decoder.flush() == []


def test_a_long_line_comes_in_frames_and_is_cut() -> None:
    """The time in the middle of a long line goes, what is too long is counted, and the other
    stream's lines do not mix with it."""
    part = "x" * MOST_LINE
    decoder = LogDecoder(terminal=False)
    data = (
        frame(1, f"{stamped(1)} {part}".encode())
        + frame(2, f"{stamped(2)} other\n".encode())
        + frame(1, f"{stamped(3)} {'y' * 100}\n".encode())
    )
    other, long = decoder.feed(data)
    assert other == RawLine(SECOND + 2, "stderr", "other")
    assert long.at == SECOND + 1
    assert set(long.text.partition("…")[0]) == {"x"}
    assert long.text.endswith(f"({100 + len(stamped(1)) + 1:,} more bytes)")


def test_last_words_without_a_line_break_are_kept() -> None:
    """What a container wrote before it died is a line too; zones other than UTC are read."""
    decoder = LogDecoder(terminal=False)
    assert decoder.feed(frame(1, b"2026-11-22T15:06:33.5+01:00 killed")) == []
    assert decoder.flush() == [RawLine(SECOND + 500_000_000, "stdout", "killed")]


@given(st.binary(max_size=200), st.booleans())
def test_hostile_bytes_are_lines_or_refused(data: bytes, terminal: bool) -> None:
    """Anything else is text, or refused with a sentence; never another error."""
    decoder, lines = LogDecoder(terminal), list[RawLine]()
    with suppress(EngineError):
        lines = [*decoder.feed(data), *decoder.flush()]
    assert len(lines) <= data.count(b"\n") + 2


@pytest.mark.parametrize("header", [b"\x01\x00\x00\x00\xff\xff\xff\xff", b"HTTP/1.1"])
def test_a_frame_without_end_is_refused(header: bytes) -> None:
    """A length that no line has is not waited for."""
    assert MOST_FRAME < 0xFFFFFFFF
    with pytest.raises(EngineError):
        LogDecoder(terminal=False).feed(header)


def test_a_line_without_end_does_not_grow() -> None:
    """A terminal that never breaks a line costs no memory, and the rest is counted."""
    decoder = LogDecoder(terminal=True)
    for _ in range(100):
        assert decoder.feed(b"x" * MOST_LINE) == []
    (line,) = decoder.feed(b"\n")
    assert line.text.endswith(f"… ({99 * MOST_LINE:,} more bytes)")
