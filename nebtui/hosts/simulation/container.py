"""One simulated container: what it was created from, how it is now, and the facts an engine would
tell of it."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.analysis.ownership import ids
from nebtui.demo import ServiceScript
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import (
    Attachment,
    Container,
    HealthProbe,
    Image,
    Inspection,
    MountPoint,
    PortBinding,
)
from nebtui.facts.process import Peer, Process
from nebtui.hosts.engine.payloads import COMPOSE, sentence
from nebtui.light_dataclass import dataclass

RESTARTING = ("always", "unless-stopped", "on-failure")
LAST_PROBES = 5
"""The engine keeps as many."""


@dataclass(slots=True, eq=False)
class SimContainer:
    """A container of the simulated engine. It obeys the declaration it was created from, not what
    the file says now."""

    id: str
    name: str
    project: ProjectKey
    service: Service
    fingerprint: str
    image: Image
    script: ServiceScript
    created: float
    attachments: tuple[Attachment, ...] = ()
    job: bool = False
    """It does its work and ends; somebody waits for that."""
    uid: int = 0
    gid: int = 0
    caps_dropped: bool = False
    """Root without its capabilities cannot read everything."""
    cuda: bool = True
    state: str = "created"
    run: int = 0
    """Counts its starts, so that what was planned for an earlier one is dropped."""
    pid: int = 0
    started: float | None = None
    finished: float | None = None
    exit_code: int | None = None
    error: str = ""
    restarts: int = 0
    quick: int = 0
    """Short runs in a row: the engine waits longer and longer."""
    health: str = "none"
    probes: tuple[HealthProbe, ...] = ()
    streak: int = 0
    serving: bool = False
    """It listens on its ports and does its work."""
    trouble: str = ""
    """Why it does not, in the words of its log."""
    refused: int = 0
    failed: int = 0
    peers: frozenset[Peer] = frozenset()
    """Whom it is connected to."""
    waiting: bool = False
    """Created by `up` and held back by a gate of depends_on."""

    @property
    def place(self) -> str:
        return f"{self.project.name}/{self.service.name}"

    @property
    def ports(self) -> tuple[int, ...]:
        """Where other containers reach it now."""
        return self.image.exposed_ports if self.state == "running" and self.serving else ()

    @property
    def restarts_itself(self) -> bool:
        return (self.service.restart or "no").partition(":")[0] in RESTARTING

    def test(self) -> Healthcheck | None:
        """The healthcheck the engine runs: the declared one, else the image's."""
        declared = self.service.healthcheck
        if declared is not None and declared.test:
            return None if declared.disabled else declared
        return self.image.healthcheck

    def container(self) -> Container:
        """As the engine lists and inspects it."""
        service = self.service
        return Container(
            id=self.id,
            name=self.name,
            image=self.image.names[0],
            image_id=self.image.id,
            state=self.state,
            status=sentence(self.state, self.health, self.exit_code or 0),
            health=self.health if self.state == "running" else "none",
            created=self.created,
            project=self.project.name,
            service=service.name,
            working_dir=self.project.working_dir,
            config_files=self.project.files,
            attachments=self.attachments,
            ports=self._bindings(),
            mounts=self._mounts(),
            labels=self._labels(),
            inspection=self._inspection(),
        )

    def _labels(self) -> Mapping[str, str]:
        return {
            COMPOSE + "project": self.project.name,
            COMPOSE + "service": self.service.name,
            COMPOSE + "container-number": "1",
            COMPOSE + "oneoff": "False",
            COMPOSE + "config-hash": self.fingerprint,
            COMPOSE + "project.working_dir": self.project.working_dir,
            COMPOSE + "project.config_files": ",".join(self.project.files),
            **self.service.labels,
        }

    def _bindings(self) -> tuple[PortBinding, ...]:
        if self.state != "running":
            return ()
        return tuple(
            PortBinding(
                p.target,
                int(p.published) if p.published.isdecimal() else None,
                p.host_ip or "0.0.0.0",
                p.protocol,
            )
            for p in self.service.ports
        )

    def _mounts(self) -> tuple[MountPoint, ...]:
        result = []
        for mount in self.service.mounts:
            name = f"{self.project.name}_{mount.source}" if mount.type == "volume" else ""
            source = f"/var/lib/docker/volumes/{name}/_data" if name else mount.source
            result.append(MountPoint(mount.type, source, mount.target, name))
        return tuple(result)

    def _inspection(self) -> Inspection:
        service = self.service
        own = {name: value or "" for name, value in service.environment.items()}
        return Inspection(
            pid=self.pid,
            started=self.started,
            finished=self.finished,
            exit_code=self.exit_code,
            restart_count=self.restarts,
            error=self.error,
            user=service.user or self.image.user,
            environment={**self.image.environment, **own},
            command=service.command or self.image.command,
            entrypoint=service.entrypoint or self.image.entrypoint,
            hostname=service.hostname or self.id[:12],
            network_mode=service.network_mode
            or (self.attachments[0].network if self.attachments else ""),
            extra_hosts=service.extra_hosts,
            restart_policy=service.restart or "no",
            healthcheck=self.test(),
            probes=self.probes,
            failing_streak=self.streak,
            limits=service.limits,
            isolation=service.isolation,
            log_driver=service.logging,
        )

    def process(self) -> Process | None:
        """Its main process as /proc shows it, None while there is none."""
        if self.state != "running":
            return None
        return Process(
            container=self.id,
            pid=self.pid,
            uid=self.uid,
            gid=self.gid,
            overrides_permissions=self.uid == 0 and not self.caps_dropped,
            listening=self.ports,
            refused=self.refused,
            failed=self.failed,
            peers=tuple(sorted(self.peers)),
        )


def user_of(service: Service, image: Image, runs_as: int | None) -> tuple[int, int]:
    """The ids a process ends up with: those declared, else the image's, else what it drops to by
    itself."""
    for user in (service.user, image.user):
        if user:
            return ids(user) or (0, 0)
    return (runs_as, runs_as) if runs_as is not None else (0, 0)
