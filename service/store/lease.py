"""One run at a time for each tenant: a lease with a fencing token.

The lease keeps two runs apart in the common case. The token keeps the data right in every case:
each holder gets a higher one, and an apply commits only while its token is still the highest.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass

import psutil
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.errors import Busy, LeaseLost
from service.store.database import writing
from service.store.tables import lease


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change one tenant's roster, until it expires or somebody takes over."""

    tenant: str
    token: int
    seconds: float


def acquire(engine: Engine, tenant: str, seconds: float, wait: float = 0) -> Lease:
    """Take the lease, waiting up to `wait` seconds. Raises Busy naming the holder."""
    give_up = time.monotonic() + wait
    while True:
        with writing(engine) as connection:
            row = _current(connection, tenant)
            if row is None or _is_free(row):
                return _take(connection, tenant, row, seconds)
        if time.monotonic() >= give_up:
            raise Busy(
                f"Another run is at work for {tenant!r}: process {row.pid} on {row.host}.",
                "Wait until it has finished, or raise sync.lease_wait_seconds.",
            )
        time.sleep(min(0.2, max(0.01, give_up - time.monotonic())))


def renew(engine: Engine, held: Lease) -> None:
    """Push the expiry back. Raises LeaseLost if somebody took over."""
    with writing(engine) as connection:
        confirm(connection, held)
        connection.execute(
            sa.update(lease)
            .where(lease.c.tenant == held.tenant)
            .values(expires_at=time.time() + held.seconds)
        )


def confirm(connection: Connection, held: Lease) -> None:
    """Make sure, inside the transaction that writes, that nobody took over."""
    row = _current(connection, held.tenant, lock=True)
    if row is None or row.token != held.token:
        raise LeaseLost(
            f"Another run took over {held.tenant!r}; this one wrote nothing more.",
            "Nothing to do: the other run carries on from the same point.",
        )


def release(engine: Engine, held: Lease) -> None:
    """Give the lease back, if it is still ours."""
    with writing(engine) as connection:
        connection.execute(
            sa.update(lease)
            .where(lease.c.tenant == held.tenant, lease.c.token == held.token)
            .values(holder=None, expires_at=0)
        )


def _current(
    connection: Connection, tenant: str, lock: bool = False
) -> sa.Row[tuple[object, ...]] | None:
    query = sa.select(lease).where(lease.c.tenant == tenant)
    return connection.execute(query.with_for_update() if lock else query).first()


def _is_free(row: sa.Row[tuple[object, ...]]) -> bool:
    if row.holder is None or row.expires_at <= time.time():
        return True
    return bool(row.host == socket.gethostname() and not _alive(row.pid, row.holder))


def _alive(pid: int, holder: str) -> bool:
    return psutil.pid_exists(pid) and _identity(pid) == holder


def _identity(pid: int) -> str:
    """A process's number and start: numbers are used again after a crash or a reboot."""
    try:
        return f"{pid}@{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return ""


def _take(
    connection: Connection, tenant: str, row: sa.Row[tuple[object, ...]] | None, seconds: float
) -> Lease:
    token = (row.token if row else 0) + 1
    values = {
        "token": token,
        "holder": _identity(os.getpid()),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "expires_at": time.time() + seconds,
    }
    if row is None:
        connection.execute(sa.insert(lease).values(tenant=tenant, **values))
    else:
        changed = connection.execute(
            sa.update(lease)
            .where(lease.c.tenant == tenant, lease.c.token == row.token)
            .values(**values)
        )
        if changed.rowcount != 1:
            raise Busy(f"Another run just took {tenant!r}.", "Try again in a moment.")
    return Lease(tenant, token, seconds)
