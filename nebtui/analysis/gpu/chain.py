"""The chain from the driver to a container: the links of this machine, then those of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nebtui.facts.gpu import GpuStack
from nebtui.facts.link import Link
from nebtui.facts.observed import Container, Engine

TOOLKIT = "container toolkit"
OF_ENGINE = ("engine runtime", "cgroup driver")
INSTALL = (
    "install nvidia-container-toolkit, then sudo nvidia-ctk runtime configure "
    "--runtime=docker and restart docker"
)


def chain(
    stack: GpuStack | None, engine: Engine | None, containers: Iterable[Container] = ()
) -> tuple[Link, ...]:
    """Every link in the order in which each needs the one before; () where there is no driver to
    begin with. `containers`: those of the engine, one of which may prove that it gives GPUs."""
    if stack is None or not stack.present:
        return ()
    own = tuple(link for link in stack.links if link.name != TOOLKIT)
    driver = (
        Link("driver", "broken", stack.problem, stack.remedy) if stack.problem else _driver(stack)
    )
    engine_links = tuple(_engine(stack, engine, containers)) if "NVIDIA" in stack.vendor else ()
    return (driver, *own, *engine_links)


def _driver(stack: GpuStack) -> Link:
    newest = f", serves CUDA up to {stack.cuda}" if stack.cuda else ""
    return Link("driver", "ok", f"{stack.vendor} {stack.driver or 'version unknown'}{newest}")


def broken(links: tuple[Link, ...]) -> Link | None:
    """The one link to mend first: the deepest that does not hold. What the driver says is the echo
    of what lies below it on this machine, and nothing of the engine can help where the driver does
    not work."""
    result = [link for link in links if link.state == "broken"]
    depth = {"driver": 1, **dict.fromkeys(OF_ENGINE, 2)}
    return min(result, key=lambda link: depth.get(link.name, 0), default=None)


def _engine(
    stack: GpuStack, engine: Engine | None, containers: Iterable[Container]
) -> Iterator[Link]:
    if engine is None:
        yield Link("engine runtime", "unknown", "no engine was asked")
        return
    way = injection_method(stack, engine, containers)
    if way:
        yield Link("engine runtime", "ok", way)
    elif way is None:
        yield Link("engine runtime", "unknown", "the engine does not list its runtimes")
    else:
        yield Link(
            "engine runtime",
            "broken",
            "the engine has no nvidia runtime, hook or CDI device",
            INSTALL,
        )
    if engine.cgroup_driver == "systemd" and not engine.cdi:
        message = (
            "systemd cgroups with devices injected by a hook: `systemctl daemon-reload` "
            "takes the GPU away from "
            "running containers (nvidia-container-toolkit issue 48)"
        )
        yield Link(
            "cgroup driver", "unknown", message, "use CDI devices, or native.cgroupdriver=cgroupfs"
        )
    elif engine.cgroup_driver:
        yield Link(
            "cgroup driver", "ok", f"{engine.cgroup_driver}: devices stay after a daemon-reload"
        )


def injection_method(
    stack: GpuStack | None, engine: Engine, containers: Iterable[Container] = ()
) -> str | None:
    """How a GPU gets into a container of this engine; "" if it cannot, None if the engine does not
    list its runtimes."""
    if engine.runtimes is not None and "nvidia" in engine.runtimes:
        default = ", the default" if engine.default_runtime == "nvidia" else ""
        return f"runtime nvidia is registered{default}"
    if engine.cdi:
        return f"CDI: {', '.join(engine.cdi[:3])}"
    link = next((one for one in (stack.links if stack else ()) if one.name == TOOLKIT), None)
    if link is not None and link.state == "ok" and engine.local:
        return link.message
    # The hook may lie in a path of the engine's that nobody else knows of; it takes no request that
    # it cannot pass on.
    granted = next(
        (c for c in containers if c.state == "running" and c.inspection and c.inspection.gpus), None
    )
    if granted is not None:
        return f"{granted.name} was started with a GPU"
    if engine.runtimes is None or (link is None and not engine.local):
        return None
    return ""


def engine_refusal(container: Container) -> str:
    """The engine's own words that it cannot give a container a GPU, "" if it said nothing of the
    kind."""
    error = container.inspection.error if container.inspection else ""
    message = (
        "could not select device driver",
        "unknown or invalid runtime name: nvidia",
        "unresolvable CDI devices",
    )
    return error.splitlines()[0][:200] if any(text in error for text in message) else ""
