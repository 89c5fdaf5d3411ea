"""What services of one box need of another, as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from nebtui.facts.crossing import Across

CrossingJson = TypedDict(
    "CrossingJson",
    {
        "from": Annotated[str, "BOX PROJECT/SERVICE"],
        "host": Annotated[str, "the name or address that it has of the other box"],
        "port": int,
        "box": Annotated[str, "the other box, as --host named it"],
        "target": Annotated[str | None, "PROJECT/SERVICE that publishes the port there"],
        "answer": Annotated[
            Across,
            "published (a firewall is not seen); loopback: on 127.0.0.1 only; elsewhere: only on "
            "another address of the box; stopped; nobody listens; unseen: no container publishes "
            "it, and programs of the machine are not seen; unknown: the box does not answer, or "
            "has the port on one address, and which of its addresses the name means is not seen",
        ],
        "message": str,
    },
)
CrossingJson.__doc__ = "A service of one box names another box."
