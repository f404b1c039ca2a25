"""One run at a time for each tenant: a lease with a fencing token.

The lease keeps two runs apart in the common case. The token keeps the data right in every case:
each holder gets a higher one, and an apply commits only while its token is still the highest.
No clock, host name or process number can therefore do more harm than to end a run early.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.errors import Busy, LeaseLost
from service.store.database import reading, writing
from service.store.process import is_gone, myself
from service.store.tables import lease

_POLL = 0.2
"""Seconds between two looks at a lease that is taken."""

_LONGEST = 86_400
"""Seconds beyond which no lease is believed: one that ends later tells of a clock set back."""

_ENSURE = sa.text(
    "INSERT INTO lease (tenant, token, expires_at) VALUES (:tenant, 0, 0)"
    " ON CONFLICT (tenant) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change one tenant's roster, until it expires or somebody takes over."""

    tenant: str
    token: int
    seconds: float


def acquire(engine: Engine, tenant: str, seconds: float, wait: float = 0) -> Lease:
    """Take the lease for `seconds`, waiting up to `wait` seconds. Raises Busy naming the holder.

    A lease whose process ended on this machine is free at once, any other when it expires.
    """
    give_up = time.monotonic() + wait
    while True:
        busy = _holder(engine, tenant, seconds)
        if busy is None:
            try:
                return _take(engine, tenant, seconds)
            except Busy as error:
                busy = error
        left = give_up - time.monotonic()
        if left <= 0:
            raise busy
        time.sleep(min(_POLL, left))


def renew(engine: Engine, held: Lease) -> None:
    """Push the expiry back. Raises LeaseLost if somebody took over."""
    with writing(engine) as connection:
        confirm(connection, held)
        expires_at = _now(connection) + held.seconds
        change = sa.update(lease).where(lease.c.tenant == held.tenant)
        connection.execute(change.values(expires_at=expires_at))


def confirm(connection: Connection, held: Lease) -> None:
    """Make sure, inside the transaction that writes, that nobody took over.

    Until that transaction ends nobody can. Raises LeaseLost.
    """
    query = sa.select(lease).where(lease.c.tenant == held.tenant).with_for_update()
    row = connection.execute(query).first()
    if row is None or row.token != held.token or row.holder is None:
        raise LeaseLost(
            f"Another run took over {held.tenant!r}; this one wrote nothing more.",
            "Nothing to do: the other run carries on from the same point.",
        )


def release(engine: Engine, held: Lease) -> None:
    """Give the lease back, if it is still ours."""
    mine = (lease.c.tenant == held.tenant, lease.c.token == held.token)
    with writing(engine) as connection:
        connection.execute(sa.update(lease).where(*mine).values(holder=None, expires_at=0))


def _holder(engine: Engine, tenant: str, seconds: float) -> Busy | None:
    """Who has the lease, seen without waiting for anybody's transaction."""
    with reading(engine) as connection:
        row = connection.execute(sa.select(lease).where(lease.c.tenant == tenant)).first()
        now = _now(connection)
    return None if row is None or _is_free(row, now, seconds) else _busy(row, now)


def _take(engine: Engine, tenant: str, seconds: float) -> Lease:
    with writing(engine) as connection:
        connection.execute(_ENSURE, {"tenant": tenant})
        query = sa.select(lease).where(lease.c.tenant == tenant).with_for_update()
        row = connection.execute(query).one()
        now = _now(connection)
        if not _is_free(row, now, seconds):
            raise _busy(row, now)
        taken = Lease(tenant, row.token + 1, seconds)
        change = sa.update(lease).where(lease.c.tenant == tenant)
        connection.execute(change.values(token=taken.token, **_signed(now + seconds)))
        return taken


def _signed(expires_at: float) -> dict[str, object]:
    return {
        "holder": myself(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "expires_at": expires_at,
    }


def _is_free(row: sa.Row[tuple[object, ...]], now: float, seconds: float) -> bool:
    believable = now < row.expires_at <= now + max(_LONGEST, seconds)
    return row.holder is None or not believable or is_gone(row.holder, row.pid)


def _busy(row: sa.Row[tuple[object, ...]], now: float) -> Busy:
    left = max(1, round(row.expires_at - now))
    return Busy(
        f"Another run is at work for {row.tenant!r}: process {row.pid} on {row.host}.",
        "Wait until it has finished, or raise sync.lease_wait_seconds. Should it have died, "
        f"its place is free in {left} s at the latest.",
    )


def _now(connection: Connection) -> float:
    # Machines that share a server share its clock too; a SQLite file has one machine only.
    if connection.dialect.name == "sqlite":
        return time.time()
    query = sa.text("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
    return float(connection.execute(query).scalar_one())
