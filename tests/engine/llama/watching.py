"""nebtui's live host, store and rules as a process of its own, one JSON line a second: `python -m …
STATE SERVICE`.

A process of its own, because the driver library that a process loads is its for good.
"""

from __future__ import annotations

import json
import os
import sys
import time

from nebtui import rules
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.throughput.summary import samples_of
from nebtui.hosts.live import LiveHost
from nebtui.keep.baselines import SpeedMemory
from nebtui.store import Store


def watch(state: str, service: str) -> None:
    """Tell the ladder of the service of that name, and what is found, until the reader goes."""
    host = LiveHost((), (), os.environ, baselines=SpeedMemory(state))
    store = Store(host, lambda snapshot: None)
    store.start()
    try:
        while True:
            snapshot = store.snapshot
            for key, _ in snapshot.services():
                if str(key) == service:
                    seen = ladder(snapshot, key)
                    found = [f for f in rules.find(snapshot, ()) if f.at == key]
                    (speed,) = samples_of(snapshot, key) or (None,)
                    told = {
                        "verdict": seen.verdict,
                        "rungs": {step.name: step.answer for step in seen.steps},
                        "findings": {f.rule: [f.severity, *f.evidence] for f in found},
                        "usual": speed.usual if speed else None,
                        "busy": speed.busy if speed else None,
                    }
                    print(json.dumps(told), flush=True)
            time.sleep(0.5)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    finally:
        store.close()
        host.close()


if __name__ == "__main__":
    watch(*sys.argv[1:])
