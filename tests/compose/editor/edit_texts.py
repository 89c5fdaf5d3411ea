"""Compose texts in all styles for property tests: block, flow on one line or several, JSON,
comments anywhere, aliases, merge keys, odd indents, CRLF, byte order marks, no final newline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from nebtui.compose.editor.verbs import Add, Append, ComposeEdit, Expand, Remove, Set, Unbind

NAMES = ["web", "db", "my cache"]
HOSTS = ["one:1.1.1.1", "two=2.2.2.2", "host.docker.internal:host-gateway"]
SCALARS = st.sampled_from(
    [
        "nginx:1.27",
        "yes",
        "0755",
        "a # b",
        "it's",
        'say "x"',
        "${X:-y}",
        "grüße",
        " ",
        "- a",
        "x: y",
    ]
)
VALUES = SCALARS | st.integers(0, 99) | st.booleans() | st.none()
NETWORKS = st.lists(st.sampled_from(["ai", "default", "n"]), min_size=1, max_size=2, unique=True)
BODY = st.fixed_dictionaries(
    {"image": SCALARS},
    optional={
        "user": SCALARS | st.integers(0, 9999),
        "command": SCALARS | st.lists(SCALARS, max_size=3),
        "depends_on": st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
        | st.dictionaries(
            st.sampled_from(NAMES),
            st.just({"condition": "service_started"}),
            min_size=1,
            max_size=2,
        ),
        "networks": NETWORKS
        | st.dictionaries(st.sampled_from(["ai", "n"]), st.none(), min_size=1, max_size=2),
        "environment": st.dictionaries(st.sampled_from(["A", "B c", "ä"]), VALUES, max_size=3)
        | st.lists(st.sampled_from(["A=1", "B=x y", "C"]), max_size=3, unique=True),
        "extra_hosts": st.lists(st.sampled_from(HOSTS), max_size=3, unique=True),
        "deploy": st.just({"resources": {"limits": {"cpus": "1"}}}),
        "ports": st.lists(
            st.fixed_dictionaries({"target": st.integers(1, 9), "published": SCALARS})
            | st.sampled_from(["127.0.0.1:80:80", "80:80/tcp", "[::1]:80:80"])
            | st.permutations(
                [("target", 80), ("published", "80"), ("host_ip", "127.0.0.1"), ("mode", "host")]
            ).map(dict),
            max_size=2,
        ),
        "build": st.just("."),
        "init": st.booleans(),
        "note": st.just(None),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(NAMES), BODY, min_size=1, max_size=3)},
    optional={
        "version": st.just("3.8"),
        "networks": st.dictionaries(
            st.sampled_from(["ai", "n"]), st.just({"external": True}), max_size=2
        ),
        "volumes": st.just({"v": None}),
    },
)


@dataclass
class Writer:
    """Writes data as YAML, asking `draw` for the style of each part."""

    draw: Any
    step: int = 2
    plain: bool = False
    """No comments and no blank lines."""

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return bool(self.draw(st.integers(1, one_in)) == 1)

    def comment(self) -> str:
        """Perhaps a comment behind something."""
        return (
            self.draw(st.sampled_from(["", "", "", "  ", " # why", "   # a: [b"]))
            if not self.plain
            else ""
        )

    def between(self, column: int) -> list[str]:
        """Perhaps lines without content."""
        if self.plain or not self.chance(5):
            return []
        return [
            self.draw(
                st.sampled_from(
                    ["", "   ", f"{' ' * column}# - {{x", f"{' ' * (column + 2)}# deep", "# out"]
                )
            )
        ]

    def scalar(self, value: Any, *, flow: bool) -> str:
        """A scalar in one of its spellings."""
        if not isinstance(value, str):
            return json.dumps(value)
        bare = value.isalnum() and not value[0].isdigit() and value != "yes"
        styles = [json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"]
        if bare or (
            value in ("nginx:1.27", "one:1.1.1.1", "two=2.2.2.2", "A=1", "B=x y") and not flow
        ):
            styles.append(value)
        return str(self.draw(st.sampled_from(styles)))

    def flow(self, value: Any, column: int) -> str:
        """A value in flow style, on one line or several."""
        if not isinstance(value, (Mapping, list)):
            return self.scalar(value, flow=True)
        marks = "{}" if isinstance(value, Mapping) else "[]"
        if isinstance(value, Mapping):
            parts = [
                f"{self.scalar(k, flow=True)}: {self.flow(v, column + 2)}" for k, v in value.items()
            ]
        else:
            parts = [self.flow(v, column + 2) for v in value]
        last = "," if parts and self.chance(4) else ""
        if parts and self.chance(3):
            pad = "\n" + " " * (column + 2)
            lines = [
                part + ("," if n + 1 < len(parts) else last) + self.comment()
                for n, part in enumerate(parts)
            ]
            return marks[0] + pad + pad.join(lines) + "\n" + " " * column + marks[1]
        space = " " if parts and self.chance(3) else ""
        return marks[0] + space + ", ".join(parts) + last + space + marks[1]

    def body(self, value: Any, column: int) -> list[str]:
        """A collection in block style, its entries at `column`."""
        lines: list[str] = []
        if isinstance(value, list):
            for item in value:
                lines += [
                    *self.between(column),
                    f"{' ' * column}- {self.flow(item, column + 2)}{self.comment()}",
                ]
            return lines
        for key, inner in value.items():
            lines += self.between(column)
            head = f"{' ' * column}{self.scalar(key, flow=False)}:"
            if inner is None and self.chance(2):
                lines.append(head + self.comment())
            elif isinstance(inner, (Mapping, list)) and inner and not self.chance(4):
                dash = (
                    0
                    if isinstance(inner, list) and self.chance(3)
                    else self.draw(st.sampled_from([self.step, 3]))
                )
                lines += [head + self.comment(), *self.body(inner, column + dash)]
            elif (
                isinstance(inner, str)
                and inner.isprintable()
                and inner.strip() == inner
                and self.chance(6)
            ):
                sign = self.draw(st.sampled_from(["|-", ">-", "|-  # folded"]))
                lines += [f"{head} {sign}", f"{' ' * (column + self.step)}{inner}"]
            else:
                lines.append(f"{head} {self.flow(inner, column)}{self.comment()}")
        return lines


@st.composite
def texts(draw: Any) -> str:
    """A compose text."""
    document = draw(DOCUMENTS)
    writer = Writer(draw, draw(st.sampled_from([2, 4])))
    if writer.chance(8):
        text = (
            json.dumps(document, indent=draw(st.sampled_from([None, 2])), ensure_ascii=False) + "\n"
        )
    else:
        lines = writer.body(document, 0)
        text = "\n".join([*writer.between(0), *lines, *writer.between(0)]) + "\n"
        if writer.chance(3):
            text = _with_anchors(draw, text)
    if writer.chance(6):
        text = text.removesuffix("\n")
    if writer.chance(6):
        text = text.replace("\n", "\r\n")
    return "\ufeff" + text if writer.chance(10) else text


def _with_anchors(draw: Any, text: str) -> str:
    """A service that merges a common body, or is one, before the rest."""
    anchors = (
        "x-common: &common\n  init: true  # all\n  environment: {A: 1}\n  extra_hosts: "
        '&hosts\n  - "one:1.1.1.1"\n'
    )
    use = draw(
        st.sampled_from(
            ["*common", "\n    <<: *common\n    image: x", "{image: x, extra_hosts: *hosts}"]
        )
    )
    return anchors + text + ("x-more:\n" + f"  web: {use}\n" if "x-more" not in text else "")


SERVICES = st.sampled_from(NAMES)
CONDITION = st.just("service_healthy")


@st.composite
def edits(draw: Any) -> ComposeEdit:
    """An edit of such a text, of something that stands there or does not."""
    section = draw(st.sampled_from(["services", "services", "services", "x-more"]))
    at = (section, draw(SERVICES) if section == "services" else "web")
    kind = draw(st.integers(0, 13))
    if kind == 0:
        return Add((*at, "extra_hosts"), "host.docker.internal", "host-gateway")
    if kind == 1:
        return Set((*at, "depends_on", draw(SERVICES), "condition"), draw(CONDITION))
    if kind == 2:
        return Set(("networks", draw(st.sampled_from(["ai", "shared"]))), {"external": True})
    if kind == 3:
        return Add((*at, "networks"), draw(st.sampled_from(["n", "shared"])))
    if kind == 4:
        return Set((*at, "healthcheck"), {"test": ("CMD", "true"), "retries": 3})
    if kind == 5:
        return Set((*at, "deploy", "resources", "limits", "memory"), "2g")
    if kind == 6:
        return Set(
            (*at, draw(st.sampled_from(["user", "image", "command", "init", "note"]))), draw(VALUES)
        )
    if kind == 7:
        keys = [
            "image",
            "user",
            "command",
            "environment",
            "extra_hosts",
            "ports",
            "init",
            "depends_on",
        ]
        return Remove((*at, draw(st.sampled_from(keys))))
    if kind == 8:
        return Set((*at, "environment", draw(st.sampled_from(["A", "ä", "NEW"]))), draw(SCALARS))
    if kind == 9:
        return Expand((*at, draw(st.sampled_from(["depends_on", "networks", "build"]))))
    if kind == 12:
        return Unbind((*at, "ports"), draw(st.sampled_from(["127.0.0.1", "::1"])), 80, 80)
    if kind == 13:
        return Append((*at, "volumes"), {"type": "tmpfs", "target": "/run"})
    if kind == 10:
        return Set(
            (*at, draw(st.sampled_from(["command", "cap_drop", "environment"]))),
            draw(st.lists(SCALARS)),
        )
    return Remove(
        draw(st.sampled_from([("version",), ("networks", "ai"), (*at, "environment", "A")]))
    )
