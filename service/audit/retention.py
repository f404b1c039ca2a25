"""Destroying what the log says of a student, on request or on schedule, and keeping proof.

Only the reference to the student goes (34 CFR 300.624 with 99.32(a)(2)): who saw something, when
and why stays with a tombstone in its place. The destruction is an event itself, which lists what
it destroyed, and the chain over the salted digests stays whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.act import Act
from service.audit.event import Event, Outcome
from service.audit.log import Log, record
from service.errors import Held, NotFound
from service.store.access_tables import destroy_order, legal_hold, record_request
from service.store.audit_tables import audit_payload
from service.store.people import records_of
from service.store.tables import ROSTER, joined_person

SECTION = "disclosureLog"
"""The section that an order of destruction names for it to reach the log."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What an order came to: the event and its parts, or why nothing was destroyed."""

    student: str
    order: str = ""
    seq: int | None = None
    parts: int = 0
    kept: tuple[str, ...] = ()


def why_kept(connection: Connection, tenant: str, student: str, at: str) -> tuple[str, ...]:
    """What forbids destruction at a moment: legal holds, and inspections still open."""
    hold, asked = legal_hold.c, record_request.c
    held = sa.select(hold.id).where(
        hold.tenant == tenant,
        hold.student_id == student,
        hold.valid_from <= at,
        sa.or_(hold.valid_to.is_(None), hold.valid_to > at),
    )
    opened = sa.select(asked.id).where(
        asked.tenant == tenant,
        asked.student_id == student,
        asked.kind == "inspection",
        asked.opened_at <= at,
        sa.or_(asked.closed_at.is_(None), asked.closed_at > at),
    )
    named = [("legal hold", held), ("inspection request", opened)]
    return tuple(
        f"{word} {one}" for word, query in named for one in connection.execute(query).scalars()
    )


def destroy(
    connection: Connection, log: Log, student: str, act: Act, *, basis: str, whole: bool = False
) -> Destroyed:
    """Destroy every reference to a student; with `whole`, also what no other student shares.

    References to records that gave way to the student's go too. Raises Held where a hold or an
    open inspection forbids it, NotFound where nothing refers to the student. The text may outlive
    this in backups and in unused pages of PostgreSQL.
    """
    kept = why_kept(connection, log.tenant, student, act.at)
    if kept:
        raise Held(
            f"Nothing may be destroyed while there is {', '.join(kept)}.",
            "End it first, if it has ended; nothing was destroyed.",
        )
    parts = _parts_about(connection, log.tenant, student, whole)
    if whole:  # nothing is left under those records, and nothing has to be found by them
        joined = joined_person.c
        mine = (joined.tenant == log.tenant, joined.stays_id == student)
        connection.execute(sa.delete(joined_person).where(*mine))
    if not parts:
        raise NotFound("The log refers to no such student.", "Nothing was destroyed.")
    event = Event(
        at=act.at,
        actor=act.by,
        action="destroy",
        outcome=Outcome.ALLOWED,
        basis=(basis,),
        reason=act.reason,
        erased=tuple(parts),
    )
    seq = record(connection, log, event)
    _erase(connection, log.tenant, parts, seq)
    return Destroyed(student, seq=seq, parts=len(parts))


def destroy_due(connection: Connection, log: Log, act: Act) -> list[Destroyed]:
    """Carry out the orders that are due; those that may not be carried out yet stay open.

    The log is kept as long as the record is (34 CFR 99.32(a)(2)), so an order waits for that too.
    """
    order = destroy_order.c
    due = sa.select(order.id, order.student_id, order.basis).where(
        order.tenant == log.tenant,
        order.section == SECTION,
        order.done_at.is_(None),
        order.withdrawn_at.is_(None),
        order.due_at <= act.at,
    )
    found = connection.execute(due.order_by(order.due_at, order.id)).all()
    return [_carry_out(connection, log, Act(act.by, row.id, act.at), row) for row in found]


def _carry_out(connection: Connection, log: Log, act: Act, row: Any) -> Destroyed:
    kept = why_kept(connection, log.tenant, row.student_id, act.at)
    person = ROSTER["person"].c
    there = sa.select(person.id).where(person.tenant == log.tenant, person.id == row.student_id)
    if connection.execute(there).first() is not None:
        kept = (*kept, "the record itself")
    if kept:
        return Destroyed(row.student_id, row.id, kept=kept)
    try:
        done = destroy(connection, log, row.student_id, act, basis=row.basis)
    except NotFound:
        done = Destroyed(row.student_id)
    mine = sa.and_(destroy_order.c.tenant == log.tenant, destroy_order.c.id == row.id)
    connection.execute(sa.update(destroy_order).where(mine).values(done_at=act.at))
    return Destroyed(row.student_id, row.id, done.seq, done.parts)


def _parts_about(
    connection: Connection, tenant: str, student: str, whole: bool
) -> list[tuple[int, int]]:
    payload = audit_payload.c
    records = records_of(connection, tenant, student)
    about = (payload.tenant == tenant, payload.student_id.in_(records))
    parts = {
        (seq, part)
        for seq, part in connection.execute(sa.select(payload.seq, payload.part).where(*about))
    }
    of_mine = sa.select(payload.seq).where(*about)
    shared = sa.select(payload.seq).where(
        payload.tenant == tenant, payload.part > 0, payload.student_id.not_in(records)
    )
    first = sa.select(payload.seq, payload.body, payload.seq.in_(shared)).where(
        payload.tenant == tenant,
        payload.part == 0,
        payload.body.is_not(None),
        payload.seq.in_(of_mine),
    )
    for seq, body, others in connection.execute(first):
        # What a student did with the own record names the student as the one who did it.
        if (whole and not others) or json.loads(body).get("person") in records:
            parts.add((seq, 0))
    return sorted(parts)


def _erase(connection: Connection, tenant: str, parts: list[tuple[int, int]], seq: int) -> None:
    if connection.dialect.name == "sqlite":
        # Otherwise the text would stay in the file until its page is used again.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    payload = audit_payload.c
    gone = (
        sa.update(audit_payload)
        .where(
            payload.tenant == tenant,
            payload.seq == sa.bindparam("at_seq"),
            payload.part == sa.bindparam("at_part"),
        )
        .values(salt=None, body=None, student_id=None, erased_by=seq)
    )
    connection.execute(gone, [{"at_seq": one, "at_part": part} for one, part in parts])
