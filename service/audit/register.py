"""The disclosure register: who has seen a student's record, and by what right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.audit.event import Event, read_event
from service.audit.parties import DISCLOSING, Mark, ferpa, idea
from service.store.audit_tables import audit_payload
from service.store.people import records_of


@dataclass(frozen=True, slots=True)
class Disclosure:
    """An event in which somebody saw, or asked to see, a part of a student's record."""

    seq: int
    event: Event
    ferpa: Mark
    idea: Mark

    @property
    def recorded(self) -> bool:
        """Whether one of the two registers holds it."""
        return self.ferpa.recorded or self.idea.recorded

    @property
    def party(self) -> str:
        """The party's name, or its account where no name was written down."""
        return self.event.name or self.account

    @property
    def account(self) -> str:
        """The account of the party: whoever received something, or asked for it."""
        return self.event.party or self.event.on_behalf_of or self.event.actor


def who_has_seen(
    connection: Connection, tenant: str, student: str, *, sealed: bool = False
) -> list[Disclosure]:
    """Every disclosure and every request about a student, oldest first, exempt ones included.

    What a court forbids to tell is left out unless `sealed` asks for it.
    """
    found = (
        Disclosure(seq, event, ferpa(event), idea(event))
        for seq, event in events_about(connection, tenant, student)
        if event.action in DISCLOSING
    )
    return [one for one in found if sealed or not one.event.sealed]


def events_from(
    connection: Connection, tenant: str, first: int, count: int
) -> Iterator[tuple[int, Event]]:
    """So many events from a number on, with every student that they still name."""
    payload = audit_payload.c
    mine = sa.and_(payload.tenant == tenant, payload.seq.between(first, first + count - 1))
    query = sa.select(payload.seq, payload.part, payload.body).where(mine)
    rows = connection.execute(query.order_by(payload.seq, payload.part)).all()
    for seq, parts in groupby(rows, key=lambda row: row.seq):
        told = {part: body for _, part, body in parts if body is not None}
        if 0 in told:
            yield seq, read_event(told.pop(0), told.values())


def events_about(connection: Connection, tenant: str, student: str) -> Iterator[tuple[int, Event]]:
    """The events that concern a student and still say so, oldest first.

    Of several students in one event only this one is given (34 CFR 99.12(a)), under whichever of
    the records that turned out to be this student's.
    """
    records = records_of(connection, tenant, student)
    mine, told = audit_payload.alias("mine"), audit_payload.alias("told")
    same = sa.and_(told.c.tenant == mine.c.tenant, told.c.seq == mine.c.seq, told.c.part == 0)
    query = (
        sa.select(mine.c.seq, told.c.body, mine.c.body)
        .select_from(mine.join(told, same))
        .where(mine.c.tenant == tenant, mine.c.student_id.in_(records), told.c.body.is_not(None))
        .order_by(mine.c.seq, mine.c.part)
    )
    for (seq, first), parts in groupby(connection.execute(query), key=lambda row: row[:2]):
        yield seq, read_event(first, [about for *_, about in parts])
