"""Keeping plans: every version stays, a plan belongs to a student or waits for one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.document import read_document, write_document
from schemas.ilp.plan import Plan
from service.act import Act
from service.errors import Invalid, NotFound
from service.ilp.overlay import with_roster_facts
from service.ilp.owner import identifier_kinds, owner_of
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import ROSTER, ilp_plan, ilp_plan_identifier, ilp_plan_version
from service.sync.night import record_id


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an imported plan came to rest."""

    plan_id: str
    version: int
    person_id: str | None
    is_new: bool

    @property
    def waits(self) -> bool:
        """Whether its student is not in the roster yet."""
        return self.person_id is None


def import_plan(connection: Connection, tenant: str, document: bytes, act: Act) -> Kept:
    """Take a plan in as its next version; the same document again changes nothing.

    Raises DocumentError for a document that is no plan, Invalid where it cannot be the next
    version or where its identifiers point to several people.
    """
    plan = read_document(document)
    person = owner_of(connection, tenant, plan)
    kinds = identifier_kinds(plan)
    if not kinds:
        raise Invalid("The plan names no student.", "Give profile.identity an identifier.")
    plan_id = _known_plan(connection, tenant, person, kinds) or record_id(
        tenant, "ilp", *min(kinds)
    )
    head = connection.execute(
        sa.select(ilp_plan).where(ilp_plan.c.tenant == tenant, ilp_plan.c.id == plan_id)
    ).first()
    text = write_document(plan).decode()
    if head and _document(connection, tenant, plan_id, head.version) == text:
        return Kept(plan_id, head.version, person, is_new=False)
    version = (head.version if head else 0) + 1
    _put_head(connection, tenant, plan_id, person, version)
    _put_version(connection, tenant, (plan_id, version), text, act)
    _put_identifiers(connection, tenant, plan_id, kinds)
    lines = [Entry("plan-import", "ilp_plan", pl.Series([plan_id]), None)]
    write_entries(connection, Stamp(tenant, act.at, act.by), lines)
    return Kept(plan_id, version, person, is_new=True)


def export_plan(connection: Connection, tenant: str, person_id: str) -> bytes:
    """A student's plan as `ilp.json`, with names and identifiers as the roster has them now."""
    return write_document(current_plan(connection, tenant, person_id))


def current_plan(connection: Connection, tenant: str, person_id: str) -> Plan:
    """A student's plan in its latest version. Raises NotFound."""
    head = plan_of(connection, tenant, person_id)
    if head is None:
        raise NotFound("This student has no plan yet.", "Import one: `planbridge plan import`.")
    plan = read_document(_document(connection, tenant, head.id, head.version).encode())
    return with_roster_facts(connection, tenant, person_id, plan)


def plan_of(
    connection: Connection, tenant: str, person_id: str
) -> sa.Row[tuple[object, ...]] | None:
    """The row of a person's plan, or None."""
    query = sa.select(ilp_plan).where(
        ilp_plan.c.tenant == tenant, ilp_plan.c.person_id == person_id
    )
    return connection.execute(query.order_by(ilp_plan.c.id)).first()


def versions_of(
    connection: Connection, tenant: str, plan_id: str
) -> list[sa.Row[tuple[int, str, str, str, str]]]:
    """Version, author, source, reason and time of every version, oldest first."""
    columns = ilp_plan_version.c
    query = (
        sa.select(columns.version, columns.author, columns.source, columns.reason, columns.at)
        .where(columns.tenant == tenant, columns.plan_id == plan_id)
        .order_by(columns.version)
    )
    return list(connection.execute(query))


def _known_plan(
    connection: Connection, tenant: str, person: str | None, kinds: set[tuple[str, str]]
) -> str | None:
    """The plan that this document continues: its student's, or one that waits for the same."""
    if person is not None:
        row = plan_of(connection, tenant, person)
        if row is not None:
            return str(row.id)
    named = ilp_plan_identifier.c
    query = (
        sa.select(named.plan_id)
        .join(ilp_plan, sa.and_(ilp_plan.c.tenant == named.tenant, ilp_plan.c.id == named.plan_id))
        .where(
            named.tenant == tenant,
            ilp_plan.c.attachment == "waiting",
            sa.tuple_(named.kind, named.value).in_(sorted(kinds)),
        )
        .order_by(named.plan_id)
    )
    return connection.execute(query).scalar()


def _document(connection: Connection, tenant: str, plan_id: str, version: int) -> str:
    query = sa.select(ilp_plan_version.c.document).where(
        ilp_plan_version.c.tenant == tenant,
        ilp_plan_version.c.plan_id == plan_id,
        ilp_plan_version.c.version == version,
    )
    return str(connection.execute(query).scalar_one())


def _put_head(
    connection: Connection, tenant: str, plan_id: str, person: str | None, version: int
) -> None:
    if version == 1:
        connection.execute(
            sa.insert(ilp_plan).values(
                tenant=tenant,
                id=plan_id,
                person_id=person,
                attachment=_attachment(connection, tenant, person),
                version=version,
            )
        )
        return
    connection.execute(
        sa.update(ilp_plan)
        .where(ilp_plan.c.tenant == tenant, ilp_plan.c.id == plan_id)
        .values(version=version)
    )


def _attachment(connection: Connection, tenant: str, person_id: str | None) -> str:
    """How a plan stands from the start: the plan of a student who was let go is detached."""
    if person_id is None:
        return "waiting"
    person = ROSTER["person"]
    query = sa.select(person.c.state).where(person.c.tenant == tenant, person.c.id == person_id)
    return "detached" if connection.execute(query).scalar() == "detached" else "attached"


def _put_version(
    connection: Connection, tenant: str, key: tuple[str, int], text: str, act: Act
) -> None:
    connection.execute(
        sa.insert(ilp_plan_version).values(
            tenant=tenant,
            plan_id=key[0],
            version=key[1],
            document=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            author=act.by,
            source="import",
            reason=act.reason,
            at=act.at,
        )
    )


def _put_identifiers(
    connection: Connection, tenant: str, plan_id: str, kinds: set[tuple[str, str]]
) -> None:
    mine = (ilp_plan_identifier.c.tenant == tenant, ilp_plan_identifier.c.plan_id == plan_id)
    connection.execute(sa.delete(ilp_plan_identifier).where(*mine))
    rows = [
        {"tenant": tenant, "plan_id": plan_id, "kind": kind, "value": value}
        for kind, value in sorted(kinds)
    ]
    connection.execute(sa.insert(ilp_plan_identifier), rows)
