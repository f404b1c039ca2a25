"""Everything that is held about one student, table by table: what goes when the record goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import access_tables as held
from service.store import audit_tables, iep_work_tables, tables
from service.store.cis_tables import cis_account, cis_entry
from service.store.iep_tables import iep_mirror, iep_student, iep_version
from service.store.people import gave_way
from service.store.tables import ROSTER, metadata

KEPT: Final[Mapping[str, str]] = {
    "destroy_order": "proof of what was ordered, and of when it was done",
    "audit_payload": "the log's own references are destroyed by the log, on record",
}
"""Tables that name a student and stay, each with the reason."""

_READ: Final = (held, audit_tables, iep_work_tables)
"""Modules whose tables stand in the metadata; named here so that none is forgotten."""

_PEOPLE: Final = (("role", "person_id"), ("demographics", "person_id"), ("enrollment", "person_id"))
_PAIRS: Final = (("relation", "person_id"), ("relation", "agent_id"), ("person", "id"))


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table about a student; `row_id` is the column by which the journal names them."""

    table: sa.Table
    where: sa.ColumnElement[bool]
    row_id: sa.Column[Any] | None = None

    def count(self, connection: Connection) -> int:
        """How many rows."""
        query = sa.select(sa.func.count()).select_from(self.table).where(self.where)
        return int(connection.execute(query).scalar_one())

    def ids(self, connection: Connection) -> list[str]:
        """What the journal calls them."""
        if self.row_id is None:
            return []
        return list(connection.execute(sa.select(self.row_id).where(self.where)).scalars())

    def destroy(self, connection: Connection) -> int:
        """Delete them; gives how many there were."""
        return int(connection.execute(sa.delete(self.table).where(self.where)).rowcount)


def holdings(tenant: str, student: str) -> list[Holding]:
    """Everything about a student, in an order in which it can be deleted."""
    return [
        *_plan(tenant, student),
        *_consents(tenant, student),
        *_about(tenant, student),
        *_outside(tenant, student),
        *_accounts(tenant, student),
        *_memory(tenant, student),
        *(_roster(tenant, student, *one) for one in (*_PEOPLE, *_PAIRS)),
    ]


def _mine(table: sa.Table, tenant: str, *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.tenant == tenant, *more)


def _plan(tenant: str, student: str) -> Iterator[Holding]:
    head = tables.ilp_plan
    plans = sa.select(head.c.id).where(head.c.tenant == tenant, head.c.person_id == student)
    for table in (tables.ilp_plan_version, tables.ilp_plan_identifier):
        yield Holding(table, _mine(table, tenant, table.c.plan_id.in_(plans)))
    yield Holding(head, _mine(head, tenant, head.c.person_id == student), head.c.id)


def _consents(tenant: str, student: str) -> Iterator[Holding]:
    table = held.consent
    consents = sa.select(table.c.id).where(table.c.tenant == tenant, table.c.student_id == student)
    for part in (held.consent_section, held.consent_field):
        yield Holding(part, _mine(part, tenant, part.c.consent_id.in_(consents)))


def _about(tenant: str, student: str) -> Iterator[Holding]:
    """Every table with a column for its student."""
    for table in metadata.sorted_tables:
        if "student_id" in table.c and table.name not in KEPT:
            yield Holding(table, _mine(table, tenant, table.c.student_id == student), table.c.id)


def _outside(tenant: str, student: str) -> Iterator[Holding]:
    """Mirrored IEPs and career systems' accounts: kept by what their source calls the student."""
    for known, key, parts in (
        (iep_student, "student", (iep_version, iep_mirror)),
        (cis_account, "account", (cis_entry,)),
    ):
        for table in parts:
            same = sa.exists().where(
                known.c.tenant == tenant,
                known.c.person_id == student,
                known.c.source == table.c.source,
                known.c[key] == table.c[key],
            )
            yield Holding(table, _mine(table, tenant, same))
        yield Holding(known, _mine(known, tenant, known.c.person_id == student))


def _accounts(tenant: str, student: str) -> Iterator[Holding]:
    """The student's own account."""
    account = held.account
    own = sa.select(account.c.id).where(account.c.tenant == tenant, account.c.person_id == student)
    for table in (held.account_role, held.deputy, held.source_field, held.client_scope):
        yield Holding(table, _mine(table, tenant, table.c.account_id.in_(own)))
    yield Holding(account, _mine(account, tenant, account.c.person_id == student), account.c.id)


def _memory(tenant: str, student: str) -> Iterator[Holding]:
    """What the sync remembers, down to the ids by which a source knows the student's rows."""
    ids = [
        sa.select(ROSTER[name].c.id).where(
            ROSTER[name].c.tenant == tenant, ROSTER[name].c[column] == student
        )
        for name, column in (*_PEOPLE, *_PAIRS)
    ]
    records: Any = sa.union(
        sa.select(sa.literal(student)), gave_way(tenant, student).order_by(None), *ids
    )
    crosswalk, pending = tables.crosswalk, tables.pending
    known = sa.select(crosswalk.c.sourced_id).where(
        crosswalk.c.tenant == tenant, crosswalk.c.record_id.in_(records)
    )
    yield Holding(pending, _mine(pending, tenant, pending.c.sourced_id.in_(known)))
    for table in (crosswalk, tables.conflict):
        yield Holding(table, _mine(table, tenant, table.c.record_id.in_(records)))
    found = tables.match_candidate
    whose = _own(tenant, student)
    either = sa.or_(found.c.record_id.in_(whose), found.c.candidate_id.in_(whose))
    yield Holding(found, _mine(found, tenant, either))
    known_by = tables.person_identifier
    yield Holding(known_by, _mine(known_by, tenant, known_by.c.person_id == student))


def _roster(tenant: str, student: str, name: str, column: str) -> Holding:
    table = ROSTER[name]
    mine = table.c[column].in_(_own(tenant, student))
    return Holding(table, _mine(table, tenant, mine), table.c.id)


def _own(tenant: str, student: str) -> Any:
    """The student's record, and those that gave way to it."""
    gone = gave_way(tenant, student).order_by(None)
    return sa.union(sa.select(sa.literal(student)), gone).scalar_subquery()
