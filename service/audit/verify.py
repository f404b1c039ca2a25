"""Checking the log: is it whole, and where not.

Each row of the chain vouches for itself (its link is keyed over all that it says) and names the
link before it. So a row that was touched is found by itself, a row that is gone by the gap that it
leaves, and a row out of place by the number under which its link holds. The checkpoints tell what
the database cannot: where its end was, and under which key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.audit import seal
from service.audit.checkpoints import Line
from service.audit.keys import Keyring
from service.audit.log import COUNTER, Log
from service.audit.outside import Outside
from service.audit.payloads import Payloads
from service.audit.strays import Fault, Strays, merge
from service.store import counters
from service.store.audit_tables import audit_event, audit_payload

_CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how much was read, how far checkpoints vouch for it, and every fault."""

    events: int
    destroyed: int
    checkpoints: int
    vouched: int
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(connection: Connection, log: Log, lines: Iterable[Line]) -> Verdict:
    """Check a district's log against its keys and against the checkpoints given."""
    outside = Outside(log.tenant, log.keys, lines)
    walk = _Walk(log.keys, outside, Strays(log.keys), Payloads())
    for row, parts in _rows(connection, log.tenant):
        walk.step(row, parts)
    counter = counters.current(connection, log.tenant, COUNTER)
    faults = [
        *walk.faults,
        *walk.strays.settle(walk.holds, counter),
        *walk.payloads.settle(_orphans(connection, log.tenant)),
        *outside.settle(walk.seq, walk.holds, counter),
    ]
    return Verdict(
        events=walk.events,
        destroyed=walk.payloads.destroyed,
        checkpoints=outside.sound,
        vouched=outside.vouched,
        faults=tuple(merge(faults)),
    )


@dataclass
class _Walk:
    """Along the chain: `last` is the row before if it holds, `holds` the last number that does."""

    keys: Keyring
    outside: Outside
    strays: Strays
    payloads: Payloads
    faults: list[Fault] = field(default_factory=list)
    events: int = 0
    seq: int = 0
    holds: int = 0
    last: Any = None

    def step(self, row: sa.Row[Any], parts: list[sa.Row[Any]]) -> None:
        """One row with its payload."""
        self.events += 1
        if row.seq > self.seq + 1:
            self.strays.gap(self.seq + 1, row.seq - 1)
            self.last = None
        key = self.keys.find(row.key_id)
        genuine = key is not None and seal.same(seal.link(key.secret, header_of(row)), row.link)
        if genuine:
            self.holds = row.seq
            self._beside(row)
            self.outside.meet(row)
            self.payloads.check(row, parts)
        elif key is None:
            self._fault("rekeyed", row.seq, f"sealed with the key {row.key_id}, which is not ours")
        else:
            self.strays.add(row)
        self.seq = row.seq
        self.last = row if genuine else None

    def _beside(self, row: sa.Row[Any]) -> None:
        """A genuine row beside the one before it."""
        if row.seq == 1 and row.previous != seal.GENESIS:
            self._fault("restored", 1, "does not begin a log")
        if self.last is None:
            return
        if row.previous != self.last.link:
            self._fault("restored", row.seq, "belongs to another history than the event before it")
        elif row.key_id != self.last.key_id and row.key_id != self.payloads.successor(self.last):
            self._fault("rekeyed", row.seq, "the key changed without a word under the old one")

    def _fault(self, kind: str, seq: int, words: str) -> None:
        self.faults.append(Fault(kind, seq, seq, words))


def header_of(row: sa.Row[Any]) -> seal.Header:
    """What a row says of itself."""
    return seal.Header(*(getattr(row, name) for name in seal.Header._fields))


def _rows(connection: Connection, tenant: str) -> Iterator[tuple[sa.Row[Any], list[sa.Row[Any]]]]:
    """The chain in the order of its numbers, each row with the parts of its payload."""
    after = 0
    while True:
        mine = sa.and_(audit_event.c.tenant == tenant, audit_event.c.seq > after)
        query = sa.select(audit_event).where(mine).order_by(audit_event.c.seq).limit(_CHUNK)
        rows = connection.execute(query).all()
        if not rows:
            return
        between = audit_payload.c.seq.between(rows[0].seq, rows[-1].seq)
        told = sa.select(audit_payload).where(audit_payload.c.tenant == tenant, between)
        found = connection.execute(told.order_by(audit_payload.c.seq, audit_payload.c.part)).all()
        parts = {seq: list(some) for seq, some in groupby(found, key=lambda one: one.seq)}
        yield from ((row, parts.get(row.seq, [])) for row in rows)
        after = rows[-1].seq


def _orphans(connection: Connection, tenant: str) -> list[int]:
    """Numbers of events that the chain lacks and that a payload has."""
    event, payload = audit_event.c, audit_payload.c
    there = sa.exists().where(event.tenant == payload.tenant, event.seq == payload.seq)
    query = sa.select(payload.seq).distinct().where(payload.tenant == tenant, ~there)
    return list(connection.execute(query.order_by(payload.seq)).scalars())
