"""No text, however odd, breaks our reader: it is read, or there is a problem that says why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nebtui.compose import services
from nebtui.compose.reader import effective
from nebtui.disk.read import UnreadableError
from nebtui.facts.declared import ProjectKey
from tests.compose.service_keys import SERVICE_KEYS

KEY = ProjectKey("p", "/w", ("/w/a.yaml", "/w/b.yaml"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 99999)
    | st.text(alphabet="ab/:$${}.-=~\\ 1[]", max_size=10)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "path", "file", "service", "source", "target"]), inner
        )
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(SERVICE_KEYS), VALUES, max_size=5) | VALUES
DOCUMENTS = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(["a", "b", "c"]), BODIES, max_size=3) | SCALARS},
    optional={"networks": VALUES, "volumes": VALUES, "include": VALUES, "name": SCALARS},
)


def read(texts: dict[str, str]) -> None:
    """Read a project of texts in both modes and make facts of it: one for each service and network,
    and where there is a problem it is one sentence with a line of that file."""

    def text(path: str) -> str:
        if path not in texts:
            raise UnreadableError(path, "does not exist")
        return texts[path]

    for interpolated in (True, False):
        found = effective.read(KEY, (), {"a": "1"}, text, interpolated=interpolated)
        assert set(services.services(found.data)) == set(_mapping(found.data, "services"))
        assert set(services.networks(found.data, "p")) >= set(_mapping(found.data, "networks"))
        if problem := found.problem:
            assert problem.message
            assert "\n" not in problem.message
            assert problem.line <= len(texts.get(problem.file, "").splitlines())


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_two_odd_files_merge_or_are_refused(one: Any, two: Any) -> None:
    """Any two documents of compose keys with values of any shape are read together without an
    exception."""
    read({"/w/a.yaml": json.dumps(one), "/w/b.yaml": json.dumps(two), "/w/a": json.dumps(two)})


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!<>|#'\"\n \t%@`?,", max_size=60))
@example("a: [\n")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Text made of YAML's own signs is data or a problem, never an exception."""
    read({"/w/a.yaml": text, "/w/b.yaml": "services: {a: {image: b}}"})
