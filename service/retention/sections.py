"""Destroying single sections of a record while the student and the rest of it stay."""

from __future__ import annotations

from collections import Counter
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.document import read_document, write_document
from schemas.ilp.plan import REQUIRED, Plan
from schemas.ilp.redaction import View, redact
from service.access import policy
from service.ilp.keep import Edition, editions_of
from service.retention.holdings import holdings
from service.store.tables import ilp_plan, ilp_plan_version

_ITEMS: Final = frozenset({"item_owner", "item_share"})


def destroy_sections(
    connection: Connection, tenant: str, student: str, sections: frozenset[str]
) -> Counter[str]:
    """Take sections out of every version of the plan, with their items and IEP; counts rows."""
    counts: Counter[str] = Counter()
    for plan in plans_of(connection, tenant, student):
        counts["ilp_plan_version"] += _redact(connection, tenant, plan, sections)
    for held in holdings(tenant, student):
        name = held.table.name
        if name in _ITEMS:
            theirs = held.where & held.table.c.section.in_(sorted(sections))
            counts[name] += connection.execute(sa.delete(held.table).where(theirs)).rowcount
        elif name.startswith("iep_") and "iepLink" in sections:
            counts[name] += held.destroy(connection)
    return counts


def plans_of(connection: Connection, tenant: str, student: str) -> list[str]:
    """The plans of a student."""
    query = sa.select(ilp_plan.c.id).where(
        ilp_plan.c.tenant == tenant, ilp_plan.c.person_id == student
    )
    return list(connection.execute(query.order_by(ilp_plan.c.id)).scalars())


def _redact(connection: Connection, tenant: str, plan_id: str, sections: frozenset[str]) -> int:
    """Rewrite the versions that hold something of these sections; gives how many."""
    changed = 0
    for version, edition in list(editions_of(connection, tenant, plan_id)):
        left = without(read_document(edition.document.encode()), sections)
        document = write_document(left).decode()
        if document == edition.document:
            continue
        digest = Edition(document, *_facts(edition)).digest
        columns = ilp_plan_version.c
        mine = (columns.tenant == tenant, columns.plan_id == plan_id, columns.version == version)
        new = sa.update(ilp_plan_version).where(*mine)
        connection.execute(new.values(document=document, digest=digest))
        changed += 1
    return changed


def without(plan: Plan, sections: frozenset[str]) -> Plan:
    """The plan as if it had never held anything of these sections."""
    gone = frozenset().union(*(policy.sections()[one].fields for one in sections))
    everything = frozenset().union(*(one.fields for one in policy.sections().values()))
    view = View(
        everything - gone,
        team="iepLink" not in sections,
        private="reflectionsPrivate" not in sections,
    )
    left = redact(plan, view)
    # Only what every plan has to have is marked; anything else may be filled in again.
    marked = set(plan.withheld) | (set(left.withheld) & set(REQUIRED))
    return left.model_copy(update={"withheld": tuple(sorted(marked))})


def _facts(edition: Edition) -> tuple[str, str, str, str]:
    return edition.author, edition.source, edition.reason, edition.at
