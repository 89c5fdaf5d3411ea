"""What a host can be asked to do."""

from __future__ import annotations

from typing import Protocol

from nebtui.facts.declared import ProjectKey
from nebtui.light_dataclass import dataclass

LABEL = "nebtui.created"


@dataclass(frozen=True, slots=True)
class ProjectAction:
    """A verb of Compose on some services of a project; none = all of them."""

    project: ProjectKey
    services: tuple[str, ...] = ()

    @property
    def verb(self) -> str:
        """What it is called."""
        return type(self).__name__.lower()

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its command line after those that name the project."""
        return (self.verb, *self.services)


@dataclass(frozen=True, slots=True)
class Up(ProjectAction):
    """`up -d`; `force_recreate` where only gates changed, or somebody wants new containers; `scale`
    keeps the number of replicas of services that have several, which a plain `up` would reduce to
    the declared one."""

    force_recreate: bool = False
    scale: tuple[tuple[str, int], ...] = ()
    after_images: bool = False
    """Images are fetched or built right before: which containers have an older one then is not
    known yet."""

    @property
    def verb(self) -> str:
        return "recreate" if self.force_recreate else "up"

    @property
    def words(self) -> tuple[str, ...]:
        forced = ("--force-recreate",) if self.force_recreate else ()
        scale = (word for name, count in self.scale for word in ("--scale", f"{name}={count}"))
        return ("up", "-d", *forced, *scale, *self.services)


@dataclass(frozen=True, slots=True)
class Existing(ProjectAction):
    """A verb on containers that are there. Compose is told the project's name alone and finds them
    by their labels: it works with broken, moved and absent files too, and behind profiles."""


@dataclass(frozen=True, slots=True)
class Stop(Existing):
    """Stop the containers; they stay."""


@dataclass(frozen=True, slots=True)
class Restart(Existing):
    """Stop and start the containers as they are: what the files say since has no effect."""


@dataclass(frozen=True, slots=True)
class Down(Existing):
    """Stop and remove the containers, of a whole project its networks too; `volumes`: and the data
    in its named volumes."""

    volumes: bool = False

    @property
    def verb(self) -> str:
        return "remove" if self.services else "down"

    @property
    def words(self) -> tuple[str, ...]:
        if self.services:
            return ("rm", "--stop", "--force", *self.services)
        return ("down", *(("--volumes",) if self.volumes else ()))


@dataclass(frozen=True, slots=True)
class Pull(ProjectAction):
    """Fetch the images; running containers keep theirs."""


@dataclass(frozen=True, slots=True)
class BuildImages(ProjectAction):
    """Build the images; running containers keep theirs."""

    @property
    def verb(self) -> str:
        return "build"


@dataclass(frozen=True, slots=True)
class SwarmAction(ProjectAction):
    """What is done to a project that Swarm runs: by the docker command, whose whole words these
    are."""


@dataclass(frozen=True, slots=True)
class DeployStack(SwarmAction):
    """`docker stack deploy` of the project's files as the stack of its name: the `up` of a project
    that Swarm runs, by the docker command and always as a whole."""

    @property
    def verb(self) -> str:
        return "deploy"

    @property
    def words(self) -> tuple[str, ...]:
        files = (word for file in self.project.files for word in ("-c", file))
        return ("docker", "stack", "deploy", *files, self.project.name)


@dataclass(frozen=True, slots=True)
class UpdateService(SwarmAction):
    """`docker service update` of one service of the project's stack: its tasks are replaced, one
    after the other as its `update_config` has it. With `image` only where the registry has a newer
    one of that name. Asked for, not waited for: one that no node takes would never end."""

    swarm_service: str = ""
    """Its whole name: `shop_web`."""
    image: str = ""

    @property
    def verb(self) -> str:
        return "pull" if self.image else "update"

    @property
    def words(self) -> tuple[str, ...]:
        newer = (f"--image={self.image}", "--with-registry-auth")
        how = newer if self.image else ("--force",)
        # A far side runs it for another machine: no name is taken for an option.
        return ("docker", "service", "update", "--detach", *how, "--", self.swarm_service)


@dataclass(frozen=True, slots=True)
class CreateNetwork:
    """Create a bridge network that nebtui owns (label `nebtui.created`)."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Remove a network if nebtui created it, it carries nebtui's label and it has no members; done
    if it is gone."""

    name: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Run argv once inside a running container, as `user` where given; bounded by `timeout`
    seconds."""

    container: str
    argv: tuple[str, ...]
    user: str = ""
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class AskRegistry:
    """Ask an image's registry which digest its name has there; nothing is fetched. The digest is
    the last Progress."""

    image: str


@dataclass(frozen=True, slots=True)
class RunProgram:
    """A program of the user's own on this machine, in a folder."""

    name: str
    argv: tuple[str, ...]
    folder: str = ""


EngineAction = CreateNetwork | RemoveNetwork | Probe | AskRegistry
Action = ProjectAction | EngineAction | RunProgram


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of an action's output; the last one has `done` and the exit code (0 = it worked)."""

    text: str
    done: bool = False
    exit_code: int = 0


class Cancel(Protocol):
    """Tells one who does something that it is not wanted any more."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...
