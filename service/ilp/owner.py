"""Whose plan is it? Told by the identifiers that the plan names, never by a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.plan import Plan
from service.errors import Invalid
from service.store.bulk import among
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
    people = _pointed(connection, tenant, identifier_kinds(plan))
    value = plan.identifier(SOURCED_ID)
    if not people and value is not None:
        people = _pointed(connection, tenant, {(SOURCED_ID, value)})
    if len(people) > 1:
        raise Invalid(
            f"The plan's identifiers belong to {len(people)} different people.",
            "Correct profile.identity, or settle the pair under `planbridge matches list`.",
        )
    person = next(iter(people), None)
    if person is not None and not may_be_student(roles_of(connection, tenant, people)[person]):
        raise Invalid(
            "The plan's identifiers belong to somebody who is no student.",
            "Correct profile.identity: a plan is kept with its student alone.",
        )
    return person


def _pointed(connection: Connection, tenant: str, kinds: set[tuple[str, str]]) -> set[str]:
    return people_named(connection, tenant, {"plan": kinds})["plan"]


def people_named(
    connection: Connection, tenant: str, named: Mapping[str, Iterable[tuple[str, str]]]
) -> dict[str, set[str]]:
    """The people to whom identifiers point, given and answered by whom they tell of.

    An identifier is a kind, as `person_identifier` calls it, and a value.
    """
    asked: dict[tuple[str, str], set[str]] = {}
    for one, identifiers in named.items():
        for identifier in identifiers:
            asked.setdefault(identifier, set()).add(one)
    found: dict[str, set[str]] = {one: set() for one in named}
    for kind, value, person in _identified(connection, tenant, {value for _, value in asked}):
        for one in asked.get((kind, value), ()):
            found[one].add(person)
    return found


def _identified(
    connection: Connection, tenant: str, values: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Kind, value and person of each identifier with one of these values."""
    held, told = person_identifier.c, crosswalk.c
    listed = sa.select(held.kind, held.value, held.person_id).where(
        held.tenant == tenant, among(connection, held.value, values)
    )
    sourced = sa.select(sa.literal(SOURCED_ID), told.sourced_id, told.record_id).where(
        told.tenant == tenant, told.entity == "person", among(connection, told.sourced_id, values)
    )
    for query in (listed, sourced):
        yield from ((row[0], row[1], row[2]) for row in connection.execute(query))


def roles_of(connection: Connection, tenant: str, people: Iterable[str]) -> dict[str, set[str]]:
    """The roles that each of these people has or had."""
    found: dict[str, set[str]] = {person: set() for person in people}
    role = ROSTER["role"].c
    query = sa.select(role.person_id, role.role).where(
        role.tenant == tenant, among(connection, role.person_id, found)
    )
    for person, name in connection.execute(query):
        found[person].add(name)
    return found


def may_be_student(roles: set[str]) -> bool:
    """Whether somebody with these roles is or was a student, as far as any role tells."""
    return not roles or "student" in roles
