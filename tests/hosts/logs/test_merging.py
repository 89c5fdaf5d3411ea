"""Lines of several containers are put in order, none is lost, and what is dropped is counted."""

from __future__ import annotations

import re
import threading

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.logs import LogLine
from nebtui.hosts.logs.buffer import HOLD, PATIENCE, LogBuffer
from nebtui.hosts.logs.merging import Merging
from nebtui.hosts.logs.place import WINDOW, LogPlace

BATCHES = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 50), max_size=6)), max_size=12
)
"""(container, times of its next lines), as they come in."""


def line(container: str, at: int, text: str = "") -> LogLine:
    """A line of stdout."""
    return LogLine(at, None, container, "stdout", text)


def numbered(batches: list[tuple[str, list[int]]]) -> list[tuple[str, list[LogLine]]]:
    """The batches as lines, each with a text of its own."""
    result, number = [], 0
    for container, times in batches:
        lines = []
        for at in times:
            number += 1
            lines.append(line(container, at, str(number)))
        result.append((container, lines))
    return result


@given(BATCHES, st.integers(1, 7))
def test_merging_loses_nothing_and_keeps_each_order(
    batches: list[tuple[str, list[int]]], most: int
) -> None:
    """All lines come out once; those of a container in their own order; and where each container's
    times only grow, the whole is in the order of time."""
    merging, fed = Merging(), numbered(batches)
    for container, lines in fed:
        merging.add(container, lines, 0.0)
    released: list[LogLine] = []
    while some := merging.release(0.0, most):
        assert len(some) <= most
        released += some
    assert merging.bytes == 0
    for container in "abc":
        given_lines = [one for name, lines in fed if name == container for one in lines]
        assert [one for one in released if one.container == container] == given_lines
    times = {c: [at for name, ats in batches if name == c for at in ats] for c in "abc"}
    if all(ats == sorted(ats) for ats in times.values()):
        assert [one.at for one in released] == sorted(one.at for one in released)


@given(BATCHES, st.integers(0, 4000))
def test_skipped_lines_are_counted(batches: list[tuple[str, list[int]]], most_bytes: int) -> None:
    """Lines that come out and lines that notes count are all that went in, within the bound."""
    merging, fed = Merging(), numbered(batches)
    for container, lines in fed:
        merging.add(container, lines, 0.0)
        merging.skip(most_bytes)
        assert merging.bytes <= most_bytes
    merging.add("a", [line("a", 60)], 0.0)
    for name in "bc":
        merging.add(name, [line(name, 60)], 0.0)
    released = merging.release(0.0, 10_000)
    notes = [one.text for one in released if one.source == "note"]
    counted = sum(int(number) for note in notes for number in re.findall(r"^\d+", note))
    assert len(released) - len(notes) + counted == sum(len(lines) for _, lines in fed) + 3


def test_a_line_waits_for_older_ones() -> None:
    """What came a moment ago is held back, and with it what is younger."""
    merging = Merging()
    merging.add("a", [line("a", 5)], arrived=10.0)
    merging.add("b", [line("b", 7)], arrived=9.0)
    assert merging.release(9.5, 10) == []
    assert [one.at for one in merging.release(10.0, 10)] == [5, 7]


@given(
    st.lists(st.integers(0, 2 * WINDOW), max_size=40).map(sorted),
    st.lists(st.integers(0, 40), max_size=5),
)
def test_reading_again_loses_nothing_and_repeats_nothing(times: list[int], cuts: list[int]) -> None:
    """Wherever reading was cut off, going on at the place gives each line once."""
    place, seen = LogPlace(), []
    for cut in (*sorted(cuts), len(times)):
        since = place.resume()
        for number, at in enumerate(times[:cut]):
            if at >= since and place.passes(at):
                seen.append(number)
    assert seen == list(range(len(times)))


def test_times_that_go_back_a_little_are_not_lost() -> None:
    """A line whose time is older than the last one seen comes through when it is read again."""
    place = LogPlace()
    assert place.passes(WINDOW * 5)
    since = place.resume()
    assert since < WINDOW * 5 - 10
    assert [place.passes(at) for at in (WINDOW * 5, WINDOW * 5 - 10)] == [False, True]
    assert place.passes(0)  # a line without a time


class Seconds:
    """A steady clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_history_of_all_comes_before_anything_is_given() -> None:
    """Lines of one container wait for the history of another, but not for ever."""
    clock = Seconds()
    buffer = LogBuffer(clock, patient=False)
    for name in "ab":
        buffer.expect(name)
    buffer.push("a", [line("a", 2)])
    buffer.caught_up("a")
    clock.now = 1.0
    assert buffer.take(10) == ()
    buffer.push("b", [line("b", 1)])
    buffer.caught_up("b")
    clock.now += 2 * HOLD
    assert [one.at for one in buffer.take(10)] == [1, 2]
    buffer.expect("c")
    buffer.push("a", [line("a", 3)])
    clock.now += PATIENCE
    assert [one.at for one in buffer.take(10)] == [3]


def test_a_patient_buffer_waits_for_room_and_lets_go_when_closed() -> None:
    """A full one lets its writer wait until lines are taken; closing ends the wait."""
    clock = Seconds()
    buffer = LogBuffer(clock, patient=True, most_bytes=300)
    assert buffer.push("a", [line("a", 1, "x" * 200)])
    answers: list[bool] = []

    def write() -> None:
        answers.extend(buffer.push("a", [line("a", at, "x" * 200)]) for at in (2, 3))

    writer = threading.Thread(target=write)
    writer.start()
    clock.now = 1.0
    assert [one.at for one in buffer.take(10)] == [1]
    while not buffer._merging.bytes:
        buffer.wait(0.01)
    buffer.close()
    writer.join(10.0)
    assert answers == [True, False]
    assert buffer.ended
    assert not any(one.source == "note" for one in buffer.take(10))
