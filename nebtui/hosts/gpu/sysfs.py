"""AMD and Intel devices from files alone: sysfs for the card, DRM fdinfo for its processes. Root
path injectable."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import field

from nebtui.facts.gpu import GpuProcess, GpuSample, GpuStack
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.gpu.source import read_line, read_number
from nebtui.hosts.kernel.cgroup import read
from nebtui.light_dataclass import dataclass

AMD, INTEL = 0x1002, 0x8086
DRIVERS = ("amdgpu", "i915", "xe")
LOOK_EVERY = 5.0
"""Seconds between searches for processes that use a card: every open file of the machine is looked
at."""
_CARD = re.compile(r"card\d+\Z", re.ASCII)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
OTHERS = "only root sees which processes of other users are on a card"


@dataclass(slots=True)
class SysfsSource:
    """Cards whose driver is amdgpu, i915 or xe. Integrated Intel cards without memory of their own
    are left out."""

    root: str = "/"
    clock: MachineClock = MACHINE
    asking: int | None = None
    _users: tuple[str, ...] = ()
    """fdinfo files that speak of a card."""
    _looked: float = float("-inf")
    _seen: dict[str, GpuSample] = field(default_factory=dict)
    """The newest row of each card by the folder of its device, in the order of their numbers."""
    _busy: dict[tuple[int, str], tuple[float, int]] = field(default_factory=dict)
    """(pid, card) → time and busy nanoseconds at the last round."""

    def cards(self) -> list[str]:
        """The `device` folders of the cards, by number."""
        pattern = os.path.join(self.root, "sys/class/drm/card*")
        result = [f"{card}/device" for card in glob.glob(pattern) if _CARD.search(card)]
        return sorted(
            filter(_wanted, result), key=lambda path: int(re.findall(r"card(\d+)", path)[-1])
        )

    def stack(self) -> GpuStack:
        """The kernel's own driver needs nothing else; its version is the kernel's."""
        cards = self.cards()
        vendors = {read_number(f"{card}/vendor") for card in cards}
        vendor = " and ".join(
            word for number, word in ((AMD, "AMD"), (INTEL, "Intel")) if number in vendors
        )
        release = read_line(os.path.join(self.root, "proc/sys/kernel/osrelease"))
        blind = OTHERS if os.geteuid() else ""
        problem = "" if cards else "no AMD or Intel card is here"
        return GpuStack(
            bool(cards),
            vendor,
            f"kernel {release}" if release else None,
            problem=problem,
            blind=blind,
        )

    def snapshot(self) -> tuple[GpuSample, ...]:
        """One round. A card keeps its number, and its row where it is gone."""
        users = self._read_users()
        present = {os.path.realpath(card): card for card in self.cards()}
        for new in (place for place in present if place not in self._seen):
            self._seen[new] = GpuSample(len(self._seen), "", self.clock.now())
        for known, last in self._seen.items():
            card = present.get(known)
            self._seen[known] = (
                gone(last) if card is None else self._sample(last.index, card, users)
            )
        return tuple(self._seen.values())

    def close(self) -> None:
        """Nothing is held."""

    def _sample(
        self, index: int, card: str, users: dict[str, dict[int, list[dict[str, str]]]]
    ) -> GpuSample:
        sensors = next(iter(sorted(glob.glob(f"{card}/hwmon/hwmon*"))), "")
        place = address(card)
        used, total = (
            read_number(f"{card}/mem_info_vram_used"),
            read_number(f"{card}/mem_info_vram_total"),
        )
        celsius = read_number(f"{sensors}/temp1_input")
        watts = read_number(f"{sensors}/power1_average")
        watts = read_number(f"{sensors}/power1_input") if watts is None else watts
        limit = read_number(f"{sensors}/power1_cap")
        return GpuSample(
            index=index,
            name=_name(card),
            at=self.clock.now(),
            uuid=read_line(f"{card}/unique_id") or place,
            utilization=read_number(f"{card}/gpu_busy_percent"),
            memory_used=used,
            memory_total=total if total is not None else _local_memory(card),
            temperature=None if celsius is None else round(celsius / 1000),
            power=None if watts is None else watts / 1e6,
            power_limit=None if limit is None else limit / 1e6,
            clock=_clock(card),
            processes=tuple(
                self._process(pid, place, infos)
                for pid, infos in sorted(users.get(place, {}).items())
            ),
        )

    def _process(self, pid: int, card: str, infos: list[dict[str, str]]) -> GpuProcess:
        """One process on one card; its clients are counted once each (`drm-client-id`)."""
        clients = {info.get("drm-client-id", str(at)): info for at, info in enumerate(infos)}
        memory = [amount for info in clients.values() for amount in _memory(info)]
        busy = sum(_nanoseconds(info) for info in clients.values())
        now = self.clock.steady()
        before = self._busy.get((pid, card))
        self._busy[pid, card] = (now, busy)
        message = any(key.startswith("drm-engine-") for info in clients.values() for key in info)
        share = None
        if message and before is not None and now > before[0] and busy >= before[1]:
            share = min(100, round((busy - before[1]) / (now - before[0]) / 1e7))
        return GpuProcess(pid, sum(memory) if memory else None, share)

    def _read_users(self) -> dict[str, dict[int, list[dict[str, str]]]]:
        """By card (PCI address) and pid, what its fdinfo files say now."""
        if self.clock.steady() - self._looked >= LOOK_EVERY:
            self._looked = self.clock.steady()
            self._users = tuple(self._find_users())
        result: dict[str, dict[int, list[dict[str, str]]]] = {}
        for path in self._users:
            info = dict(_fields(read(path)))
            if info.get("drm-driver") in DRIVERS and "drm-pdev" in info:
                pid = int(path.split("/")[-3])
                result.setdefault(info["drm-pdev"], {}).setdefault(pid, []).append(info)
        alive = {(pid, card) for card, users in result.items() for pid in users}
        self._busy = {key: value for key, value in self._busy.items() if key in alive}
        return result

    def _find_users(self) -> Iterator[str]:
        """The fdinfo files of every process that has a card open; other users' are closed to all
        but root."""
        for folder in glob.glob(os.path.join(self.root, "proc/[0-9]*/fd")):
            try:
                opened = os.listdir(folder)
            except OSError:
                continue
            for number in opened:
                try:
                    target = os.readlink(f"{folder}/{number}")
                except OSError:
                    continue
                if target.startswith("/dev/dri/"):
                    yield f"{folder}info/{number}"


def address(card: str) -> str:
    """The PCI address of a card (`0000:03:00.0`)."""
    return os.path.basename(os.path.realpath(card))


def gone(row: GpuSample) -> GpuSample:
    """A card that was there: what it was, nothing of how it is."""
    message = "the card is gone: it was unplugged, or its driver was unbound (dmesg)"
    return GpuSample(
        row.index,
        row.name,
        row.at,
        uuid=row.uuid,
        memory_total=row.memory_total,
        error=message,
        lost=True,
    )


def _wanted(card: str) -> bool:
    vendor = read_number(f"{card}/vendor")
    if vendor == AMD:
        return os.path.exists(f"{card}/gpu_busy_percent") or os.path.exists(
            f"{card}/mem_info_vram_total"
        )
    return vendor == INTEL and _local_memory(card) is not None


def _local_memory(card: str) -> int | None:
    """Bytes of an Intel card's own memory: `lmem_total_bytes` (i915), the tiles'
    `physical_vram_size_bytes` (xe)."""
    whole = read_number(f"{os.path.dirname(card)}/lmem_total_bytes")
    tiles = (read_number(path) for path in glob.glob(f"{card}/tile*/physical_vram_size_bytes"))
    known = [size for size in tiles if size is not None]
    return whole if whole is not None else sum(known) or None


def _name(card: str) -> str:
    vendor = {AMD: "AMD", INTEL: "Intel"}.get(read_number(f"{card}/vendor") or 0, "GPU")
    return read_line(f"{card}/product_name") or f"{vendor} {read_line(f'{card}/device')}".strip()


def _clock(card: str) -> int | None:
    """MHz of the graphics core: the marked line of `pp_dpm_sclk` (`2: 2304Mhz *`)."""
    match = re.search(r"(\d+) ?mhz ?\*", read(f"{card}/pp_dpm_sclk"), re.IGNORECASE)
    return int(match[1]) if match else None


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and key.startswith("drm-"):
            yield key, value.strip()


def _memory(info: dict[str, str]) -> Iterator[int]:
    """Bytes in the card's own memory: `drm-memory-vram` (AMD), `drm-total-local0` (Intel)."""
    for key in ("drm-memory-vram", "drm-total-local0", "drm-total-vram0"):
        number, _, unit = info.get(key, "").partition(" ")
        if _DIGITS.fullmatch(number) and unit in _UNITS:
            yield int(number) * _UNITS[unit]
            return


def _nanoseconds(info: dict[str, str]) -> int:
    """Busy time of all engines since the client exists (`drm-engine-gfx: 123 ns`)."""
    values = (
        value.partition(" ")[0] for key, value in info.items() if key.startswith("drm-engine-")
    )
    return sum(int(value) for value in values if _DIGITS.fullmatch(value))
