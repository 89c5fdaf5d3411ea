"""A service's speed in a row: busy, idle, unknown, slow; and the last minutes as bars."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.throughput.summary import (
    kv_cache,
    once_words,
    slower,
    sparkline,
    styled_parts,
    tokens_per_second,
    words,
)
from nebtui.facts.samples import ThroughputSample
from nebtui.text.units import age

BUSY = ThroughputSample("a", 100.0, 64.8, True, running=1, waiting=0, server="vLLM")
IDLE = ThroughputSample("a", 100.0, None, False, last_rate=64.64, last_at=88.0)


def test_busy_idle_and_unknown() -> None:
    """A row tells the speed of all replicas together, idle with its last speed, and unknown with
    the reason."""
    assert words((BUSY,)).rate == "64.8 tok/s"
    assert words((BUSY, BUSY)).rate == "129.6 tok/s"
    idle = words((IDLE,))
    assert (idle.rate, idle.rate_tone, idle.note) == ("idle", "dim", "64.6 tok/s 10 s ago")
    unknown = words((ThroughputSample("a", 1.0, problem="no metrics"),))
    assert (unknown.rate, unknown.note) == ("–", "no metrics")
    asked = words((ThroughputSample("a", 100.0, last_rate=64.64, last_at=88.0),))
    assert (asked.rate, asked.note) == ("–", "64.6 tok/s 10 s ago")
    assert words((ThroughputSample("a", 1.0, None, True, waiting=3),)).note == "3 requests waiting"
    assert words(()).rate == ""


def test_the_last_figure_stays_while_a_server_works() -> None:
    """A server that tells at the end of a request keeps its last figure, with its age; before the
    first one it says when there will be one."""
    works = ThroughputSample("a", 100.0, None, True, last_rate=40.0, last_at=93.0, late=True)
    told = words((works,))
    assert (told.rate, told.rate_tone, told.note) == ("40.0 tok/s", "dim", "busy, 5 s ago")
    assert words((replace(works, waiting=2),)).note == "busy, 5 s ago · 2 requests waiting"
    first = words((replace(works, last_rate=None, last_at=None),))
    assert (first.rate, first.note) == ("busy –", "its speed is told when a request ends")
    assert dict(styled_parts(works))["speed"].startswith("40.0 tok/s 5 s ago")


def test_how_much_slower_and_over_what_time() -> None:
    """A sentence for a finding, the seconds of a single look, and figures without needless
    digits."""
    slow = replace(BUSY, stream=3.3, usual=55.8, verdict="slow", over=1.25, kv_cache=0.5)
    assert slower((BUSY, slow)) == "17× slower than usual: 3.3 tok/s, usually 55.8"
    assert slower((BUSY,)) == ""
    assert once_words((slow, IDLE)) == "over 1.2 s"
    assert once_words((IDLE,)) == ""
    assert words((replace(BUSY, tokens_per_second=12345.6),)).rate == "12346 tok/s"
    assert (kv_cache((BUSY, slow)), kv_cache((BUSY,))) == (0.5, None)
    assert ("KV cache", "50% used") in styled_parts(slow)


def test_slow_says_against_what() -> None:
    """A slow service is a warning that names its speed and the usual one."""
    slow = words((ThroughputSample("a", 1.0, 1.8, True, stream=1.8, usual=64.6, verdict="slow"),))
    assert (slow.note, slow.note_tone) == ("slow: 1.8 tok/s, usually 64.6", "warn")


def test_the_json_figure_is_of_tokens_and_never_zero() -> None:
    """The figure for programs sums tokens only, and an idle service has none instead of zero."""
    assert tokens_per_second((IDLE,)) is None
    assert tokens_per_second((BUSY, IDLE)) == 64.8
    assert tokens_per_second((ThroughputSample("a", 1.0, 500.0, True, unit="inf/s"),)) is None


def test_ages_and_bars() -> None:
    """Ages are told in coarse steps; bars are measured against the fastest minute, an idle minute
    is blank."""
    assert [age(s) for s in (0, 12, 59, 61, 7200)] == ["1 s", "10 s", "55 s", "1 min", "2 h"]
    assert sparkline((10.0, None, 80.0, 40.0), 4) == "▂ █▅"
    assert sparkline((None, None), 5) == ""
    # An hour in four bars: a quarter each, counted from the newest minute.
    hour = (*(10.0,) * 15, *(None,) * 15, *(80.0, None) * 7, 80.0, *(40.0,) * 15)
    assert sparkline(hour, 4) == "▂ █▅"
    assert sparkline(hour[1:], 4) == "▂ █▅"


def test_the_detail_tells_prompt_and_generation_apart() -> None:
    """The detail tells generated tokens from prompts read and names the usual speed; the unknown is
    left out."""
    busy = ThroughputSample(
        "a", 1.0, 64.8, True, 900.0, 2, 1, model="m", server="vLLM", stream=32.4, usual=33.0
    )
    assert styled_parts(busy) == (
        ("server", "vLLM · m"),
        ("work", "busy · 2 running · 1 waiting"),
        ("speed", "64.8 tok/s generated · prompts read at 900.0 tok/s"),
        ("against", "32.4 tok/s for one request, usually 33.0 tok/s"),
    )
    assert styled_parts(IDLE) == (("work", "idle"), ("speed", "64.6 tok/s 10 s ago"))
