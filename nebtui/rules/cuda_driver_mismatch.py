"""The image needs another CUDA than the driver serves, or the driver's library and module differ.

What: the driver is older than the first one of the image's CUDA family, or does not meet the
image's NVIDIA_REQUIRE_CUDA; or the driver package was upgraded and the old kernel module still
runs.
Why it bites: CUDA does not start (error 803, 804, 35) and many servers go on with the CPU. The
check of NVIDIA_REQUIRE_CUDA was done by a hook that newer container toolkits do not run any more,
so it is silent now.
Evidence: CUDA_VERSION and NVIDIA_REQUIRE_CUDA of the image, the driver's version and its newest
CUDA (NVML), and the link of the chain that does not hold. A driver newer than the image is never a
defect: old CUDA runs on new drivers.
Fix: by hand: the link that is named. A newer driver, an older image, or on data-centre GPUs an
image with cuda-compat (on GeForce that gives error 804); for a mismatch a reboot.
Source: docs.nvidia.com/deploy/cuda-compatibility; libnvidia-container src/cli/dsl.c; toolkit
changelog 1.18.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.chain import broken
from nebtui.analysis.gpu.cuda import cuda_fit
from nebtui.analysis.gpu.requests import is_check, place
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.link import Link
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "cuda-driver-mismatch"
DRIFT = ("driver library", "driver package")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service with a GPU whose image or driver does not fit."""
    drifted = _drifted(snapshot)
    for key, service in snapshot.services():
        if not service.gpu or is_check(service):
            continue
        if drifted is not None:
            yield _finding(
                key,
                service,
                "library",
                "would get no GPU",
                (drifted.message,),
                drifted.remedy or "reboot",
            )
            continue
        fit = cuda_fit(snapshot, key, service)
        if fit is not None and fit.broken:
            remedy = (
                "a newer driver, an older image tag, or on data-centre GPUs an image with "
                "cuda-compat"
            )
            yield _finding(key, service, "image", fit.sentence, fit.evidence, remedy)


def _drifted(snapshot: Snapshot) -> Link | None:
    """The link where library, package and module differ."""
    stack = snapshot.gpu_stack
    link = (
        broken(tuple(one for one in stack.links if one.name in DRIFT))
        if stack and stack.present
        else None
    )
    return (
        link
        if link is not None and ("differ" in link.message or "reboot" in link.message)
        else None
    )


def _finding(
    key: ServiceKey,
    service: Service,
    subject: str,
    message: str,
    evidence: tuple[str, ...],
    remedy: str,
) -> Finding:
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject=subject,
        message=message,
        evidence=evidence,
        applicability="display",
        origin=service.origin("image") if subject == "image" else place(service),
        fix=remedy,
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
