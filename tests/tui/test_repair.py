"""Promises of repairing on the screen: shown, proved, written once, seen only when it works, taken
back whole."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.widgets import OptionList

from nebtui.tui.screens.choose import ChooseScreen
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.session import Session
from tests.tui.driver import AppDriver, demo


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the box."""
    return {str(p): p.read_bytes() for p in (folder / "box").rglob("*") if p.is_file()}


def longer(session: Session, length: int) -> bool:
    """Whether the journal has more entries than that."""
    return len(session.journal.entries()) > length


async def test_nothing_is_written_before_it_is_shown(tmp_path: Path) -> None:
    """n shows the diff with its proof; leaving writes nothing."""
    async with demo(tmp_path) as driver:
        before = files(tmp_path)
        await driver.select("gantry", "conductor")
        await driver.review("n")
        assert "+    networks:" in driver.text or "+      - nebulus" in driver.text
        assert "finding gone, none new" in driver.text
        await driver.press("escape")
        assert driver.home
        assert files(tmp_path) == before


async def test_the_same_key_writes_and_up_makes_it_seen(tmp_path: Path) -> None:
    """n n writes; the row says so until U brought it up; then it is seen and the finding gone; z z
    takes it back."""
    async with demo(tmp_path) as driver:
        before = files(tmp_path)
        await driver.select("gantry", "conductor")
        await driver.review("n")
        await driver.press("n")
        await driver.until(lambda: driver.session.watched, "the patch to be watched")
        await driver.until(lambda: driver.home, "home")
        assert files(tmp_path) != before
        assert "written · needs `up`" in driver.text
        assert "U brings it up · z undoes it" in driver.text
        await bring_up(driver)
        # chroma is on the network; conductor tries again when the engine starts it again.
        told = "does not run; the engine starts it again by itself z undoes it"
        await driver.until(lambda: told in " ".join(driver.text.split()), "why it is not seen yet")
        await driver.live(lambda: not driver.session.watched, "the fix to be seen")
        assert "isolated-networks" not in {f.rule for f in driver.session.findings}
        await driver.press("z")
        await driver.until(lambda: "undo:" in driver.text, "the undo screen")
        await driver.press("z")
        await driver.until(lambda: files(tmp_path) == before, "the files to be as before")
        await driver.until(lambda: driver.home, "home")
        await driver.press("z")
        assert driver.home


async def bring_up(driver: AppDriver) -> None:
    """U, and yes to what it shows."""
    await driver.press("U")
    await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the confirmation")
    assert "up" in driver.text
    await driver.press("enter")
    await driver.until(lambda: driver.home, "home")
    await driver.until(lambda: driver.session.commands, "the command")
    await driver.until(
        lambda: driver.session.commands[-1].exit_code is not None, "the command to end"
    )


def seen_toast(driver: AppDriver) -> str:
    """What is told of a fix that is seen, title and text; "" before."""
    toasts = [f"{one.title}: {one.message}" for one in driver.app._notifications]
    return next((toast for toast in toasts if toast.startswith("✓")), "")


async def test_all_four_keys_heal_the_demo(tmp_path: Path) -> None:
    """n, a, u and h with U each mend their lie on the demo box, and each is seen."""
    async with demo(tmp_path) as driver:
        for project, service, key, rule in (
            ("gantry", "conductor", "n", "isolated-networks"),
            ("infer", "litellm", "a", "missing-host-gateway"),
            ("infer", "tabbyapi", "u", "foreign-user"),
            ("core", "ingest", "h", "ungated-dependency"),
        ):
            await driver.select(project, service)
            screen = await driver.review(key)
            assert screen.ready, driver.text
            written = len(driver.session.journal.entries())
            await driver.press("U")
            await driver.until(partial(longer, driver.session, written), f"{key} to be written")
            await driver.until(lambda: driver.home, "home")
            await driver.live(lambda: seen_toast(driver), f"{key} to be seen")
            driver.app.clear_notifications()
            left = [f for f in driver.session.findings if f.rule == rule and f.service == service]
            assert left == []


async def test_in_effect_is_not_seen_to_work(tmp_path: Path) -> None:
    """litellm has its entry for the host, and nothing answers it there: its healthcheck has not
    passed when the toast comes. conductor's name resolves, and it runs on."""
    async with demo(tmp_path) as driver:
        for project, service, key, told in (
            ("infer", "litellm", "a", "in effect on the host"),
            ("gantry", "conductor", "n", "seen to work"),
        ):
            await driver.select(project, service)
            await driver.review(key)
            written = len(driver.session.journal.entries())
            await driver.press("U")
            await driver.until(partial(longer, driver.session, written), f"{key} to be written")
            await driver.until(lambda: driver.home, "home")
            # Not "watched": it may be seen, and out of the watched again, between two looks.
            await driver.live(lambda: seen_toast(driver), f"{key} to be seen")
            toast = seen_toast(driver)
            assert told in toast
            assert "not well yet: litellm" in toast or service != "litellm"
            driver.app.clear_notifications()


async def test_fix_all_safe(tmp_path: Path) -> None:
    """F shows all safe fixes of the box as one diff, and says what it leaves."""
    async with demo(tmp_path, (140, 160)) as driver:
        await driver.review("F")
        assert "left" in driver.text
        assert "unsafe" in driver.text
        await driver.press("enter")
        await driver.until(
            lambda: driver.home and driver.session.watched, "the patch to be written"
        )
        assert len(driver.session.journal.entries()) == 1


async def test_one_key_writes_at_once_and_shows_it(tmp_path: Path) -> None:
    """With one_key a safe patch is written by the first key."""
    async with demo(tmp_path, one_key=True) as driver:
        await driver.select("infer", "litellm")
        await driver.press("a")
        await driver.until(lambda: driver.session.watched, "the patch to be written")
        assert (
            "host.docker.internal:host-gateway"
            in (tmp_path / "box/infer/docker-compose.yml").read_text()
        )


async def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """A file that changed under the shown diff is refused, and the new diff is planned."""
    async with demo(tmp_path) as driver:
        await driver.select("infer", "litellm")
        await driver.review("a")
        path = tmp_path / "box/infer/docker-compose.yml"
        path.write_text("# mine\n" + path.read_text())
        await driver.press("a")
        await driver.until(
            lambda: any("changed meanwhile" in n.message for n in driver.app._notifications),
            "the refusal",
        )
        assert path.read_text().startswith("# mine\n")
        assert "host-gateway" not in path.read_text()


async def test_several_owners_are_asked_about(tmp_path: Path) -> None:
    """Where two projects own the name the app asks which one is meant, and plans that one."""
    async with demo(tmp_path) as driver:
        folder = tmp_path / "box" / "gantry"
        text = (folder / "docker-compose.yml").read_text()
        (folder / "docker-compose.yml").write_text(
            text.replace("http://chroma:8000", "http://redis:6379")
        )
        await driver.live(
            lambda: [
                f
                for f in driver.session.findings
                if f.rule == "isolated-networks" and len(f.owners) > 1
            ],
            "the ambiguous reference",
        )
        await driver.select("gantry", "conductor")
        await driver.press("n")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen), "the question")
        assert driver.app.screen.query_one(OptionList).option_count == 2
        await driver.press("down", "enter")
        await driver.until(lambda: "connect gantry/conductor and" in driver.text, "the plan")


async def test_the_command_log_tells_what_ran(tmp_path: Path) -> None:
    """; shows the command of an up with its output."""
    async with demo(tmp_path) as driver:
        await driver.select("core", "redis")
        await bring_up(driver)
        await driver.press("semicolon")
        assert "up -d redis" in driver.text
        assert "done" in driver.text
        await driver.press("escape")
        assert driver.home


async def test_a_marked_service_is_closed(tmp_path: Path) -> None:
    """m shows the label and writes it; the finding follows, and x closes the service in one diff.
    Locked, m does nothing."""
    async with demo(tmp_path, scenario="sandbox") as driver:
        path = tmp_path / "box" / "sandbox" / "docker-compose.yml"
        await driver.select("sandbox", "broker")
        await driver.press("L", "m")
        assert driver.home
        await driver.press("L")
        screen = await driver.review("m")
        assert screen.ready
        assert "nebtui.role: sandbox" in driver.text
        await driver.press("m")
        await driver.until(lambda: driver.home, "home")
        assert path.read_text().count("nebtui.role: sandbox") == 2
        await driver.live(
            lambda: (
                {str(f.at) for f in driver.session.findings if f.rule == "open-sandbox"}
                == {"sandbox/runner", "sandbox/broker"}
            ),
            "the finding",
        )
        await driver.select("sandbox", "runner")
        screen = await driver.review("x")
        assert screen.ready
        assert "network_mode: none" in driver.text
