"""Whose record is due, and what forbids to destroy it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access.request import District
from service.access.sources import source
from service.audit.retention import why_kept
from service.cis.recalls import held_outside
from service.retention.holdings import holdings
from service.settings import instant
from service.store.access_tables import destroy_order, district_policy
from service.store.retired import told_by_retired
from service.store.tables import ROSTER

RECORD: Final = "record"
"""What the schedule destroys: not a section, but everything with the register."""

SCHEDULE: Final = "retention schedule"


@dataclass(frozen=True, slots=True)
class Due:
    """A record, or a section of one, that is due: since when, by what, and what keeps it yet.

    `counts` tells how many rows of which table would go, `files` how many plans have files.
    """

    student: str
    section: str
    due_at: str
    basis: str
    order: str = ""
    kept: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def due_now(connection: Connection, district: District, now: datetime) -> list[Due]:
    """Everything that is due: open orders first, then who left long enough ago."""
    moment = instant(now)
    found = [*_ordered(connection, district.tenant, moment), *_left(connection, district, now)]
    return [_looked_into(connection, district.tenant, one, moment) for one in found]


def retain_days(connection: Connection, tenant: str) -> int | None:
    """How many days a record is kept after its student has left; None where nobody decided."""
    mine = sa.select(district_policy.c.retain_days).where(district_policy.c.tenant == tenant)
    return connection.execute(mine).scalar()


def _ordered(connection: Connection, tenant: str, now: str) -> Iterator[Due]:
    order = destroy_order.c
    query = sa.select(destroy_order).where(
        order.tenant == tenant,
        order.section != "disclosureLog",
        order.done_at.is_(None),
        order.withdrawn_at.is_(None),
        order.due_at <= now,
    )
    for row in connection.execute(query.order_by(order.due_at, order.id)):
        yield Due(row.student_id, row.section, row.due_at, row.basis, row.id)


def _left(connection: Connection, district: District, now: datetime) -> Iterator[Due]:
    """Students whom the roster let go so many days ago, by the district's own calendar."""
    days = retain_days(connection, district.tenant)
    if days is None:
        return
    last = district.day(now) - timedelta(days=days)
    person, of = ROSTER["person"].c, source("student")
    students = of.select("student_id").where(of.columns["tenant"] == district.tenant)
    query = sa.select(person.id, person.state_since).where(
        person.tenant == district.tenant,
        person.state == "detached",
        person.state_since <= last,
        person.id.in_(students.correlate(None)),
    )
    for row in connection.execute(query.order_by(person.state_since, person.id)):
        due = _midnight(district, row.state_since + timedelta(days=days))
        yield Due(row.id, RECORD, due, SCHEDULE)


def _midnight(district: District, day: date) -> str:
    return instant(datetime.combine(day, time(), ZoneInfo(district.zone)))


def _looked_into(connection: Connection, tenant: str, one: Due, now: str) -> Due:
    kept = [*why_kept(connection, tenant, one.student, now)]
    counts: dict[str, int] = {}
    if one.section == RECORD:
        kept += _still_delivered(connection, tenant, one.student)
        kept += _still_outside(connection, tenant, one.student)
        for held in holdings(tenant, one.student):
            rows = held.count(connection)
            if rows:
                counts[held.table.name] = counts.get(held.table.name, 0) + rows
    what = (one.student, one.section, one.due_at, one.basis, one.order)
    return Due(*what, tuple(kept), counts)


def _still_outside(connection: Connection, tenant: str, student: str) -> list[str]:
    """Files with career systems: once the record is gone, nobody knows whom to ask for them."""
    count = held_outside(connection, tenant, student)
    words = f"files to be called back: {count} (`planbridge export recalls --all`)"
    return [words] if count else []


def _still_delivered(connection: Connection, tenant: str, student: str) -> list[str]:
    """Rows of the roster that a source at work tells: the student has not left everywhere."""
    found = []
    for name in ("role", "enrollment"):
        row = ROSTER[name].c
        mine = (row.tenant == tenant, row.person_id == student, row.state == "active")
        told = sa.select(row.id).where(*mine, ~told_by_retired(ROSTER[name]))
        if connection.execute(told.limit(1)).first():
            found.append(f"{name} that is still delivered")
    return found
