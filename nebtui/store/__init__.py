"""The newest snapshot of a host: how changes become one (`folding`) and how it is handed out
(`publishing`)."""

from nebtui.store.folding import HISTORY, fold, fold_all
from nebtui.store.publishing import SAMPLE_TICK, STATE_TICK, Store, settle

__all__ = ["HISTORY", "SAMPLE_TICK", "STATE_TICK", "Store", "fold", "fold_all", "settle"]
