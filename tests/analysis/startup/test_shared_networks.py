"""Which containers have a network namespace in common."""

from __future__ import annotations

from nebtui.analysis.startup.shared_networks import lender_of, shared_networks
from nebtui.facts.changes import Change, ContainersListed
from nebtui.facts.declared import Service
from nebtui.facts.observed import Container, Inspection
from tests.builders import box, container, project


def names(found: tuple[Container, ...]) -> list[str]:
    """Their services."""
    return sorted(one.service or "" for one in found)


def test_a_borrower_and_who_lends() -> None:
    """By the id in the borrower's `network_mode`; those with a network of their own are in none."""
    db = container("shop/db")
    side = container("shop/side", inspection=Inspection(network_mode=f"container:{db.id}"))
    shop = project("shop", Service("db"), Service("side"), Service("web"))
    found = box(shop, db, side, container("shop/web"))
    assert lender_of(found, side) == db.id
    assert lender_of(found, db) is None
    assert {key: names(all_of) for key, all_of in shared_networks(found).items()} == {
        db.id: ["db", "side"]
    }


def test_a_declared_borrower_without_a_container() -> None:
    """The lender is there alone; of an equal service of another project nothing is borrowed."""
    lends = Service("side", network_mode="service:db")
    shop, other = project("shop", Service("db"), lends), project("other", Service("db"))
    found = box(shop, other, container("shop/db"), container("other/db"))
    (only,) = shared_networks(found).values()
    assert [one.project for one in only] == ["shop"]


def test_a_container_named_by_its_name() -> None:
    """`network_mode: container:NAME`, whoever made it."""
    lone = Container("7", "vpn", state="running")
    shop = project("shop", Service("side", network_mode="container:vpn"))
    changes: tuple[Change, ...] = (ContainersListed((lone,)),)
    assert shared_networks(box(shop, *changes)) == {"7": (lone,)}
