"""What the mirror holds of a student, as far as it is certain whose it is.

Nothing here asks who may see it: the records office does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.iep.document import read_iep
from service.iep.change import Version
from service.store.bulk import among
from service.store.iep_tables import iep_mirror, iep_student, iep_version


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One IEP of a student as it stands in the mirror, without its content.

    `number` is the version that holds. `state` is `active`, or `missing` where the source no
    longer delivers it, since `state_since`.
    """

    person_id: str
    source: str
    student: str
    iep_id: str
    state: str
    state_since: date
    number: int
    label: str | None
    starts_on: date | None
    ends_on: date | None
    decided_on: date | None
    goals: int
    received_at: str

    @property
    def rank(self) -> tuple[Any, ...]:
        """The greater, the more it is the student's IEP: delivered, with goals, the latest."""
        day = self.decided_on or self.starts_on or date.min
        return self.state == "active", self.goals > 0, day, self.number, self.source


def mirrored_of(
    connection: Connection, tenant: str, students: Iterable[str]
) -> dict[str, list[Mirrored]]:
    """The mirrored IEPs of these students, each student's foremost first."""
    whose, held, told = iep_student.c, iep_mirror.c, iep_version.c
    query = (
        sa.select(whose.person_id, held.source, held.student, held.iep_id, held.state)
        .add_columns(held.state_since, held.version, told.label, told.starts_on, told.ends_on)
        .add_columns(told.decided_on, told.goals, told.received_at)
        .join(iep_mirror, _same(whose, held))
        .join(iep_version, sa.and_(_same(held, told), told.number == held.version))
        .where(whose.tenant == tenant, among(connection, whose.person_id, students))
        .where(whose.waits.is_(None))
    )
    found: dict[str, list[Mirrored]] = {}
    for row in connection.execute(query):
        found.setdefault(row.person_id, []).append(Mirrored(*row))
    return {one: sorted(each, key=lambda it: it.rank, reverse=True) for one, each in found.items()}


def _same(one: Any, other: Any) -> sa.ColumnElement[bool]:
    return sa.and_(*(one[name] == other[name] for name in ("tenant", "source", "student")))


def current_version(
    connection: Connection, tenant: str, student: str, source: str | None = None
) -> Version | None:
    """The version of a student's IEP that holds; None where no source delivered one.

    Of several IEPs it is the one that is still delivered, has goals, and was decided last; with
    `source`, of that source's.
    """
    mine = mirrored_of(connection, tenant, [student]).get(student, [])
    first = next((one for one in mine if source in (None, one.source)), None)
    return None if first is None else _load(connection, tenant, first)


def current_versions(
    connection: Connection, tenant: str, students: Iterable[str]
) -> Mapping[str, Version]:
    """`current_version` of each of these students who has one."""
    held = mirrored_of(connection, tenant, students)
    return {student: _load(connection, tenant, ieps[0]) for student, ieps in held.items()}


def version_of(
    connection: Connection, tenant: str, student: str, source: str, number: int
) -> Version | None:
    """A student's version by its number in a source."""
    query = _versions(tenant, student, source).where(iep_version.c.number == number)
    row = connection.execute(query).first()
    return None if row is None else _version(row.source, row.number, row.document)


def versions_of(connection: Connection, tenant: str, student: str, source: str) -> list[Version]:
    """Every version that a source delivered of a student's IEPs, oldest first."""
    query = _versions(tenant, student, source).order_by(iep_version.c.number)
    return [_version(row.source, row.number, row.document) for row in connection.execute(query)]


def _versions(tenant: str, student: str, source: str) -> sa.Select[tuple[str, int, str]]:
    """The versions of the source's students who are this student."""
    whose = iep_student.c
    theirs = sa.select(whose.student).where(
        whose.tenant == tenant,
        whose.source == source,
        whose.person_id == student,
        whose.waits.is_(None),
    )
    told = iep_version.c
    return sa.select(told.source, told.number, told.document).where(
        told.tenant == tenant, told.source == source, told.student.in_(theirs)
    )


def _load(connection: Connection, tenant: str, one: Mirrored) -> Version:
    told = iep_version.c
    query = sa.select(told.document).where(
        told.tenant == tenant,
        told.source == one.source,
        told.student == one.student,
        told.number == one.number,
    )
    return _version(one.source, one.number, connection.execute(query).scalar_one())


def _version(source: str, number: int, document: str) -> Version:
    told = read_iep(document.encode())
    return Version(source, number, told.iep, told.origin.standard)


def received_at(connection: Connection, tenant: str, student: str, version: Version) -> str:
    """The moment at which a student's version arrived here, as `settings.instant` writes it."""
    query = _versions(tenant, student, version.source).where(iep_version.c.number == version.number)
    told = query.with_only_columns(iep_version.c.received_at).order_by(iep_version.c.received_at)
    return str(connection.execute(told).scalars().all()[-1])


def documents_of(
    connection: Connection, tenant: str, source: str, students: Iterable[str]
) -> dict[str, bytes]:
    """The latest document of each of a source's students, by its own id of the student."""
    told = iep_version.c
    query = (
        sa.select(told.student, told.document)
        .where(told.tenant == tenant, told.source == source)
        .where(among(connection, told.student, students))
        .order_by(told.student, told.number)
    )
    return {row.student: row.document.encode() for row in connection.execute(query)}
