"""What a container mounts, and what ECS cannot mount."""

from __future__ import annotations

from nebtui.facts.declared import Service
from nebtui.report.ecs.frame import Frame, Part


def mount_points(frame: Frame, service: Service) -> Part:
    """`mountPoints` of the named volumes; all other mounts are told."""
    points = []
    told = []
    for mount in service.mounts:
        if mount.type == "volume" and mount.source:
            point = {
                "sourceVolume": frame.volumes[mount.source],
                "containerPath": mount.target,
                "readOnly": mount.read_only,
            }
            points.append(point)
            if frame.fargate and not mount.read_only:
                told.append(
                    f"volume {mount.source} ends with the task on Fargate: give it an "
                    "efsVolumeConfiguration if it is to stay"
                )
        elif mount.type == "bind":
            told.append(
                f"{mount.source} at {mount.target} is on this machine: build it into the image, "
                "or use a volume"
            )
        elif mount.type != "tmpfs":
            kind = "anonymous volume" if mount.type == "volume" else mount.type
            told.append(f"{kind} at {mount.target}: ECS cannot mount it")
    return {"mountPoints": points} if points else {}, told
