"""Reading what decisions need: the district, a subject, and what is held about students."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.access.desk import Desk, Rows
from service.access.predicate import Row
from service.access.request import Agreement, Context, Deputyship, District, Subject
from service.access.sources import SOURCES, Source, source
from service.access.table import overlaid, shipped
from service.errors import NotFound
from service.store import access_tables as held
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
    """When the roster's source that was silent longest was last heard.

    Nothing rests on one that was added and has not delivered yet, or on one that is retired.
    Sources of IEPs and of career systems' results tell no ties.
    """
    last = (
        sa.select(sa.func.max(run.c.finished_at).label("at"))
        .join(deliverer, (deliverer.c.tenant == run.c.tenant) & (deliverer.c.name == run.c.source))
        .where(run.c.tenant == tenant, run.c.state.in_(_HEARD))
        .where(deliverer.c.kind.like("oneroster-%"), deliverer.c.retired_at.is_(None))
        .group_by(run.c.source)
        .subquery()
    )
    found: str | None = connection.execute(sa.select(sa.func.min(last.c.at))).scalar()
    return found


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
        name=row.name,
        person_id=row.person_id,
        role=row.role,
        k12=row.k12,
        suspended_at=row.suspended_at,
        appointed=_appointed(connection, tenant, account_id),
        scopes=_pairs(connection, held.client_scope, tenant, account_id),
        source_fields=_pairs(connection, held.source_field, tenant, account_id),
        agreements=tuple(_agreements(connection, tenant, account_id)),
        deputy=tuple(_deputyships(connection, tenant, account_id)),
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


def _deputyships(connection: Connection, tenant: str, account_id: str) -> Iterable[Deputyship]:
    """For whom an account stands in, by the account and the person of each."""
    table, staff = held.deputy, held.account
    same = (staff.c.id == table.c.staff_id) | (staff.c.person_id == table.c.staff_id)
    joined = table.outerjoin(staff, (staff.c.tenant == table.c.tenant) & same)
    query = (
        sa.select(table, staff.c.id.label("account"), staff.c.person_id.label("person"))
        .select_from(joined)
        .where(table.c.tenant == tenant, table.c.account_id == account_id)
    )
    for row in connection.execute(query.order_by(table.c.id)):
        ids = frozenset({row.staff_id, row.account, row.person} - {None})
        yield Deputyship(ids, row.valid_from, row.valid_to)


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


def at_desk(connection: Connection, subject: Subject, context: Context, district: District) -> Desk:
    """A subject at work, with what its questions need not look at already settled."""
    desk = Desk(subject, context, district)
    looked = replace(desk, empty=survey(connection, desk))
    return replace(looked, named=_named(connection, looked))


def survey(connection: Connection, desk: Desk) -> frozenset[str]:
    """The sources that hold nothing for a desk: most subjects have few kinds of ties."""
    values = {
        **_PARAMETERS[connection.dialect.name]((), _whom(desk)),
        "tenant": desk.district.tenant,
    }
    row = connection.execute(_existing(connection.dialect.name), values).one()
    return frozenset(name for name, there in zip(SOURCES, row, strict=True) if not there)


def _named(connection: Connection, desk: Desk) -> frozenset[str]:
    """The fields that consents for anybody at a desk name alone."""
    if "consent_field" in desk.empty:
        return frozenset()
    dialect, of = connection.dialect.name, source("consent_field")
    values = {**_PARAMETERS[dialect]((), _whom(desk)), "tenant": desk.district.tenant}
    query = _mine(of, of.select("field"), dialect).distinct()
    return frozenset(connection.execute(query, values).scalars())


def load_rows(connection: Connection, desk: Desk, students: Collection[str]) -> dict[str, Rows]:
    """What is held about these students, as far as it matters for a desk, by student."""
    dialect = connection.dialect.name
    found: dict[str, dict[str, tuple[Row, ...]]] = {one: {} for one in students}
    values = {**_PARAMETERS[dialect](students, _whom(desk)), "tenant": desk.district.tenant}
    for name in SOURCES:
        if name in desk.empty:
            continue
        at = source(name).names.index("student_id")
        for row in connection.execute(_rows_of(name, dialect), values).fetchall():
            by_source = found[row[at]]
            by_source[name] = (*by_source.get(name, ()), tuple(row))
    return dict(found)


def _whom(desk: Desk) -> list[str]:
    """Everyone by whose id a row can matter; items and consents also name everyone of a role."""
    return sorted(desk.ids | policy.roles().keys())


_PARAMETERS: Final[dict[str, Callable[[Collection[str], list[str]], dict[str, Any]]]] = {
    "sqlite": lambda students, whom: {
        "students": json.dumps(list(students)),
        "whom": json.dumps(whom),
    },
    "postgresql": lambda students, whom: {"students": list(students), "whom": whom},
}
"""Any number of ids as one parameter, so that a statement is the same for all."""


def _among(column: sa.ColumnElement[Any], name: str, dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        listed = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(name, type_=sa.ARRAY(sa.Text)))


def _mine(of: Source, query: sa.Select[Any], dialect: str) -> sa.Select[Any]:
    query = query.where(of.columns["tenant"] == sa.bindparam("tenant", type_=sa.Text))
    if of.agent is None:
        return query
    return query.where(_among(of.columns[of.agent], "whom", dialect))


@cache
def _rows_of(name: str, dialect: str) -> sa.Select[Any]:
    of = source(name)
    query = of.select() if of.agent == "student_id" else _mine(of, of.select(), dialect)
    return query.where(
        of.columns["tenant"] == sa.bindparam("tenant", type_=sa.Text),
        _among(of.columns["student_id"], "students", dialect),
    )


@cache
def _existing(dialect: str) -> sa.Select[Any]:
    """One row that tells of each source whether it holds anything for a tenant and its people."""
    one_each: list[Any] = [
        _mine(source(name), source(name).select("student_id"), dialect).exists().label(name)
        for name in SOURCES
    ]
    return sa.select(*one_each)
