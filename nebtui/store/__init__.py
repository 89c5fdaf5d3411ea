"""The newest snapshot of a host: how changes become one (`folding`), how it becomes changes again
(`unfolding`), how it is handed out (`publishing`,
of several boxes `fleet`), and how a front end without a screen waits for
it (`following`)."""

from nebtui.store.fleet import Fleet
from nebtui.store.folding import fold, fold_all, folded
from nebtui.store.following import Follower, settle
from nebtui.store.history import HISTORY
from nebtui.store.publishing import SAMPLE_TICK, STATE_TICK, Store
from nebtui.store.unfolding import unfold

__all__ = [
    "HISTORY",
    "SAMPLE_TICK",
    "STATE_TICK",
    "Fleet",
    "Follower",
    "Store",
    "fold",
    "fold_all",
    "folded",
    "settle",
    "unfold",
]
