"""What the mirror knows of a source before a night: its students, its IEPs, their versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.bulk import among
from service.store.iep_tables import iep_mirror, iep_student, iep_version


@dataclass(frozen=True, slots=True)
class KnownStudent:
    """A student of the source: who it is of ours, why nobody was found, what was taken in last."""

    person_id: str | None
    waits: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class KnownIep:
    """An IEP of the source: whether it is still delivered, and its version that holds."""

    state: str
    state_since: date
    number: int


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version: its number, its IEP, the source's label, the digest of what it says, its goals."""

    number: int
    iep_id: str
    label: str | None
    digest: str
    goals: int


def students_of(connection: Connection, tenant: str, source: str) -> dict[str, KnownStudent]:
    """Every student of the source by its own id."""
    held = iep_student.c
    query = sa.select(held.student, held.person_id, held.waits, held.fingerprint).where(
        held.tenant == tenant, held.source == source
    )
    return {row[0]: KnownStudent(*row[1:]) for row in connection.execute(query)}


def ieps_of(connection: Connection, tenant: str, source: str) -> dict[str, dict[str, KnownIep]]:
    """Every IEP of the source by its ids of student and IEP."""
    held = iep_mirror.c
    query = sa.select(held.student, held.iep_id, held.state, held.state_since, held.version).where(
        held.tenant == tenant, held.source == source
    )
    found: dict[str, dict[str, KnownIep]] = {}
    for student, iep_id, *told in connection.execute(query):
        found.setdefault(student, {})[iep_id] = KnownIep(*told)
    return found


def versions_by_student(
    connection: Connection, tenant: str, source: str, students: Iterable[str]
) -> dict[str, list[KnownVersion]]:
    """The versions of these students' IEPs, oldest first, without what they say."""
    told = iep_version.c
    query = (
        sa.select(told.student, told.number, told.iep_id, told.label, told.digest)
        .add_columns(told.goals)
        .where(told.tenant == tenant, told.source == source)
        .where(among(connection, told.student, students))
        .order_by(told.student, told.number)
    )
    found: dict[str, list[KnownVersion]] = {}
    for row in connection.execute(query):
        found.setdefault(row[0], []).append(KnownVersion(*row[1:]))
    return found
