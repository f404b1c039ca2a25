"""Whom an id names: what people type may be any of several."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import ROSTER, crosswalk, person_identifier


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
