"""Whose plan is it? Told by the identifiers that the plan names, never by a name."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.plan import Plan
from service.errors import Invalid
from service.store.tables import ROSTER, crosswalk, person_identifier

LOCAL = "identifier/student"
_KINDS = {
    "local": (LOCAL,),
    "state": ("State", "state", "StateID", "stateId", "STATE_ID"),
}
SOURCED_ID = "sourcedId"


def kinds_of(system: str) -> tuple[str, ...]:
    """What `person_identifier` calls identifiers of a system such as `local` or `state`."""
    return _KINDS.get(system, (system,))


def identifier_kinds(plan: Plan) -> set[tuple[str, str]]:
    """The plan's identifiers in the words of `person_identifier`: kind and value."""
    identity = plan.profile.identity
    found: set[tuple[str, str]] = set()
    for one in identity.identifiers if identity else ():
        if one.active is False or one.system == SOURCED_ID:
            continue
        found.update((kind, one.value) for kind in kinds_of(one.system))
    return found


def owner_of(connection: Connection, tenant: str, plan: Plan) -> str | None:
    """The person whose plan this is, or None where nobody fits yet.

    Raises Invalid where the identifiers point to different people, or to no student.
    """
    kinds = sorted(identifier_kinds(plan))
    query = (
        sa.select(person_identifier.c.person_id)
        .distinct()
        .where(
            person_identifier.c.tenant == tenant,
            sa.tuple_(person_identifier.c.kind, person_identifier.c.value).in_(kinds),
        )
    )
    people = set(connection.execute(query).scalars()) if kinds else set()
    people = people or _by_sourced_id(connection, tenant, plan)
    if len(people) > 1:
        raise Invalid(
            f"The plan's identifiers belong to {len(people)} different people.",
            "Correct profile.identity, or settle the pair under `planbridge matches list`.",
        )
    person = next(iter(people), None)
    if person is not None and not _may_be_student(connection, tenant, person):
        raise Invalid(
            "The plan's identifiers belong to somebody who is no student.",
            "Correct profile.identity: a plan is kept with its student alone.",
        )
    return person


def _may_be_student(connection: Connection, tenant: str, person: str) -> bool:
    """Whether a person is or was a student, as far as any role tells."""
    role = ROSTER["role"]
    query = (
        sa.select(role.c.role).distinct().where(role.c.tenant == tenant, role.c.person_id == person)
    )
    roles = set(connection.execute(query).scalars())
    return not roles or "student" in roles


def _by_sourced_id(connection: Connection, tenant: str, plan: Plan) -> set[str]:
    value = plan.identifier(SOURCED_ID)
    if value is None:
        return set()
    query = (
        sa.select(crosswalk.c.record_id)
        .distinct()
        .where(
            crosswalk.c.tenant == tenant,
            crosswalk.c.entity == "person",
            crosswalk.c.sourced_id == value,
        )
    )
    return set(connection.execute(query).scalars())
