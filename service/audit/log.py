"""Writing the log: events are sealed and linked in the transaction of what they record.

Writers of one district wait for each other from the append to the end of their transactions, so
an append belongs at the end of a transaction, not at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.audit import seal
from service.audit.copies import owe_copies
from service.audit.event import Event, Outcome, bodies
from service.audit.keys import Key, Keyring, add_key, find_keys
from service.errors import Held, Invalid, Misconfigured
from service.settings import Settings
from service.store import counters
from service.store.audit_tables import audit_event, audit_payload
from service.store.bulk import frame_schema, insert_frame
from service.store.database import reading

COUNTER: Final = "audit"
_MANY: Final = 50
"""From how many rows on the driver's bulk path is worth its preparation."""


@dataclass(frozen=True, slots=True)
class Log:
    """A district's log: its keys, and where outside the database its end is vouched for."""

    tenant: str
    keys: Keyring
    checkpoints: Path
    every: int = 1000


def open_log(settings: Settings, engine: Engine) -> Log:
    """The log of a district; a district without events gets a key if it has none.

    Raises Misconfigured where there are events, but no key to read or continue them.
    """
    chosen = settings.audit
    file = chosen.key_file or settings.data / "audit" / "audit.key"
    keys = find_keys(file)
    if keys is None:
        with reading(engine) as connection:
            if head(connection, settings.tenant) is not None:
                raise Misconfigured(
                    f"The key of the audit log is gone: {file} does not exist.",
                    "Put the file back, or set PLANBRIDGE_AUDIT_KEY; no new key can continue it.",
                )
        add_key(file)
        keys = find_keys(file)
    assert keys is not None  # noqa: S101  # a file that was made a moment ago
    outside = chosen.checkpoints or settings.data / "audit" / f"{settings.tenant}.checkpoints"
    return Log(settings.tenant, keys, outside, chosen.checkpoint_every)


def head(connection: Connection, tenant: str, seq: int | None = None) -> sa.Row[Any] | None:
    """The last row of the chain, or the one of this number; None where there is none."""
    query = sa.select(audit_event).where(audit_event.c.tenant == tenant)
    if seq is not None:
        query = query.where(audit_event.c.seq == seq)
    return connection.execute(query.order_by(audit_event.c.seq.desc()).limit(1)).one_or_none()


def record(connection: Connection, log: Log, event: Event) -> int:
    """Write one event; gives its number. Raises as `record_all`."""
    return record_all(connection, log, [event]).start


def record_all(connection: Connection, log: Log, events: Sequence[Event]) -> range:
    """Write events in their order, and owe the copies that consents ask for; gives their numbers.

    Raises Held where the log's end is missing, Misconfigured where its last key is, and Invalid
    for an emergency disclosure to an outsider without the threat that it met.
    """
    return record_owing(connection, log, events)[0]


def record_owing(
    connection: Connection, log: Log, events: Sequence[Event]
) -> tuple[range, list[str]]:
    """As `record_all`; gives the copies as well that are owed anew by these events."""
    if not events:
        return range(0), []
    for event in events:
        _check(event)
    first = counters.advance(connection, log.tenant, COUNTER, len(events))
    last = _last(connection, log, first)
    place = _Place(first, last.link) if last is not None else _Place(first)
    if last is not None and last.key_id != log.keys.current.id:
        old = _old_key(log, last.key_id)
        counters.advance(connection, log.tenant, COUNTER)
        place = _write(connection, log.tenant, old, place, [_handover(events[0].at, log)])
    _write(connection, log.tenant, log.keys.current, place, events)
    made = owe_copies(connection, log.tenant, place.first, events)
    return range(place.first, place.first + len(events)), made


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next events go: their first number and the link before it."""

    first: int
    link: str = seal.GENESIS


def _check(event: Event) -> None:
    from service.audit.parties import is_outsider

    if "99.31(a)(10)" in event.basis and not event.threat and is_outsider(event.receiver):
        raise Invalid(
            "An emergency disclosure has to name the threat to health or safety.",
            "Write the threat down with it (34 CFR 99.32(a)(5)).",
        )


def _last(connection: Connection, log: Log, first: int) -> sa.Row[Any] | None:
    """The row before this number. No other writer can add one before this transaction ends."""
    found = head(connection, log.tenant)
    if (found.seq if found is not None else 0) != first - 1:
        raise Held(
            "The audit log does not end where its counter stands; nothing was written.",
            "Run `planbridge audit verify` and have its finding looked into.",
        )
    return found


def _old_key(log: Log, key_id: str) -> Key:
    old = log.keys.find(key_id)
    if old is None:
        raise Misconfigured(
            f"The audit log was last sealed with the key {key_id}, which is not at hand.",
            "Add new keys after the old ones instead of replacing them; nothing was written.",
        )
    return old


def _handover(at: str, log: Log) -> Event:
    key = log.keys.current.id
    return Event(at=at, actor="audit", action="rekey", outcome=Outcome.ALLOWED, new_key=key)


def _write(
    connection: Connection, tenant: str, key: Key, place: _Place, events: Sequence[Event]
) -> _Place:
    """Seal and insert; gives the place of the next events."""
    rows: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    link = place.link
    for seq, event in enumerate(events, start=place.first):
        told = list(_parts(tenant, seq, event))
        header = seal.Header(
            tenant=tenant,
            seq=seq,
            at=event.at,
            kind=event.kind,
            key_id=key.id,
            parts=len(told),
            commitment=seal.commitment(part["digest"] for part in told),
            previous=link,
        )
        link = seal.link(key.secret, header)
        rows.append({**header._asdict(), "link": link})
        parts += told
    _insert(connection, audit_event, rows)
    _insert(connection, audit_payload, parts)
    return _Place(place.first + len(rows), link)


def _parts(tenant: str, seq: int, event: Event) -> Iterator[dict[str, Any]]:
    texts = bodies(event)
    students = (None, *event.students)
    for part, (body, student) in enumerate(zip(texts, students, strict=True)):
        salt = seal.new_salts(1)[0]
        yield {
            "tenant": tenant,
            "seq": seq,
            "part": part,
            "digest": seal.digest(salt, body),
            "salt": salt.hex(),
            "body": body,
            "student_id": student,
        }


def _insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    made = list(rows)
    if len(made) < _MANY:
        connection.execute(sa.insert(table), made)
    else:
        import polars as pl

        schema = frame_schema(table.c[name] for name in made[0])
        insert_frame(connection, table, pl.DataFrame(made, schema=schema))
