"""One function makes facts of any form a model comes in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.compose import services
from nebtui.compose.syntax import short_forms
from nebtui.facts.declared import Dependency, Join, Mount, Port
from nebtui.facts.healthcheck import Healthcheck
from tests.compose.service_keys import SERVICE_KEYS

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"command": 'sh -c "a b"'}, {"command": ["sh", "-c", "a b"]}),
        ({"environment": ["A=1", "B"]}, {"environment": {"A": 1, "B": None}}),
        ({"labels": ["a=b=c"]}, {"labels": {"a": "b=c"}}),
        ({"networks": ["n"]}, {"networks": {"n": None}}),
        (
            {"depends_on": ["d"]},
            {"depends_on": {"d": {"condition": "service_started", "required": True}}},
        ),
        ({"extra_hosts": ["h:1.1.1.1", "i=::1"]}, {"extra_hosts": {"i": "::1", "h": ["1.1.1.1"]}}),
        ({"healthcheck": {"test": "x y"}}, {"healthcheck": {"test": ["CMD-SHELL", "x y"]}}),
        (
            {"ports": ["127.0.0.1:80:90/udp"]},
            {
                "ports": [
                    {"target": 90, "published": "80", "host_ip": "127.0.0.1", "protocol": "udp"}
                ]
            },
        ),
        (
            {"volumes": ["vol:/v:ro"]},
            {"volumes": [{"type": "volume", "source": "vol", "target": "/v", "read_only": True}]},
        ),
        ({"build": "/x"}, {"build": {"context": "/x"}}),
        ({"profiles": ["p"]}, {"profiles": "p"}),
    ],
)
def test_short_and_long_forms_are_equal(short: dict[str, Any], long: dict[str, Any]) -> None:
    """A short form and the long form it stands for give one fact."""
    assert services.service("s", short) == services.service("s", long)


def test_a_service_in_full() -> None:
    """Values, not only their equality: what each key becomes."""
    service = services.service(
        "s",
        {
            "networks": {"n": {"aliases": ["x"]}},
            "depends_on": {
                "d": {"condition": "service_healthy", "required": False, "restart": True}
            },
            "healthcheck": {
                "test": ["CMD", "t"],
                "interval": "1m30s",
                "timeout": "500ms",
                "retries": 3,
            },
            "volumes": ["/a:/b/"],
            "ports": ["3000-3001:80-81", "53"],
            "environment": {"F": 1.5, "T": True, "E": ""},
        },
    )
    assert service.networks == {"n": Join("n", ("x",))}
    assert service.depends_on == {"d": Dependency("d", "service_healthy", False, True)}
    assert service.healthcheck == Healthcheck(("CMD", "t"), 90.0, 0.5, 3)
    assert service.mounts == (Mount("bind", "/a", "/b"),)
    assert service.ports == (Port(80, "3000"), Port(81, "3001"), Port(53))
    assert service.environment == {"F": "1.5", "T": "true", "E": ""}


def test_a_disabled_healthcheck() -> None:
    """`disable: true` is the test NONE."""
    assert services.service("s", {"healthcheck": {"disable": True}}).healthcheck == Healthcheck(
        ("NONE",)
    )


@pytest.mark.parametrize(
    ("body", "gpu"),
    [
        ({"gpus": "all"}, True),
        ({"gpus": [{"count": -1}]}, True),
        ({"runtime": "nvidia"}, True),
        ({"devices": ["nvidia.com/gpu=all"]}, True),
        ({"devices": [{"source": "/dev/dri", "target": "/dev/dri"}]}, False),
        (
            {"deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}},
            True,
        ),
        (
            {"deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["tpu"]}]}}}},
            False,
        ),
        ({}, False),
    ],
)
def test_a_gpu_is_requested(body: dict[str, Any], gpu: bool) -> None:
    """All ways to ask for a GPU are seen, other devices are not."""
    assert services.service("s", body).gpu is gpu


def test_network_names() -> None:
    """A network's real name is its `name`, its key if external, else prefixed with the project."""
    data = {
        "networks": {
            "a": None,
            "b": {"name": "x"},
            "c": {"external": True},
            "d": {"external": {"name": "y"}},
        }
    }
    found = services.networks(data, "p")
    assert {key: (net.name, net.external) for key, net in found.items()} == {
        "a": ("p_a", False),
        "b": ("x", False),
        "c": ("c", True),
        "d": ("y", True),
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("v:/v", {"type": "volume", "target": "v:/v"}),
        ("vol:/v", {"type": "volume", "source": "vol", "target": "/v"}),
        ("/anon", {"type": "volume", "target": "/anon"}),
        ("C:\\x:/c", {"type": "bind", "source": "C:\\x", "target": "/c"}),
        ("./a:/b:ro,z", {"type": "bind", "source": "./a", "target": "/b", "read_only": True}),
        ("${A:-./a}:/b", {"type": "volume", "source": "${A:-./a}", "target": "/b"}),
    ],
)
def test_short_volumes(spec: str, expected: dict[str, Any]) -> None:
    """A short volume is read as Compose reads it, one-letter names and drives included."""
    assert short_forms.volume(spec) == expected


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('sh -c "echo \\n a\\"b" ; ls', ("sh", "-c", 'echo n a"b')),
        ("a 'b \\c' d\\ e \"\"", ("a", "b \\c", "d e", "")),
        ("a\n  b", ("a", "b")),
        ("", ()),
    ],
)
def test_command_lines(command: str, words: tuple[str, ...]) -> None:
    """A command line is split as Compose splits it, which stops at an unquoted `;`."""
    assert short_forms.words(command) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (1e6, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (1.1, "1.1"),
        (-0.00001, "-1e-05"),
        (True, "true"),
        (10**11, "100000000000"),
    ],
)
def test_numbers_as_text(value: Any, text: str) -> None:
    """A number in an environment has the text that Go gives it."""
    assert short_forms.text(value) == text


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1m30s", 90.0), ("1.5h", 5400.0), ("100us", 1e-4), ("${X}", None), ("", None), ("10", None)],
)
def test_durations(value: str, seconds: float | None) -> None:
    """A duration is seconds, or None where it is none yet."""
    assert short_forms.seconds(value) == seconds


@given(st.dictionaries(st.sampled_from(SERVICE_KEYS), JSON, max_size=6))
def test_no_shape_breaks_it(body: dict[str, Any]) -> None:
    """A service of any shape becomes a fact without an exception."""
    found = services.services({"services": {"s": body}})
    assert [service.name for service in found.values()] == ["s"]


@given(st.lists(st.text(alphabet="ab \"'\\$", max_size=6).map(lambda word: word), max_size=5))
def test_quoted_words_come_back(words: list[str]) -> None:
    """Words in single quotes are split into themselves."""
    quoted = " ".join("'" + word.replace("'", "") + "'" for word in words)
    assert short_forms.words(quoted) == tuple(word.replace("'", "") for word in words)


@given(JSON)
def test_unescaping_undoes_escaping(data: Any) -> None:
    """What Compose escapes for printing comes back, whatever the data."""
    assert services.unescaped(_values_escaped(data)) == data


def _values_escaped(data: Any) -> Any:
    if isinstance(data, str):
        return data.replace("$", "$$")
    if isinstance(data, dict):
        return {key: _values_escaped(value) for key, value in data.items()}
    return [_values_escaped(item) for item in data] if isinstance(data, list) else data
