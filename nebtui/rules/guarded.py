"""What a rule's own code gives, checked: a mistake in it is a sentence and no end of nebtui."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import SEVERITIES, Finding, Fix, NoFixError, Observation, Options, Rule


def findings_of(rule: Rule, snapshot: Snapshot) -> list[Finding]:
    """The findings of a rule; whatever it raises, and TypeError for what is no finding of its."""
    findings = list(rule.find(snapshot))
    for stranger in cast("list[object]", findings):
        if not isinstance(stranger, Finding):
            raise TypeError(f"{type(stranger).__name__} is no finding")
    for finding in findings:
        if finding.rule != rule.name:
            raise TypeError(f"it names the rule {finding.rule}")
        if finding.severity not in SEVERITIES:
            raise TypeError(f"{finding.severity} is no severity")
    return findings


def examined(one: Rule, snapshot: Snapshot) -> tuple[list[Finding], list[str]]:
    """The findings of a rule, and one sentence for each project on which it fails: those of the
    other projects are found all the same."""
    try:
        return findings_of(one, snapshot), []
    except Exception as error:
        what = f"({type(error).__name__}: {error}): its findings are missing; please report it"
    culprits = [key for key in snapshot.projects if _fails(one, _with(snapshot, {key}))]
    rest = _with(snapshot, snapshot.projects.keys() - set(culprits))
    failures = [f"rule {one.name} failed on {key.name} {what}" for key in culprits]
    if not culprits or _fails(one, rest):
        return [], failures or [f"rule {one.name} failed {what}"]
    return findings_of(one, rest), failures


def _with(snapshot: Snapshot, keys: Collection[ProjectKey]) -> Snapshot:
    projects = {key: project for key, project in snapshot.projects.items() if key in keys}
    return replace(snapshot, projects=MappingProxyType(projects))


def _fails(one: Rule, snapshot: Snapshot) -> bool:
    try:
        findings_of(one, snapshot)
    except Exception:
        return True
    return False


def remedy(rule: Rule, snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """The fix of a finding; NoFixError where there is none, also because the rule failed."""
    if rule.fix is None:
        raise NoFixError(f"{rule.name} has no automatic fix: {finding.fix}")
    try:
        fix = rule.fix(snapshot, finding, options)
        if not isinstance(fix, Fix):
            raise TypeError(f"{type(fix).__name__} is no fix")
    except NoFixError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise NoFixError(
            f"the fix of rule {rule.name} failed ({what}): fix it by hand, and please report it"
        ) from None
    return fix


def observation(rule: Rule, snapshot: Snapshot, finding: Finding) -> Observation | None:
    """Whether a fix's effect is observed; None where the rule observes nothing."""
    if rule.seen is None:
        return None
    try:
        return rule.seen(snapshot, finding)
    except Exception as error:
        return Observation(False, f"rule {rule.name} failed ({type(error).__name__}: {error})")
