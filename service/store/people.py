"""Whom an id names: what people type may be any of several."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import ROSTER, crosswalk, joined_person, person_identifier


def known_as(connection: Connection, tenant: str, given: str) -> set[str]:
    """The record ids of everybody who has this record id, sourcedId, local or state id."""
    person = ROSTER["person"]
    ways: tuple[sa.Select[Any], ...] = (
        sa.select(person.c.id).where(person.c.tenant == tenant, person.c.id == given),
        sa.select(crosswalk.c.record_id).where(
            crosswalk.c.tenant == tenant,
            crosswalk.c.entity == "person",
            crosswalk.c.sourced_id == given,
        ),
        sa.select(person_identifier.c.person_id).where(
            person_identifier.c.tenant == tenant, person_identifier.c.value == given
        ),
    )
    return {str(one) for way in ways for one in connection.execute(way).scalars()}


def records_of(connection: Connection, tenant: str, person: str) -> list[str]:
    """A person's record, and those that gave way to it when they turned out to be the same."""
    return [person, *connection.execute(gave_way(tenant, person)).scalars()]


def gave_way(tenant: str, person: str) -> sa.Select[tuple[str]]:
    """The records that gave way to a person's."""
    joined = joined_person.c
    mine = (joined.tenant == tenant, joined.stays_id == person)
    return sa.select(joined.gone_id).where(*mine).order_by(joined.gone_id)
