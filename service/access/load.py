"""Reading what decisions need: the district, a subject, and what is held about students."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.access.desk import Desk, Rows
from service.access.predicate import Row
from service.access.request import Agreement, District, Subject
from service.access.sources import SOURCES, Source, source
from service.access.table import overlaid, shipped
from service.errors import NotFound
from service.store import access_tables as held
from service.store.bulk import among
from service.store.tables import run
from service.store.tables import source as deliverer

_HEARD: Final = ("applied", "done", "quiet")
"""Runs that told what the roster is, be it that nothing changed."""


def load_district(connection: Connection, tenant: str) -> District:
    """A district's own rules; one that decided nothing gets the strictest."""
    table = held.district_policy
    row = connection.execute(sa.select(table).where(table.c.tenant == tenant)).first()
    as_of = _roster_as_of(connection, tenant)
    if row is None:
        return District(tenant, shipped(), roster_as_of=as_of, purposes=policy.purposes())
    age, transfers = policy.state_rule(row.state)
    return District(
        tenant,
        overlaid(json.loads(row.overlay)),
        zone=row.zone,
        idea_transfers=transfers if row.idea_transfers is None else row.idea_transfers,
        majority_age=row.majority_age or age,
        roster_as_of=as_of,
        roster_hours=row.roster_hours,
        grace_days=row.grace_days,
        dependents=row.dependents,
        directory_notice_at=row.directory_notice_at,
        directory_fields=frozenset(json.loads(row.directory_fields)),
        directory_audience=frozenset(json.loads(row.directory_audience)),
        purposes=frozenset(json.loads(row.purposes)),
        cursor_key=row.cursor_key,
    )


def _roster_as_of(connection: Connection, tenant: str) -> str | None:
    """When the source that was silent longest was last heard; None where one never was."""
    last = (
        sa.select(sa.func.max(run.c.finished_at))
        .where(run.c.tenant == tenant, run.c.source == deliverer.c.name, run.c.state.in_(_HEARD))
        .scalar_subquery()
    )
    heard = connection.execute(sa.select(last).where(deliverer.c.tenant == tenant)).scalars().all()
    return None if None in heard or not heard else min(heard)


def load_subject(connection: Connection, tenant: str, account_id: str) -> Subject:
    """Somebody with an account. Raises NotFound."""
    table = held.account
    mine = (table.c.tenant == tenant, table.c.id == account_id)
    row = connection.execute(sa.select(table).where(*mine)).first()
    if row is None:
        raise NotFound(f"There is no account {account_id!r}.", "Name an account of this district.")
    return Subject(
        tenant=tenant,
        account_id=row.id,
        kind=row.kind,
        person_id=row.person_id,
        role=row.role,
        k12=row.k12,
        suspended_at=row.suspended_at,
        appointed=_appointed(connection, tenant, account_id),
        scopes=_pairs(connection, held.client_scope, tenant, account_id),
        source_fields=_pairs(connection, held.source_field, tenant, account_id),
        agreements=tuple(_agreements(connection, tenant, account_id)),
    )


def subject_of_person(connection: Connection, tenant: str, person_id: str) -> Subject:
    """A person of the roster: with the account, or with the roster's ties alone where none is."""
    table = held.account
    mine = (table.c.tenant == tenant, table.c.person_id == person_id)
    found = connection.execute(sa.select(table.c.id).where(*mine).order_by(table.c.id)).scalar()
    if found is not None:
        return load_subject(connection, tenant, found)
    return Subject(tenant, person_id, person_id=person_id)


def _appointed(
    connection: Connection, tenant: str, account_id: str
) -> tuple[tuple[str, str, str | None], ...]:
    table = held.account_role
    query = sa.select(table.c.role, table.c.valid_from, table.c.valid_to).where(
        table.c.tenant == tenant, table.c.account_id == account_id
    )
    return tuple((row[0], row[1], row[2]) for row in connection.execute(query.order_by(table.c.id)))


def _pairs(
    connection: Connection, table: sa.Table, tenant: str, account_id: str
) -> frozenset[tuple[Any, ...]]:
    rest = [column for column in table.c if column.name not in {"tenant", "account_id"}]
    query = sa.select(*rest).where(table.c.tenant == tenant, table.c.account_id == account_id)
    return frozenset(tuple(row) for row in connection.execute(query))


def _agreements(connection: Connection, tenant: str, account_id: str) -> Iterable[Agreement]:
    table, part = held.agreement, held.agreement_section
    query = sa.select(part.c.agreement_id, part.c.section).where(part.c.tenant == tenant)
    sections = defaultdict(set)
    for agreement_id, section in connection.execute(query):
        sections[agreement_id].add(section)
    mine = (table.c.tenant == tenant, table.c.account_id == account_id)
    for row in connection.execute(sa.select(table).where(*mine).order_by(table.c.id)):
        yield Agreement(
            row.exception,
            frozenset(sections[row.id]),
            row.valid_from,
            row.valid_to,
            row.ended_at,
            row.destroy_by,
            bound=row.direct_control and row.no_redisclosure,
        )


def load_rows(connection: Connection, desk: Desk, students: Collection[str]) -> dict[str, Rows]:
    """What is held about these students, as far as it matters for a desk, by student."""
    found: dict[str, dict[str, list[Row]]] = {one: {} for one in students}
    for name in SOURCES:
        of = source(name)
        query = _query(connection, desk, of, students)
        at = of.names.index("student_id")
        for row in connection.execute(query):
            found[row[at]].setdefault(name, []).append(tuple(row))
    return {
        student: {name: tuple(rows) for name, rows in by_source.items()}
        for student, by_source in found.items()
    }


def _query(
    connection: Connection, desk: Desk, of: Source, students: Collection[str]
) -> sa.Select[Any]:
    query = of.select().where(
        of.columns["tenant"] == desk.district.tenant,
        among(connection, of.columns["student_id"], students),
    )
    if of.agent is None or of.agent == "student_id":
        return query
    # A class of items or consents is named by role, so everybody's role codes matter too.
    whom = sorted(desk.ids | policy.roles().keys())
    return query.where(of.columns[of.agent].in_(whom))
