"""Limits, rights and logs of a service: short and long forms, and what is no number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.compose import services
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import UNLIMITED, Limits, LogDriver

GB = 1 << 30


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, Limits()),
        ({"mem_limit": "2g", "memswap_limit": "2gb"}, Limits(2 * GB, 2 * GB)),
        ({"mem_limit": "2147483648", "memswap_limit": "-1"}, Limits(2 * GB, UNLIMITED)),
        ({"mem_limit": 0, "memswap_limit": 0, "cpus": 0, "pids_limit": 0}, Limits()),
        ({"pids_limit": -1}, Limits()),
        ({"mem_reservation": "1.5G"}, Limits(reserved_memory=GB * 3 // 2)),
        ({"cpus": "0.5", "pids_limit": "128"}, Limits(cpus=0.5, pids=128)),
        ({"cpu_quota": 50000}, Limits(cpus=0.5)),
        ({"cpu_quota": 50000, "cpu_period": "25000"}, Limits(cpus=2.0)),
        ({"cpuset": "0-2,5"}, Limits(cpus=4.0)),
        ({"cpuset": "${CORES}", "cpus": "${CPUS}", "mem_limit": "${MEMORY}"}, Limits()),
        (
            {
                "deploy": {
                    "resources": {
                        "limits": {"memory": "50M", "cpus": "0.5", "pids": 10},
                        "reservations": {"memory": "20971520", "cpus": 0.25},
                    }
                }
            },
            Limits(50 << 20, None, 20 << 20, 0.5, 0.25, 10),
        ),
    ],
)
def test_limits(body: dict[str, Any], expected: Limits) -> None:
    """Each form of a limit gives one number; 0, and what is not interpolated, is none."""
    assert services.service("s", body).limits == expected


def test_isolation() -> None:
    """Capabilities have one spelling, tmpfs mounts stand among the tmpfs entries."""
    service = services.service(
        "s",
        {
            "read_only": "true",
            "privileged": True,
            "cap_add": ["CAP_SYS_ADMIN", "net_admin"],
            "cap_drop": ["all"],
            "pid": "host",
            "security_opt": ["seccomp:unconfined"],
            "tmpfs": "/tmp:size=1m",
            "volumes": [
                {"type": "tmpfs", "target": "/run", "tmpfs": {"size": "64m"}},
                {"type": "tmpfs", "target": "/var"},
                "/a:/b",
            ],
        },
    )
    assert service.isolation == Isolation(
        read_only=True,
        privileged=True,
        cap_add=("SYS_ADMIN", "NET_ADMIN"),
        cap_drop=("ALL",),
        pid="host",
        security_opt=("seccomp:unconfined",),
        tmpfs=("/tmp:size=1m", "/run:size=67108864", "/var"),
    )


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("no-new-privileges", True),
        ("no-new-privileges:true", True),
        ("no-new-privileges=true", True),
        ("no-new-privileges:false", False),
        ("apparmor:unconfined", False),
    ],
)
def test_no_new_privileges(option: str, expected: bool) -> None:
    """The option in each form that the engine takes."""
    assert Isolation(security_opt=(option,)).no_new_privileges is expected


def test_logging() -> None:
    """The driver and its options as texts."""
    body = {"logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": 3}}}
    expected = LogDriver("json-file", {"max-size": "10m", "max-file": "3"})
    assert services.service("s", body).logging == expected


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
ODD = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=6), SCALARS)
KEYS = [
    *("mem_limit", "memswap_limit", "mem_reservation", "cpus", "cpu_quota", "cpu_period"),
    *("cpuset", "pids_limit", "read_only", "privileged", "cap_add", "cap_drop", "pid"),
    *("security_opt", "tmpfs", "volumes", "logging", "deploy"),
]


@given(st.dictionaries(st.sampled_from(KEYS), ODD))
def test_odd_shapes_are_no_error(body: dict[str, Any]) -> None:
    """Whatever stands there, a limit that is found is a positive number."""
    found = services.service("s", body).limits
    amounts = (found.memory, found.reserved_memory, found.cpus, found.reserved_cpus, found.pids)
    assert all(amount is None or amount > 0 for amount in amounts)
