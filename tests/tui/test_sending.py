"""A box without a nebtui is offered this one: in its line, once, after a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.facts.boxes import CarriedFile
from nebtui.facts.changes import Settled
from nebtui.facts.declared import Service
from nebtui.facts.observed import Engine
from nebtui.host import Sender
from nebtui.tui.app import NebtuiApp
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.session import Session
from tests import builders
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver
from tests.tui.test_boxes import boxes, lines, session, simulated

FAR = Engine("gpu1", "26.1", "1.45", "ssh://gpu1", local=False, elsewhere=True)
FILE = CarriedFile("0.1.0", "ab" * 32, 1_100_000)
OFFER = "no nebtui there: N sends it this one"


class HandSender:
    """Remembers what it was asked to do."""

    def __init__(self, why: str = "", broken: str = "", older: str = "") -> None:
        self.possible = True
        self.offered = True
        self.older = older
        self._why, self._broken = why, broken
        self.sent: list[CarriedFile] = []

    def made(self) -> CarriedFile | str:
        return self._broken or FILE

    def consequence(self, file: CarriedFile) -> tuple[str, ...]:
        return (f"One file is copied to gpu1: {file.name}.",)

    def send(self, file: CarriedFile) -> str:
        self.sent.append(file)
        self.possible = self.offered = bool(self._why)
        return self._why

    def decline(self) -> None:
        self.offered = False


def far(folder: Path, sender: Sender, *, locked: bool = False) -> Session:
    """A box that is seen by its engine alone."""
    snapshot = builders.box(builders.project("ai", Service("web", image="x")), Settled())
    box = replace(snapshot, engine=FAR)
    made = session("gpu1", FakeHost(box), folder)
    made.sender, made.locked, made.read_only = sender, locked, locked
    return made


async def test_offered_asked_and_sent(tmp_path: Path) -> None:
    """In the box's line; what it does is told before, and nothing is offered afterwards."""
    sender = HandSender()
    async with boxes([far(tmp_path, sender), simulated("one", "race", tmp_path)]) as driver:
        await driver.until(lambda: OFFER in lines(driver)[0], "the offer")
        assert OFFER not in lines(driver)[1]
        await driver.press("N")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        assert FILE.name in driver.text
        assert "asked once for this machine" in driver.text
        assert sender.sent == []
        await driver.press("enter")
        await driver.until(lambda: sender.sent == [FILE], "it is sent")
        await driver.until(lambda: OFFER not in lines(driver)[0], "no offer any more")
        assert not driver.app.check_action("send_nebtui", ())


class Served(FakeHost):
    """Looked at through the nebtui there."""

    kind = "remote"  # type: ignore[assignment]


async def test_an_older_one_that_was_sent(tmp_path: Path) -> None:
    """Its box offers the newer one in its line, which is asked once for each version."""
    sender = HandSender(older="0.0.9")
    first = far(tmp_path, sender)
    here = replace(FAR, local=True, elsewhere=False)
    first.host = Served(replace(first.host.snapshot, engine=here))  # type: ignore[attr-defined]
    async with boxes([first, simulated("one", "race", tmp_path)]) as driver:
        told = "nebtui 0.0.9 there is older: N sends it this one, after asking"
        await driver.until(lambda: told in lines(driver)[0], "the offer")
        assert "through nebtui there" in lines(driver)[0]
        await driver.press("N")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        assert "asked once for this version" in driver.text
        assert sender.sent == []
        await driver.press("enter")
        await driver.until(lambda: sender.sent == [FILE], "it is sent")
        await driver.until(lambda: told not in lines(driver)[0], "no offer any more")


async def test_declined_once_and_for_all(tmp_path: Path) -> None:
    """The line offers it no more; the key still asks."""
    sender = HandSender()
    async with boxes([far(tmp_path, sender), simulated("one", "race", tmp_path)]) as driver:
        await driver.until(lambda: OFFER in lines(driver)[0], "the offer")
        await driver.press("N")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        await driver.press("escape")
        await driver.until(lambda: OFFER not in lines(driver)[0], "no offer any more")
        assert sender.sent == []
        assert driver.app.check_action("send_nebtui", ())


async def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    """One sentence, and no question."""
    first = far(tmp_path, HandSender(broken="no RECORD of docker"))
    async with boxes([first, simulated("one", "race", tmp_path)]) as driver:
        await driver.until(lambda: OFFER in lines(driver)[0], "the offer")
        await driver.press("N")
        await driver.until(lambda: "no RECORD of docker" in driver.text, "the reason")
        assert driver.home


async def test_a_file_that_is_not_kept_there(tmp_path: Path) -> None:
    """One sentence, and the offer stands."""
    first = far(tmp_path, HandSender(why="gpu1 is full"))
    async with boxes([first, simulated("one", "race", tmp_path)]) as driver:
        await driver.until(lambda: OFFER in lines(driver)[0], "the offer")
        await driver.press("N")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        await driver.press("enter")
        await driver.until(lambda: "gpu1 is full" in driver.text, "the reason")
        assert OFFER in lines(driver)[0]


async def test_one_box_alone(tmp_path: Path) -> None:
    """It has no line beside others: the lines on top offer it."""
    one = far(tmp_path, HandSender())
    one.beside = ()
    app = NebtuiApp(one)
    async with app.run_test(size=(120, 36)) as pilot:
        driver = AppDriver(app, pilot, one)
        await driver.until(lambda: OFFER in driver.text, "the offer")


async def test_never_while_locked(tmp_path: Path) -> None:
    """With --read-only nothing is offered, and the key does nothing."""
    sender = HandSender()
    async with boxes(
        [far(tmp_path, sender, locked=True), simulated("one", "race", tmp_path)]
    ) as driver:
        await driver.until(lambda: "through its engine" in lines(driver)[0], "its line")
        assert OFFER not in lines(driver)[0]
        await driver.press("N")
        assert not driver.app.check_action("send_nebtui", ())
        assert not isinstance(driver.app.screen, ConfirmScreen)
