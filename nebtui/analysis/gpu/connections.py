"""How devices are connected: each to the machine, and each two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.facts.gpu import GpuPeer, GpuSample, GpuStack

BETWEEN: Mapping[str, str] = {
    "board": "one board",
    "PIX": "one PCIe switch",
    "PXB": "several PCIe switches",
    "PHB": "one host bridge",
    "NODE": "one CPU socket",
    "SYS": "two CPU sockets",
}
"""The abbreviations of `nvidia-smi topo -m` in words."""
LOADED = 30
"""Percent from which a device counts as working: an idle one lowers its PCIe generation itself."""
AWAKE = 4
"""Performance state up to which its clocks, and with them its link, are raised."""


def pcie(one: GpuSample) -> str:
    """`PCIe 4.0 x16`, with the best after it where that is more; the generation of an idle device,
    which lowers it itself, is left out. "" where the driver does not tell."""
    link = one.pcie
    if link is None or link.generation is None or link.width is None:
        return ""
    works = _works(one)
    now = _pcie(link.generation if works else None, link.width)
    best = link.best_generation or link.generation
    most = _pcie(best if works else None, link.best_width or link.width)
    return f"PCIe {now}" + (f" of {most}" if most != now else "")


def _pcie(generation: int | None, width: int) -> str:
    return f"x{width}" if generation is None else f"{generation}.0 x{width}"


def _works(one: GpuSample) -> bool:
    """Whether it works now, with its clocks raised."""
    return (one.utilization or 0) >= LOADED and (one.pstate is None or one.pstate <= AWAKE)


def narrow(one: GpuSample) -> str:
    """Why a device that works now is slow to reach: at one lane, or at the first generation, where
    more is possible; "" where that is not so, or it is idle."""
    link = one.pcie
    if link is None or not _works(one):
        return ""
    lanes = link.width == 1 and (link.best_width or 1) > 1
    slow = link.generation == 1 and (link.best_generation or 1) > 1
    if not (lanes or slow):
        return ""
    return (
        f"works over {pcie(one)}: loading models and traffic between cards crawl; check seating, "
        "riser and the slot's BIOS setting"
    )


def nvlinks(one: GpuSample) -> str:
    """`NVLink 4/4 up`; "" on a device without."""
    return f"NVLink {sum(one.nvlinks)}/{len(one.nvlinks)} up" if one.nvlinks else ""


def pairs(stack: GpuStack) -> Iterator[str]:
    """Each two devices: a sentence for the only pair, a matrix with its legend for more. Nothing
    where nothing is known."""
    known = [peer for peer in stack.peers if peer.between or peer.nvlink or peer.direct is not None]
    if len(stack.peers) == 1:
        yield from (_sentence(peer) for peer in known)
    elif known:
        yield from _matrix(known)


def _sentence(peer: GpuPeer) -> str:
    reads = {True: "direct access", False: "no direct access", None: ""}[peer.direct]
    parts = ("NVLink" if peer.nvlink else "", BETWEEN.get(peer.between, peer.between), reads)
    return f"GPU {peer.first}–{peer.second}: {', '.join(text for text in parts if text)}"


def _matrix(known: list[GpuPeer]) -> Iterator[str]:
    numbers = sorted({number for peer in known for number in (peer.first, peer.second)})
    cells = {(peer.first, peer.second): _cell(peer) for peer in known}
    cells |= {(second, first): cell for (first, second), cell in cells.items()}
    yield "pairs " + "".join(f"{f'GPU {number}':>8}" for number in numbers)
    for row in numbers:
        line = (("·" if row == column else cells.get((row, column), "?")) for column in numbers)
        yield f"{f'GPU {row}':<6}" + "".join(f"{cell:>8}" for cell in line)
    yield "  " + ", ".join(_legend(known))


def _cell(peer: GpuPeer) -> str:
    mark = {True: " ✓", False: " ✗", None: ""}[peer.direct]
    return (("NV" if peer.nvlink else peer.between) or "?") + mark


def _legend(known: list[GpuPeer]) -> Iterator[str]:
    if any(peer.direct for peer in known):
        yield "✓ direct access to each other's memory (P2P)"
    if any(peer.direct is False for peer in known):
        yield "✗ none"
    if any(peer.nvlink for peer in known):
        yield "NV NVLink"
    used = {peer.between for peer in known if not peer.nvlink}
    yield from (f"{short} {words}" for short, words in BETWEEN.items() if short in used)
