"""Reading the files of a delivery ahead: each while the one before it is compared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from adapters.port import Reading


def read_ahead(read: Callable[[str], Reading], names: Iterable[str]) -> Iterator[Reading]:
    """What `read` makes of each name, in order, with the next one under way.

    No more than one waits to be taken, so that no more than two files are in memory at a time.
    Raises what `read` raises, at the file's turn.
    """
    coming: deque[Future[Reading]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for name in names:
            coming.append(pool.submit(read, name))
            if len(coming) > 1:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
