"""Audit logs for tests, and whoever tampers with them: somebody who owns the database, not the key.

The tables are taken as they stand, with the database's own refusals lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.act import Act
from service.audit import seal
from service.audit.checkpoints import Checkpoint, checkpoint, read_checkpoints
from service.audit.event import About, Event, Outcome
from service.audit.keys import Key, Keyring, make_key
from service.audit.log import Log, record_all
from service.audit.verify import Verdict, header_of, verify
from service.store.audit_tables import SQLITE, audit_event, audit_payload
from service.store.database import reading, writing
from service.store.tables import counter

TENANT: Final = "district"
AT: Final = "2026-11-20T12:00:00.000Z"
OURS: Final = make_key(b"k" * 32)
THEIRS: Final = make_key(b"t" * 32)
ACT: Final = Act("custodian", "asked by the family", AT)


def audit_log(folder: Path, *keys: Key, tenant: str = TENANT, every: int = 1000) -> Log:
    """A log with its checkpoints in a folder."""
    return Log(tenant, Keyring(keys or (OURS,)), folder / f"{tenant}.checkpoints", every)


def event(number: int = 0, **changes: Any) -> Event:
    """A teacher reads the career goals of a student."""
    plain: dict[str, Any] = {
        "at": AT,
        "actor": f"teacher-{number}",
        "action": "read",
        "outcome": Outcome.ALLOWED,
        "roles": ("TCH",),
        "sections": ("careerGoals",),
        "basis": ("99.31(a)(1)(i)(A)",),
        "about": (About(f"student-{number}"),),
    }
    return Event(**{**plain, **changes})


def fill(engine: Engine, log: Log, count: int = 8, first: int = 1) -> None:
    """So many events in one transaction."""
    with writing(engine) as connection:
        record_all(connection, log, [event(number) for number in range(first, first + count)])


def vouch(engine: Engine, log: Log) -> Checkpoint | None:
    """A checkpoint."""
    return checkpoint(engine, log, AT)


def verdict(engine: Engine, log: Log) -> Verdict:
    """What verification finds."""
    with reading(engine) as connection:
        return verify(connection, log, read_checkpoints(log.checkpoints))


def found(engine: Engine, log: Log) -> list[tuple[str, int, int]]:
    """The faults: kind, first and last event."""
    return [(one.kind, one.first, one.last) for one in verdict(engine, log).faults]


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """The database without its refusals, which are back afterwards."""
    names = [one.split()[2] for one in SQLITE.split("\n\n")]
    tables = ("audit_event", "audit_payload")
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield connection
        if engine.dialect.name == "sqlite":
            for text in SQLITE.split("\n\n"):
                connection.exec_driver_sql(text)
        else:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def change_row(connection: Connection, seq: int, /, **values: Any) -> None:
    """Edit a row of the chain."""
    mine = sa.and_(audit_event.c.tenant == TENANT, audit_event.c.seq == seq)
    connection.execute(sa.update(audit_event).where(mine).values(**values))


def change_part(connection: Connection, seq: int, part: int, /, **values: Any) -> None:
    """Edit a part of a payload."""
    payload = audit_payload.c
    mine = sa.and_(payload.tenant == TENANT, payload.seq == seq, payload.part == part)
    connection.execute(sa.update(audit_payload).where(mine).values(**values))


def remove(connection: Connection, first: int, last: int) -> None:
    """Delete events with their payloads."""
    for table in (audit_event, audit_payload):
        mine = sa.and_(table.c.tenant == TENANT, table.c.seq.between(first, last))
        connection.execute(sa.delete(table).where(mine))


def move(connection: Connection, seq: int, to: int) -> None:
    """Give an event another number."""
    for table in (audit_event, audit_payload):
        mine = sa.and_(table.c.tenant == TENANT, table.c.seq == seq)
        connection.execute(sa.update(table).where(mine).values(seq=to))


def swap(connection: Connection, one: int, other: int) -> None:
    """Exchange two events."""
    move(connection, one, 10**6)
    move(connection, other, one)
    move(connection, 10**6, other)


def copy(connection: Connection, seq: int, to: int, **changes: Any) -> None:
    """Insert a copy of an event under another number."""
    for table in (audit_event, audit_payload):
        mine = sa.and_(table.c.tenant == TENANT, table.c.seq == seq)
        for row in connection.execute(sa.select(table).where(mine)).mappings().all():
            own = changes if table is audit_event else {}
            connection.execute(sa.insert(table), {**row, "seq": to, **own})


def shift(connection: Connection, first: int, last: int, by: int) -> None:
    """Renumber events, in the order in which none is in the way of another."""
    numbers = range(first, last + 1)
    for seq in reversed(numbers) if by > 0 else numbers:
        move(connection, seq, seq + by)


def set_counter(connection: Connection, value: int) -> None:
    """Set the number of the last event."""
    mine = sa.and_(counter.c.tenant == TENANT, counter.c.name == "audit")
    connection.execute(sa.update(counter).where(mine).values(value=value))


def reseal(connection: Connection, key: Key, first: int = 1, **changes: Any) -> None:
    """Seal all events from `first` on anew, with another key."""
    mine = sa.select(audit_event).where(audit_event.c.tenant == TENANT, audit_event.c.seq >= first)
    previous = ""
    for row in connection.execute(mine.order_by(audit_event.c.seq)).all():
        told = {**vars_of(row), "key_id": key.id, "previous": previous or row.previous, **changes}
        header = seal.Header(**told)
        previous = seal.link(key.secret, header)
        change_row(connection, row.seq, **{**told, "link": previous})


def vars_of(row: Any) -> dict[str, Any]:
    """A row's header by name."""
    return header_of(row)._asdict()


Tamper = Callable[[Connection], None]
