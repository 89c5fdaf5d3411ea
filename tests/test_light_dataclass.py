"""Our `dataclass` beside the standard library's."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Light:
    """Three fields, one of which neither counts nor is shown."""

    name: str
    size: float = 0.0
    seen: float = dataclasses.field(default=0.0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Heavier(Light):
    """One that inherits, and writes a method itself."""

    more: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return "mine"


@dataclass(frozen=True, slots=True)
class Own:
    """Its own equality keeps the hash of its fields."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)


Decorator = Callable[..., Callable[[type], Any]]


def _twin(decorator: Decorator, fields: int) -> Any:
    """A class of that many fields."""
    body = {"__annotations__": {f"f{at}": object for at in range(fields)}, "__qualname__": "Twin"}
    return decorator(frozen=True, slots=True)(type("Twin", (), body))


COUNTS = (0, 1, 3)
TWINS = {one: (_twin(dataclass, one), _twin(dataclasses.dataclass, one)) for one in COUNTS}
VALUES = st.one_of(st.none(), st.integers(-2, 2), st.text(max_size=1), st.just(float("nan")))


@given(st.sampled_from(COUNTS), st.data())
def test_as_the_standard_librarys(count: int, data: st.DataObject) -> None:
    """Equal, hashed and shown in the same way, whatever the fields hold."""
    ours, theirs = TWINS[count]
    one, other = (data.draw(st.tuples(*[VALUES] * count)) for _ in "12")
    assert (ours(*one) == ours(*other)) == (theirs(*one) == theirs(*other))
    assert ours(*one) == ours(*one)
    assert hash(ours(*one)) == hash(theirs(*one))
    assert repr(ours(*one)) == repr(theirs(*one))
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__


def test_fields_that_do_not_count() -> None:
    """Neither in equality nor in the hash, nor shown."""
    assert Light("a", seen=1.0) == Light("a", seen=2.0)
    assert hash(Light("a", seen=1.0)) == hash(Light("a"))
    assert repr(Light("a", seen=1.0)) == "Light(name='a', size=0.0)"


def test_another_class_is_another_thing() -> None:
    """Also one that inherits, with the same values."""
    assert Light("a") != Heavier("a")
    other: object = ("a", 0.0)
    assert Light("a") != other


def test_methods_that_a_class_writes_stay() -> None:
    """As with the standard library's."""
    assert repr(Heavier("a")) == "mine"
    assert Own("a") == Own("b")
    assert hash(Own("a")) != hash(Own("b"))


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        dataclasses.replace,
        lambda one: pickle.loads(pickle.dumps(one)),
        lambda one: type(one)(**dataclasses.asdict(one)),
    ],
)
def test_what_else_takes_dataclasses(copied: Callable[[Light], Light]) -> None:
    """Copies of any kind are equal."""
    one = Heavier("a", 1.0, 2.0, (3,))
    assert copied(one) == one
    assert copied(one).seen == 2.0


def test_init_is_compiled_at_the_first_object() -> None:
    """Defaults, factories and what may be missing are those of the fields; once for each class."""

    @dataclass(frozen=True, slots=True)
    class Above:
        """One required field."""

        name: str
        parts: list[str] = dataclasses.field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Below(Above):
        """One more."""

        size: int = 7

    waiting = Below.__init__
    with pytest.raises(TypeError, match=r"Below.__init__.. missing 1 required .*'name'"):
        Below()  # type: ignore[call-arg]
    one, other = Below("a"), Below("a", ["x"], size=1)
    assert Below.__init__ is not waiting
    assert Above("a") == Above("a", [])
    assert (one.name, one.parts, one.size) == ("a", [], 7)
    assert (other.name, other.parts, other.size) == ("a", ["x"], 1)
    assert one.parts is not Below("a").parts


def test_an_ordered_class_is_the_standard_librarys() -> None:
    """It compiles its comparisons."""
    made: Any = dataclass(frozen=True, order=True)(type("Other", (), {"__annotations__": {}}))
    assert made.__dataclass_params__.order
    assert made.__dataclass_params__.frozen


def test_a_mutable_class() -> None:
    """Equal by its values, so it has no hash."""

    @dataclass(slots=True)
    class Counted:
        """What counts."""

        count: int = 0

    one, other = Counted(), Counted()
    one.count += 1
    assert one != other
    assert one == Counted(1)
    assert repr(one).endswith("Counted(count=1)")
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_a_class_without_equality() -> None:
    """It is equal to itself alone, and has the hash of an object."""

    @dataclass(slots=True, eq=False)
    class Single:
        """What there is once."""

        name: str

    one = Single("a")
    assert one != Single("a")
    assert one in {one}
    assert repr(one).endswith("Single(name='a')")


def test_mypy_refuses_to_assign() -> None:
    """What nothing refuses at run time."""
    code = (
        "from nebtui.light_dataclass import dataclass\n"
        "@dataclass(frozen=True, slots=True)\n"
        "class One:\n"
        "    name: str\n"
        "One('a').name = 'b'\n"
    )
    # A process of its own: mypy changes how this one's garbage is collected.
    argv = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "-c", code)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert not done.stderr
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1,
        '<string>:5: error: Property "name" defined in "One" is read-only  [misc]',
    )
