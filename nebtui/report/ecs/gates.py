"""What waits for what, what may end, and how health is tested."""

from __future__ import annotations

from typing import Any

from nebtui.facts.declared import Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.report.ecs.frame import Frame, Part, hides, whole

_CONDITIONS = {
    "service_started": "START",
    "service_healthy": "HEALTHY",
    "service_completed_successfully": "SUCCESS",
}


def gates(frame: Frame, service: Service) -> Part:
    """`dependsOn`, and `restartPolicy`."""
    entries: list[dict[str, str]] = []
    told: list[str] = []
    for name, dependency in service.depends_on.items():
        target = frame.services.get(name)
        if target is None or name == service.name:
            told.append(f"depends_on {name}: it is not in the task")
            continue
        condition = _CONDITIONS.get(dependency.condition, "START")
        if condition == "HEALTHY" and not _tested(target):
            told.append(
                f"depends_on {name}: service_healthy is exported as START, because no healthcheck "
                "of it is exported (ECS does not look at one of its image)"
            )
            condition = "START"
        if condition == "SUCCESS" and essential(frame, target):
            condition = "START"
        if not dependency.required:
            told.append(f"depends_on {name}: required: false has no counterpart")
        entries.append({"containerName": frame.names[name], "condition": condition})
    keys: dict[str, Any] = {"dependsOn": entries} if entries else {}
    policy, _, most = (service.restart or "").partition(":")
    if policy in ("always", "unless-stopped", "on-failure"):
        ignored = {"ignoredExitCodes": [0]} if policy == "on-failure" else {}
        keys["restartPolicy"] = {"enabled": True, **ignored}
        told += [f"restart on-failure:{most}: ECS does not count the attempts"] if most else []
    return keys, told


def essential(frame: Frame, service: Service) -> bool:
    """The task ends with it: all but the jobs that others wait for. One at least is."""
    jobs = {
        name
        for other in frame.services.values()
        for name, dependency in other.depends_on.items()
        if dependency.condition == "service_completed_successfully" and name != other.name
    }
    if jobs >= frame.services.keys():
        return service.name == next(iter(frame.services))
    return service.name not in jobs


def health_check(frame: Frame, service: Service) -> Part:
    """`healthCheck`, its numbers within what ECS takes."""
    check = service.healthcheck
    if check is None or not _tested(service):
        secret = check is not None and _secret(check)
        told = "healthcheck holds a secret, which is not exported: take it from a variable"
        return {}, [told] if secret else []
    keys: dict[str, Any] = {"command": list(check.test)}
    moved = []
    for key, value, least, most in (
        ("interval", check.interval, 5, 300),
        ("timeout", check.timeout, 2, 60),
        ("retries", check.retries, 1, 10),
        ("startPeriod", check.start_period, 0, 300),
    ):
        if value is None:
            continue
        keys[key] = whole(value, least, most)
        if keys[key] != value:
            moved.append(f"healthcheck {key} {value:g} is {keys[key]}: ECS takes {least} to {most}")
    if check.start_interval is not None:
        moved.append("healthcheck start_interval: ECS has none")
    return {"healthCheck": keys}, moved


def _tested(service: Service) -> bool:
    """It has a healthcheck that can be exported."""
    check = service.healthcheck
    if check is None or len(check.test) < 2 or check.test[0] not in ("CMD", "CMD-SHELL"):
        return False
    return not _secret(check)


def _secret(check: Healthcheck) -> bool:
    return any(map(hides, (*check.test, " ".join(check.test))))
