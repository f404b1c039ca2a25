"""Writing a night into the mirror, which nothing else writes; links and proposals follow."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.iep.arrivals import settle
from service.iep.change import Version
from service.iep.links import repoint
from service.iep.mirror.read import current_version
from service.store.bulk import among, insert_frame, upsert_frame
from service.store.iep_tables import iep_mirror, iep_student, iep_version
from service.store.iep_work_tables import iep_link, iep_proposal
from service.sync.night import Night
from service.sync.plans import Plan, part_of


def write_plan(connection: Connection, night: Night, plan: Plan) -> None:
    """Write a plan's versions, and hand each new one that holds to links and proposals."""
    versions = part_of(night.shelf, plan, "adds/iep_version")
    mirror = part_of(night.shelf, plan, "updates/iep_mirror")
    moved = {*_students(versions), *_students(mirror)}  # an older version may hold again
    followed = _followed(connection, night, plan.source, moved)
    before = {one: current_version(connection, night.tenant, one, plan.source) for one in followed}
    ours = {"tenant": night.tenant, "source": plan.source, "run": plan.run}
    _put(connection, iep_version, versions, {**ours, "received_at": night.now})
    _put(connection, iep_mirror, mirror, ours)
    _put(connection, iep_student, part_of(night.shelf, plan, "updates/iep_student"), ours)
    for student, version in before.items():
        _follow(connection, night, student, version, plan.source)


def _put(
    connection: Connection, table: sa.Table, rows: pl.DataFrame, ours: dict[str, object]
) -> None:
    if rows.is_empty():
        return
    frame = rows.with_columns(**{name: pl.lit(value) for name, value in ours.items()})
    if table is iep_version:
        insert_frame(connection, table, frame)
    else:
        upsert_frame(connection, table, [one.name for one in table.primary_key], frame)


def _students(rows: pl.DataFrame) -> list[str]:
    """The students of a plan's rows, without those of IEPs that are missing."""
    if "state" in rows.columns:
        rows = rows.filter(pl.col("state") == "active")
    return [] if rows.is_empty() else rows["student"].to_list()


def _followed(connection: Connection, night: Night, source: str, moved: set[str]) -> list[str]:
    """Of the source's students with another version, those about whom there is work."""
    if not moved:
        return []
    whose = iep_student.c
    busy = sa.union(*(_about(table, night.tenant) for table in (iep_link, iep_proposal)))
    query = sa.select(whose.person_id).where(
        whose.tenant == night.tenant,
        whose.source == source,
        whose.person_id.in_(busy),
        among(connection, whose.student, sorted(moved)),
    )
    return sorted(set(connection.execute(query).scalars()))


def _about(table: sa.Table, tenant: str) -> sa.Select[tuple[str]]:
    return sa.select(table.c.student_id).where(table.c.tenant == tenant)


def _follow(
    connection: Connection, night: Night, student: str, before: Version | None, source: str
) -> None:
    """Links follow their goals and proposals are settled, where another version holds now."""
    now = current_version(connection, night.tenant, student, source)
    if now is None or (before is not None and now.number == before.number):
        return
    if before is not None:
        repoint(connection, night.tenant, student, before, now, night.now)
    settle(connection, night.tenant, student, before, now, night.now)
