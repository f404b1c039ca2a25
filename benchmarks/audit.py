"""`python -m benchmarks.audit`: how many events the audit log takes in a second, and checks.

Single: one event and one transaction each, with everything on disk before the next, as a request
would write it. Batched: a thousand events in one transaction. PostgreSQL runs as the tests start
it, without waiting for the disk, so its single figure says what the program costs, not the disk.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy.engine import Engine

from benchmarks.access import databases
from service.audit.checkpoints import checkpoint, read_checkpoints
from service.audit.event import About, Event, Outcome
from service.audit.keys import Keyring, make_key
from service.audit.log import Log, record_all
from service.audit.verify import verify
from service.store.database import open_engine, reading, writing
from service.store.migrate import upgrade

TENANT: Final = "bench"
AT: Final = "2026-11-20T12:00:00.000Z"
SINGLE: Final = 300
BATCH: Final = 1000
ROUNDS: Final = 20


def event(number: int) -> Event:
    """A read of one section, as a decision describes it."""
    return Event(
        at=AT,
        actor=f"teacher-{number % 50}",
        action="read",
        outcome=Outcome.ALLOWED,
        roles=("TCH",),
        sections=("careerGoals",),
        fields=tuple(f"GOA.{at:02}" for at in range(1, 9)),
        rules=("TCH.careerGoals.read:LEI",),
        basis=("99.31(a)(1)(i)(A)",),
        purpose="instruction",
        request=f"request-{number}",
        about=(About(f"student-{number}"),),
    )


def write(engine: Engine, log: Log, count: int, first: int = 0) -> None:
    """So many events in one transaction."""
    with writing(engine) as connection:
        record_all(connection, log, [event(first + at) for at in range(count)])


def rate(what: str, count: int, work: Callable[[], None]) -> None:
    """Time some work and print how much of it fits in a second."""
    start = time.perf_counter()
    work()
    print(f"{what:56} {count / (time.perf_counter() - start):10,.0f} a second")


def measure(engine: Engine, log: Log) -> None:
    """Single events, batches, and a check of them all."""
    name = engine.dialect.name

    def single() -> None:
        for number in range(SINGLE):
            write(engine, log, 1, number)

    def batched() -> None:
        for number in range(ROUNDS):
            write(engine, log, BATCH, number * BATCH)

    def check() -> None:
        with reading(engine) as connection:
            assert verify(connection, log, read_checkpoints(log.checkpoints)).intact

    rate(f"events one by one on {name}", SINGLE, single)
    rate(f"events in batches of {BATCH} on {name}", ROUNDS * BATCH, batched)
    checkpoint(engine, log, AT)
    rate(f"events verified on {name}", SINGLE + ROUNDS * BATCH, check)


def main() -> None:
    """Measure and print."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    keys = Keyring((make_key(b"b" * 32),))
    with databases() as urls, TemporaryDirectory() as folder:
        for number, url in enumerate(urls):
            engine = open_engine(url)
            upgrade(engine)
            measure(engine, Log(TENANT, keys, Path(folder) / f"{number}.checkpoints"))
            engine.dispose()


if __name__ == "__main__":
    main()
