"""Work on large tables that fills more than one core: parts of it are made ahead, in threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")

_COMING = 2


def abreast(
    make: Callable[[Part], Made], parts: Iterable[Part], threads: int = _COMING
) -> Iterator[Made]:
    """What a function makes of each part, in order, by so many threads.

    No part is taken before there is a place for it: besides the one that is used no more than one
    waits or is made, so that what is held stays small. What making one raises is raised at its
    turn.
    """
    coming: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for part in parts:
            coming.append(pool.submit(make, part))
            if len(coming) == _COMING:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
