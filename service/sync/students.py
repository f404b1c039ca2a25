"""Students' plans follow their students: a roster event attaches or detaches, and never deletes."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.bulk import among
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import ilp_plan, ilp_plan_identifier, person_identifier
from service.sync.night import Night
from service.sync.plans import Plan, part_of


def follow_students(connection: Connection, night: Night, one: Plan) -> None:
    """Detach the plans of students let go, attach those of students who came (back)."""
    entries = [
        Entry("plan-detached", "ilp_plan", _detach(connection, night, one), None),
        Entry("plan-attached", "ilp_plan", _reattach(connection, night, one), None),
        Entry("plan-attached", "ilp_plan", _claim(connection, night), None),
    ]
    stamp = Stamp(night.tenant, night.now, run=one.run, plan=one.number)
    write_entries(connection, stamp, entries)


def _detach(connection: Connection, night: Night, one: Plan) -> pl.Series:
    rows = part_of(night.shelf, one, "absences/person")
    gone = rows.filter(pl.col("state") == "detached")["id"] if rows.height else _none()
    return _move(connection, night, gone, "attached", "detached")


def _reattach(connection: Connection, night: Night, one: Plan) -> pl.Series:
    rows = part_of(night.shelf, one, "updates/person")
    back = rows.filter("revived")["id"] if rows.height else _none()
    return _move(connection, night, back, "detached", "attached")


def _move(
    connection: Connection, night: Night, people: pl.Series, before: str, after: str
) -> pl.Series:
    if people.is_empty():
        return _none()
    mine = (
        ilp_plan.c.tenant == night.tenant,
        ilp_plan.c.attachment == before,
        among(connection, ilp_plan.c.person_id, people),
    )
    ids = list(
        connection.execute(sa.select(ilp_plan.c.id).where(*mine).order_by(ilp_plan.c.id)).scalars()
    )
    connection.execute(sa.update(ilp_plan).where(*mine).values(attachment=after))
    return pl.Series(ids, dtype=pl.String)


def _claim(connection: Connection, night: Night) -> pl.Series:
    """Plans that waited for a student who has now come, told by identifier and by nobody else's."""
    person = person_identifier.c.person_id
    query = (
        sa.select(ilp_plan.c.id, sa.func.min(person))
        .join(
            ilp_plan_identifier,
            sa.and_(
                ilp_plan_identifier.c.tenant == ilp_plan.c.tenant,
                ilp_plan_identifier.c.plan_id == ilp_plan.c.id,
            ),
        )
        .join(
            person_identifier,
            sa.and_(
                person_identifier.c.tenant == ilp_plan.c.tenant,
                person_identifier.c.kind == ilp_plan_identifier.c.kind,
                person_identifier.c.value == ilp_plan_identifier.c.value,
            ),
        )
        .where(ilp_plan.c.tenant == night.tenant, ilp_plan.c.attachment == "waiting")
        .group_by(ilp_plan.c.id)
        .having(sa.func.count(sa.distinct(person)) == 1)
        .order_by(ilp_plan.c.id)
    )
    found = connection.execute(query).fetchall()
    for plan_id, person_id in found:
        connection.execute(
            sa.update(ilp_plan)
            .where(ilp_plan.c.tenant == night.tenant, ilp_plan.c.id == plan_id)
            .values(attachment="attached", person_id=person_id)
        )
    return pl.Series([plan_id for plan_id, _ in found], dtype=pl.String)


def _none() -> pl.Series:
    return pl.Series([], dtype=pl.String)
