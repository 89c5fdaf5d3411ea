"""Several boxes asked at once: a slow one keeps the others from nothing but its own answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """What `work` makes of each item, in their order, each in a thread of its own. It bounds its
    own time; an exception of one is raised when all are over."""
    given = list(items)
    results: dict[int, R] = {}
    errors: list[BaseException] = []

    def one(at: int, item: T) -> None:
        try:
            results[at] = work(item)
        except Exception as error:
            errors.append(error)

    threads = [
        threading.Thread(target=one, args=(at, item), daemon=True) for at, item in enumerate(given)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[at] for at in range(len(given))]
