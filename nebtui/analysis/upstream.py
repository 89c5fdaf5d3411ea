"""Whether a registry has a newer image than this box, by digest."""

from __future__ import annotations

from nebtui.facts.snapshot import Snapshot

PINNED = "@sha256:"


def upstream(snapshot: Snapshot, name: str, digest: str, problem: str = "") -> str:
    """One sentence about an image's name, from the digest that its registry has for it; `problem`:
    why there is none."""
    if PINNED in name:
        return f"{name} is pinned to its digest: nothing newer can come"
    if problem or not digest:
        return f"{name}: whether there is a newer one is not known ({problem or 'no digest'})"
    image = snapshot.image(name)
    if image is None:
        return f"{name} is not here yet"
    if not image.digests:
        return f"{name} was built or loaded here: it is replaced by the registry's"
    same = any(known.rpartition("@")[2] == digest for known in image.digests)
    return f"{name} is the registry's newest" if same else f"{name}: the registry has a newer one"
