"""A snapshot as changes again: they fold to the same one, whatever happened before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.facts import changes
from nebtui.facts.codec import CHANGES
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Image
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold, fold_all, unfold
from tests.facts.generated import facts

ANY = st.one_of([facts(kind) for kind in CHANGES.values()])
IMAGES = st.builds(
    changes.ImageSeen,
    st.builds(
        Image, st.sampled_from("ab"), st.lists(st.sampled_from("xyz"), max_size=3).map(tuple)
    ),
)


def again(snapshot: Snapshot) -> Snapshot:
    """The snapshot of its own changes, without what `unfold` leaves out."""
    return fold_all(Snapshot(), unfold(snapshot))


def compared(snapshot: Snapshot) -> Snapshot:
    """What has to come back."""
    return replace(snapshot, generation=0, gpu_loads={}, cpu_trends={})


@settings(max_examples=300)
@given(st.lists(ANY, max_size=8))
def test_a_snapshot_is_what_it_unfolds_to(happened: list[changes.Change]) -> None:
    """Of any changes, whatever a later one adds to the snapshot."""
    snapshot = fold_all(Snapshot(), happened)
    assert compared(again(snapshot)) == compared(snapshot)


@given(st.lists(IMAGES, max_size=8))
def test_names_move_from_image_to_image(seen: list[changes.Change]) -> None:
    """Each name of an image is at the one that got it last."""
    snapshot = fold_all(Snapshot(), seen)
    assert again(snapshot).images == snapshot.images


def test_a_rewound_box_is_empty_and_newer() -> None:
    """Nothing of before holds; the generation still tells that there is news."""
    before = fold_all(Snapshot(), [changes.EngineLost("gone"), changes.Settled()])
    after = fold(before, changes.Rewound())
    assert after == Snapshot(generation=before.generation + 1)


EVENTS = st.builds(
    changes.EventSeen,
    st.builds(
        ContainerEvent,
        st.integers(0, 12).map(lambda n: n / 4),
        st.sampled_from("ab"),
        st.sampled_from(["start", "die", "refused", "failed"]),
        count=st.integers(0, 3),
    ),
)


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=12))
def test_histories_are_what_they_were(seen: list[changes.Change]) -> None:
    """Events that were joined to bursts, in whatever order they came."""
    snapshot = fold_all(Snapshot(), seen)
    assert again(snapshot).histories == snapshot.histories
