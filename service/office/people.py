"""Finding a person by any id that people use."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import Invalid, NotFound
from service.store.people import known_as
from service.store.places import is_called
from service.store.retired import stands
from service.store.tables import ROSTER


def find_person(connection: Connection, tenant: str, given: str) -> str:
    """The record id behind a record id, sourcedId, local or state id.

    Raises NotFound, or Invalid where the same text is the id of several people.
    """
    found = known_as(connection, tenant, given)
    if not found:
        raise NotFound(
            f"Nobody is known as {given!r}.", "Give a sourcedId, a local id or a state id."
        )
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise Invalid(f"{len(found)} people are known as {given!r}.", f"Give one of: {listed}.")
    return found.pop()


def students_at(connection: Connection, tenant: str, school: str) -> list[str]:
    """The students at an organization, given by record id, sourcedId or its own number.

    Raises NotFound where nobody is a student.
    """
    query = _students(tenant).where(is_called(school))
    found = list(connection.execute(query).scalars())
    if not found:
        raise NotFound(f"Nobody is a student at {school!r}.", "Name a school by id or number.")
    return found


def all_students(connection: Connection, tenant: str) -> list[str]:
    """The students of the district, at whichever organization."""
    return list(connection.execute(_students(tenant)).scalars())


def _students(tenant: str) -> sa.Select[Any]:
    role, place = ROSTER["role"], ROSTER["organization"]
    return (
        sa.select(role.c.person_id)
        .distinct()
        .join(place, (place.c.tenant == role.c.tenant) & (place.c.id == role.c.org_id))
        .where(role.c.tenant == tenant, role.c.role == "student", stands(role))
        .order_by(role.c.person_id)
    )
