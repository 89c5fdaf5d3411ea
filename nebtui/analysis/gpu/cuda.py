"""Whether the driver serves what a service's image was built for."""

from __future__ import annotations

from nebtui.analysis.readiness import image_of
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import cuda
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CudaFit:
    """The verdict on image and driver: `met` None = not known. `sentence` says it, `evidence` what
    it rests on."""

    fit: cuda.Fit
    met: bool | None
    sentence: str
    evidence: tuple[str, ...]

    @property
    def broken(self) -> bool:
        """The image cannot use this driver as it is. Its own requirement has the last word: images
        that carry NVIDIA's cuda-compat name the older drivers they run on."""
        return self.met is False or (self.fit == "too-old" and self.met is not True)


def cuda_fit(snapshot: Snapshot, key: ServiceKey, service: Service) -> CudaFit | None:
    """The verdict for a service; None where the image says nothing, or no NVIDIA driver is known to
    compare it with."""
    stack = snapshot.gpu_stack
    image = image_of(snapshot, service, snapshot.containers_of(key))
    if image is None or stack is None or not stack.driver or "NVIDIA" not in stack.vendor:
        return None
    declared = {name: value for name, value in service.environment.items() if value is not None}
    environment = {**image.environment, **declared}
    wanted = environment.get("CUDA_VERSION")
    asked = cuda.requirements(environment)
    if wanted is None and not asked:
        return None
    facts = _facts(snapshot, stack.driver, stack.cuda)
    answers = [cuda.met(requirement, facts) for requirement in asked]
    met = False if False in answers else None if None in answers else True
    fit = cuda.fit(wanted, stack.driver)
    evidence = [
        f"image: CUDA {wanted or 'not told'} (CUDA_VERSION)",
        _driver(stack.driver, stack.cuda),
    ]
    unmet = next((text for text, answer in zip(asked, answers, strict=True) if answer is False), "")
    if unmet:
        evidence.append(f"the image asks for {_short(unmet)}")
    return CudaFit(fit, met, _sentence(fit, met, wanted, stack.driver), tuple(evidence))


def _facts(snapshot: Snapshot, driver: str, newest: str | None) -> cuda.Facts:
    """Of several devices the first NVIDIA one speaks: boxes of mixed brands are left to the
    driver."""
    devices = [gpu for gpu in snapshot.gpus.values() if not gpu.error or gpu.capability]
    brands = {cuda.brand_of(gpu.name) for gpu in devices}
    capabilities = {gpu.capability for gpu in devices if gpu.capability}
    return cuda.Facts(
        cuda=newest,
        driver=driver,
        brand=next(iter(brands)) if len(brands) == 1 else None,
        arch=next(iter(capabilities)) if len(capabilities) == 1 else None,
    )


def _driver(driver: str, newest: str | None) -> str:
    return f"driver {driver}" + (f", serves CUDA up to {newest}" if newest else "") + " (NVML)"


def _sentence(fit: cuda.Fit, met: bool | None, wanted: str | None, driver: str) -> str:
    if fit == "too-old" and met is True:
        return (
            f"CUDA {wanted} is newer than driver {driver} serves by itself; the image says "
            "that it runs on it"
        )
    if fit == "too-old":
        return f"CUDA {wanted} needs driver {cuda.floor(wanted)} or newer, {driver} is loaded"
    if met is False:
        return f"driver {driver} does not meet what the image asks for"
    if fit == "minor":
        shipped = cuda.shipped_with(wanted)
        return (
            f"CUDA {wanted} shipped with driver {shipped}; {driver} runs it in minor-version "
            "mode (nothing from PTX)"
        )
    return f"driver {driver} serves CUDA {wanted}" if fit == "ok" else "not known"


def _short(requirement: str) -> str:
    """A requirement without the dozens of alternatives that NVIDIA's images list."""
    words = requirement.split()
    return words[0] if len(words) == 1 else f"{words[0]}, or one of {len(words) - 1} alternatives"
