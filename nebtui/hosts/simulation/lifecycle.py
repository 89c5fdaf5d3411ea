"""The life of a simulated container: it starts, connects, listens, is tested, dies and is
restarted."""

from __future__ import annotations

from nebtui.analysis.ownership import Identity, denied
from nebtui.analysis.references import hosts_in, references
from nebtui.facts.declared import Dependency, ServiceKey
from nebtui.facts.observed import HealthProbe
from nebtui.hosts.simulation.container import LAST_PROBES, SimContainer
from nebtui.hosts.simulation.execution import run as execute
from nebtui.hosts.simulation.logbook import asked_page
from nebtui.hosts.simulation.machine import Machine
from nebtui.hosts.simulation.names import REFUSED, asked_for, connect, reached
from nebtui.knowledge import command

FIRST_DELAY, LONGEST_DELAY = 0.1, 20.0
"""The engine's pause before a restart doubles with each short run (up to a minute; a demo should
move on sooner)."""
SHORT_RUN = 10.0
AGAIN, STILL = 2.0, 5.0
"""Seconds until a service that could not connect tries again, and until one that could would notice
a loss."""
EARLY = 5.0
"""The engine tests as often while the start period lasts."""
PATIENCE = 60.0
"""Seconds a job tries."""
STOPPED = ("exited", "restarting")


class Lifecycle:
    """What happens to containers by itself. Everything is told to the machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def start(self, unit: SimContainer) -> None:
        """Start a container, for the first time or again."""
        machine = self._machine
        unit.run += 1
        unit.pid = 20_000 + int(unit.id[:4], 16) // 4 + 7 * unit.run
        unit.state, unit.waiting, unit.serving, unit.trouble, unit.error = (
            "running",
            False,
            False,
            "",
            "",
        )
        unit.started, unit.probes, unit.streak = machine.now, (), 0
        unit.refused = unit.failed = 0
        unit.peers = frozenset()
        test = unit.test()
        unit.health = "starting" if test else "none"
        machine.happen(unit, "start")
        machine.write(unit, f"INFO starting {unit.image.names[0].rpartition('/')[2]}")
        machine.show(unit)
        machine.show_processes()
        machine.soon(unit, unit.script.connects, self._connect)
        if test:
            machine.soon(unit, self._pause(unit), self._probe)
        self._open_gates()

    def _connect(self, unit: SimContainer) -> None:
        """Try to reach everything it needs, and go on according to what came of it."""
        machine = self._machine
        assert unit.started is not None  # it runs
        trouble = self._unreadable(unit) or self._unreached(unit)
        if trouble:
            machine.write(unit, f"ERROR {trouble}", error=True)
        if trouble and unit.job and machine.now - unit.started < PATIENCE:
            machine.soon(unit, 1.0, self._connect)
        elif trouble and (unit.script.dies or unit.job):
            unit.trouble = trouble
            self._exit(unit, 1)
        elif unit.job:
            machine.write(unit, "INFO done" if unit.cuda else "ERROR no CUDA", error=not unit.cuda)
            self._exit(unit, 0 if unit.cuda else 1)
        elif trouble:
            self._serve(unit, trouble)
            machine.soon(unit, AGAIN, self._connect)
        elif unit.serving:
            machine.soon(unit, STILL, self._connect)
        else:
            left = max(0.0, unit.started + unit.script.starts - machine.now)
            machine.soon(unit, left, self._begin)

    def _begin(self, unit: SimContainer) -> None:
        self._serve(unit, "")
        self._machine.soon(unit, STILL, self._connect)

    def _serve(self, unit: SimContainer, trouble: str) -> None:
        before = unit.ports
        unit.trouble, unit.serving = trouble, not trouble
        if opened := tuple(sorted(set(unit.ports) - set(before))):
            self._machine.listen(unit, opened)
            for port in opened:
                self._machine.write(unit, f"INFO listening on 0.0.0.0:{port}")
        self._machine.show_processes()

    def _unreadable(self, unit: SimContainer) -> str:
        who = Identity(unit.uid, unit.gid, (unit.gid,), unit.uid == 0 and not unit.caps_dropped, "")
        for mount in unit.service.mounts:
            fact = self._machine.paths.get(mount.source)
            if fact is not None and denied(fact, who, write=not mount.read_only):
                return f"PermissionError: [Errno 13] Permission denied: '{mount.target}'"
        return ""

    def _unreached(self, unit: SimContainer) -> str:
        for host, port in self._needs(unit):
            error, target = connect(unit, host, port, self._machine.running())
            if error == REFUSED:
                unit.failed += 1
                self._machine.count(unit, "failed")
                if target is not None:
                    target.refused += 1
                    self._machine.count(target, "refused")
            if error:
                return f"{host}: {error}"
            if target is not None:
                unit.peers |= reached(unit, target, port)
        return ""

    def _needs(self, unit: SimContainer) -> list[tuple[str, int | None]]:
        if unit.job:
            named = references(ServiceKey(unit.project, unit.service.name), unit.service)
            return [
                *((reference.host, reference.port) for reference in named if reference.port),
                *asked_for(unit),
            ]
        texts = [unit.service.environment.get(name) or "" for name in unit.script.needs]
        return [
            (host, port) for text in texts for host, port, _ in hosts_in(text, bare=":" not in text)
        ]

    def _pause(self, unit: SimContainer) -> float:
        test = unit.test()
        interval = (test.interval if test else None) or 30.0
        age = self._machine.now - (unit.started or 0.0)
        starting = (
            unit.health == "starting" and test is not None and age < (test.start_period or 0.0)
        )
        return min(interval, EARLY) if starting else interval

    def _probe(self, unit: SimContainer) -> None:
        """One healthcheck by the engine."""
        machine, test = self._machine, unit.test()
        assert test is not None  # only containers with a test are probed
        assert unit.started is not None
        code, output = execute(unit, command(test), "", machine.paths)
        unit.probes = (*unit.probes, HealthProbe(machine.now - 0.05, machine.now, code, output))[
            -LAST_PROBES:
        ]
        before = unit.health
        if code == 0 and (line := asked_page(command(test))):
            machine.write(unit, line)
        if code == 0:
            unit.health, unit.streak = "healthy", 0
        elif before != "starting" or machine.now - unit.started >= (test.start_period or 0.0):
            unit.streak += 1
            unit.health = "unhealthy" if unit.streak >= (test.retries or 3) else before
        if unit.health != before:
            machine.happen(unit, f"health_status: {unit.health}")
            machine.show(unit)
            self._open_gates()
        elif unit.id in machine.followed:
            machine.show(unit)
        machine.soon(unit, self._pause(unit), self._probe)

    def _exit(self, unit: SimContainer, code: int) -> None:
        machine = self._machine
        unit.run += 1
        unit.exit_code, unit.finished, unit.pid, unit.serving = code, machine.now, 0, False
        machine.happen(unit, "die", code)
        policy = unit.service.restart or "no"
        if unit.restarts_itself and not (code == 0 and policy.startswith("on-failure")):
            unit.quick = unit.quick + 1 if machine.now - (unit.started or 0.0) < SHORT_RUN else 1
            unit.restarts += 1
            unit.state = "restarting"
            delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (unit.quick - 1))
            run = unit.run
            machine.later(delay, lambda: self._restart(unit, run))
        else:
            unit.state = "exited"
        machine.show(unit)
        self._open_gates()

    def stop(self, unit: SimContainer) -> None:
        """End a container as somebody asked for; it is not restarted."""
        machine = self._machine
        unit.waiting = False
        if unit.state not in ("running", "restarting"):
            return
        unit.run += 1
        unit.state, unit.exit_code, unit.finished = "exited", 0, machine.now
        unit.pid, unit.serving, unit.health = 0, False, "none"
        machine.happen(unit, "die", 0)
        machine.happen(unit, "stop")
        machine.show(unit)
        machine.show_processes()

    def _restart(self, unit: SimContainer, run: int) -> None:
        if unit.run == run and self._machine.units.get(unit.name) is unit:
            self.start(unit)

    def _open_gates(self) -> None:
        """Start the created containers whose gates are open now."""
        for unit in tuple(self._machine.units.values()):
            if unit.waiting:
                self.start_if_open(unit)

    def start_if_open(self, unit: SimContainer) -> bool:
        """Start a container unless a gate of depends_on holds it back."""
        unit.waiting = False
        for dependency in unit.service.depends_on.values():
            target = next(
                (u for u in self._machine.units.values() if _is(u, unit, dependency)), None
            )
            if target is None:
                continue  # not part of this `up`
            if _failed_for_good(target, dependency):
                unit.error = (
                    f'service "{dependency.service}" didn\'t complete successfully: exit '
                    f"{target.exit_code}"
                )
                self._machine.show(unit)
                return False
            if not _open(target, dependency.condition):
                unit.waiting = True
                return False
        self.start(unit)
        return True


def _is(unit: SimContainer, dependent: SimContainer, dependency: Dependency) -> bool:
    return unit.project == dependent.project and unit.service.name == dependency.service


def _open(target: SimContainer, condition: str) -> bool:
    if condition == "service_healthy":
        return target.state == "running" and target.health == "healthy"
    if condition == "service_completed_successfully":
        return target.state == "exited" and target.exit_code == 0
    return target.state == "running" or target.state in STOPPED


def _failed_for_good(target: SimContainer, dependency: Dependency) -> bool:
    done = dependency.condition == "service_completed_successfully" and target.state == "exited"
    return done and target.exit_code != 0 and dependency.required
