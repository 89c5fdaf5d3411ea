"""Several boxes at once: a store for each, so that facts know nothing of hosts and a box that is
silent, refuses or fails costs nothing but its own picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial

from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.store.publishing import Store


class Fleet:
    """The stores of some boxes by name. `listen` gets the name of the box whose picture is newer;
    it is called from a thread of that box's store."""

    def __init__(self, hosts: Mapping[str, Host], listen: Callable[[str, Snapshot], None]) -> None:
        self._hosts = hosts
        self.stores: Mapping[str, Store] = {
            name: Store(host, partial(listen, name)) for name, host in hosts.items()
        }

    def start(self) -> None:
        """Begin to read all of them; returns at once."""
        for store in self.stores.values():
            store.start()

    def close(self) -> None:
        """Stop publishing, and close the hosts, all at once: each may take its 0.2 s."""
        for store in self.stores.values():
            store.close()
        closing = [threading.Thread(target=host.close) for host in self._hosts.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
