"""The memory of starts: what is kept, how much of it, and what a broken file costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.startup import Bar, Burst, OpenedPort, Race, Run, Start, Wait
from nebtui.keep.starts import FILE, MOST, StartMemory

SHOP = ProjectKey("shop", "/shop", ("/shop/compose.yaml",))
RUN = Run(
    2.0,
    (OpenedPort(80, 2.9, 3.0),),
    4.0,
    5.0,
    1,
    oom=True,
    refused=(Burst(2.0, 2.5, 7),),
    restarted=True,
)
WHOLE = Start(
    SHOP,
    1_900_000_000.0,
    1_900_000_010.0,
    (Bar("db", 1, "id", 1.0, (RUN,), (Wait("x", "service_healthy", None),)),),
    (Race(ServiceKey(SHOP, "app"), ServiceKey(SHOP, "db"), 2.5, 7, 1, shared=True),),
    ("something was not seen",),
)


def test_a_start_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every field, in another run too; another folder's project of the name has none."""
    first = StartMemory(str(tmp_path))
    first.learn(WHOLE)
    first.close()
    again = StartMemory(str(tmp_path))
    assert again.recall(SHOP) == (WHOLE,)
    assert again.recall(replace(SHOP, working_dir="/elsewhere")) == ()
    again.of("unix:///forwarded far")
    assert again.recall(SHOP) == ()
    again.close()


def test_the_newest_are_kept_once_each(tmp_path: Path) -> None:
    """The last ten, oldest first; a start that is kept already stays as it was recorded."""
    memory = StartMemory(str(tmp_path))
    for n in range(MOST + 5):
        memory.learn(replace(WHOLE, began=WHOLE.began + 100 * n))
    memory.learn(replace(WHOLE, began=WHOLE.began + 100 * (MOST + 4) + 0.5, races=()))
    kept = memory.recall(SHOP)
    assert [start.began for start in kept] == [WHOLE.began + 100 * n for n in range(5, MOST + 5)]
    assert kept[-1].races == WHOLE.races
    memory.close()


@pytest.mark.parametrize("text", [b"no database", b""])
def test_a_broken_file_costs_what_it_held(tmp_path: Path, text: bytes) -> None:
    """It is put aside, and starts are kept again."""
    (tmp_path / FILE).write_bytes(text)
    memory = StartMemory(str(tmp_path))
    assert memory.recall(SHOP) == ()
    memory.learn(WHOLE)
    assert memory.recall(SHOP) == (WHOLE,)
    memory.close()


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    """A file stands where the folder should be: no error, nothing kept."""
    (tmp_path / "state").write_text("")
    memory = StartMemory(str(tmp_path / "state"))
    memory.learn(WHOLE)
    assert memory.recall(SHOP) == ()
    memory.close()


def test_a_row_that_is_no_start_is_left_out(tmp_path: Path) -> None:
    """What another version wrote, or what is damaged, is no reason to fail."""
    memory = StartMemory(str(tmp_path))
    memory.learn(WHOLE)
    connection = memory._database.open()
    assert connection is not None
    with connection:
        key = ("shop", "/shop", "/shop/compose.yaml")
        for n, body in enumerate(("{", "[]", '{"project": 3}', b"\xff")):
            connection.execute(
                "insert into starts values (?, ?, ?, ?, ?)", (*key, WHOLE.began + 50 + n, body)
            )
    assert memory.recall(SHOP) == (WHOLE,)
    memory.close()
