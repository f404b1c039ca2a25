"""Another process at work on the database, doing one thing and saying so on its standard output.

`hold` takes the lease and answers each line on its input with whether it is still confirmed;
`race` takes the lease of each tenant named on its input, if it can; `write` begins a large write
and lingers in it. Run as
`python tests/support/other_run.py WORD URL TENANT SECONDS`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from sqlalchemy.engine import Engine

from service.errors import Busy, LeaseLost
from service.store.bulk import insert_frame
from service.store.counters import advance
from service.store.database import open_engine, writing
from service.store.lease import acquire, confirm
from service.store.tables import person_identifier


def hold(engine: Engine, tenant: str, seconds: float) -> None:
    """Take the lease and say, whenever asked, whether it may still write."""
    held = acquire(engine, tenant, seconds)
    print(held.token, flush=True)
    for _ in sys.stdin:
        try:
            with writing(engine) as connection:
                confirm(connection, held)
            print("confirmed", flush=True)
        except LeaseLost:
            print("lost", flush=True)


def race(engine: Engine, tenant: str, seconds: float) -> None:
    """Take the lease of each tenant that is named, and say with which token, if at all."""
    print(tenant, flush=True)
    for name in sys.stdin:
        try:
            print(acquire(engine, name.strip(), seconds).token, flush=True)
        except Busy:
            print("busy", flush=True)


def write(engine: Engine, tenant: str, seconds: float) -> None:
    """Write rows and take numbers, then linger in the middle of the transaction."""
    rows = pl.DataFrame({"value": [str(number) for number in range(20_000)]})
    with writing(engine) as connection:
        advance(connection, tenant, "change", rows.height)
        insert_frame(
            connection,
            person_identifier,
            rows.with_columns(tenant=pl.lit(tenant), kind=pl.lit("k"), person_id=pl.lit("p")),
        )
        print("written", flush=True)
        time.sleep(seconds)


@contextmanager
def other_run(word: str, url: str, seconds: float = 60) -> Iterator[subprocess.Popen[str]]:
    """Such a process, as far as its first line of output need not be read; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__)), word, url, "district", str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str], line: str = "") -> None:
    """Send a line to such a process."""
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    """The next line that such a process says; empty when it has ended."""
    assert process.stdout
    return process.stdout.readline().strip()


_WORDS: dict[str, Callable[[Engine, str, float], None]] = {
    "hold": hold,
    "race": race,
    "write": write,
}

if __name__ == "__main__":
    _, chosen, address, district, lasting = sys.argv
    _WORDS[chosen](open_engine(address), district, float(lasting))
