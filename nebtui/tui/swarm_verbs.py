"""What a verb does to what Swarm runs: Compose would start all of it a second time, or find nothing
of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nebtui.action import (
    BuildImages,
    DeployStack,
    Down,
    ProjectAction,
    Pull,
    Restart,
    Stop,
    Up,
    UpdateService,
)
from nebtui.analysis.stack_file import is_stack
from nebtui.analysis.stacks import Stack, StackService, deployed_from, stacks
from nebtui.analysis.swarm_verdict import deployed_as
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.verbs import Verb


def where_it_runs(
    snapshot: Snapshot, actions: Iterable[ProjectAction]
) -> tuple[ProjectAction, ...]:
    """The same; of a project that Swarm runs with Swarm's own in place of Compose's: a deployment
    for `up`, an update of its services for a restart and a pull."""
    result: list[ProjectAction] = []
    for one in actions:
        stack = _stack_of(snapshot, one.project)
        if stack is not None:
            result += _by_swarm(one, stack)
        else:
            # Files that only Swarm reads whole are deployed by their first up.
            first = isinstance(one, Up) and is_stack(snapshot, one.project)
            result.append(DeployStack(one.project) if first else one)
    return tuple(dict.fromkeys(result))


def no_verb_of_swarm(snapshot: Snapshot, actions: Iterable[ProjectAction]) -> str:
    """Why one of these cannot be done to a project that Swarm runs, with what does it; "" where all
    can."""
    for one in actions:
        stack = _stack_of(snapshot, one.project)
        if stack is not None and isinstance(one, (Stop, Down, BuildImages)):
            return _by_hand(one.verb, stack.name, next(iter(one.services), ""))
    return ""


def on_row(
    snapshot: Snapshot, verb: Verb, stack_name: str, service: str
) -> tuple[ProjectAction, ...] | str:
    """What a verb does to a row of a stack, "" as service for all of it; () or a sentence where it
    does nothing. It is done in the folder of the project that the stack was deployed from."""
    found = [
        (key, stack)
        for stack in stacks(snapshot)
        if stack.name == stack_name
        for key in deployed_from(snapshot, stack)
    ]
    if told := _by_hand(verb, stack_name, service):
        return told
    if len(found) != 1:
        return ()
    key, stack = found[0]
    if verb == "up":
        return (DeployStack(key),)
    image = verb == "pull"
    return tuple(_updates(key, stack, (service,) if service else (), image=image))


def _by_swarm(action: ProjectAction, stack: Stack) -> list[ProjectAction]:
    """What Swarm does for an action of Compose."""
    project, services = action.project, action.services
    match action:
        case Up(after_images=True):
            return []  # an update with a newer image replaces the tasks by itself
        case Up(force_recreate=True) | Restart():
            return [*_updates(project, stack, services, image=False)]
        case Up():
            return [DeployStack(project)]
        case Pull():
            return [*_updates(project, stack, services, image=True)]
    return [action]


def _updates(
    project: ProjectKey, stack: Stack, names: tuple[str, ...], *, image: bool
) -> Iterator[UpdateService]:
    for one in stack.services:
        if one.known is not None and (not names or one.name in names):
            newer = _name_of(one) if image else ""
            yield UpdateService(project, (one.name,), one.known.name, newer)


def _name_of(service: StackService) -> str:
    """The image's name without the digest that Swarm keeps behind it: what a registry is asked."""
    return service.known.image.partition("@")[0] if service.known else ""


def _stack_of(snapshot: Snapshot, project: ProjectKey) -> Stack | None:
    """The stack that a project runs as; None where Compose runs any of it."""
    if not deployed_as(snapshot, project):
        return None
    return next((one for one in stacks(snapshot) if one.name == project.name), None)


def _by_hand(verb: str, stack: str, service: str) -> str:
    """The sentence with the command that does it."""
    whole = f"{stack}_{service}" if stack and service else service
    match verb:
        case "build":
            told = "Swarm builds nothing: build and push the image, then P"
        case "stop":
            told = f"docker service scale {whole or 'SERVICE'}=0"
        case "down" | "remove" if stack and not service:
            told = f"docker stack rm {stack}"
        case "down" | "remove":
            told = f"docker service rm {whole or 'SERVICE'}"
        case _:
            return ""
    return f"Swarm runs {whole or 'this stack'}, not Compose; by hand: {told}"
