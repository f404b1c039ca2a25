"""Work on large tables that fills more than one core: two parts of them at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")

_THREADS = 2


def abreast(make: Callable[[Part], Made], parts: Iterable[Part]) -> Iterator[Made]:
    """What a function makes of each part, in order, two made at a time.

    No part is taken before there is a place for it, so that what is held stays small. What making
    one raises is raised at its turn.
    """
    coming: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for part in parts:
            coming.append(pool.submit(make, part))
            if len(coming) == _THREADS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
