"""Finding a student by any id that people use, and showing what is held and whence it came."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.roster.entities import FIELDS
from service.errors import Invalid, NotFound
from service.ilp.keep import plan_of, versions_of
from service.roster import load_record
from service.store.tables import ROSTER, conflict, crosswalk, person_identifier
from service.sync.merge import as_text


def find_person(connection: Connection, tenant: str, given: str) -> str:
    """The record id behind a record id, sourcedId, local or state id.

    Raises NotFound, or Invalid where the same text is the id of several people.
    """
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
    found = {str(one) for way in ways for one in connection.execute(way).scalars()}
    if not found:
        raise NotFound(
            f"Nobody is known as {given!r}.", "Give a sourcedId, a local id or a state id."
        )
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise Invalid(f"{len(found)} people are known as {given!r}.", f"Give one of: {listed}.")
    return found.pop()


def show_student(connection: Connection, tenant: str, given: str) -> dict[str, Any]:
    """Roster, relations, plan and open conflicts of a person, each value with its origin."""
    record_id = find_person(connection, tenant, given)
    return {
        "person": describe(load_record(connection, tenant, "person", record_id), "person"),
        "sourced_ids": _sourced_ids(connection, tenant, record_id),
        "roles": _related(connection, tenant, "role", "person_id", record_id),
        "demographics": _related(connection, tenant, "demographics", "person_id", record_id),
        "enrollments": _related(connection, tenant, "enrollment", "person_id", record_id),
        "relations": _related(connection, tenant, "relation", "person_id", record_id),
        "plan": _plan(connection, tenant, record_id),
        "conflicts": _conflicts(connection, tenant, record_id),
    }


def describe(record: dict[str, Any], entity: str) -> dict[str, Any]:
    """A record's filled fields, each with its value and where it came from."""
    origins = json.loads(record["origins"]) if record["origins"] else {}
    default = {"source": record["source"], "run": record["origin_run"]}
    fields = {
        field.name: {
            "value": as_text(record[field.name]),
            "origin": origins.get(field.name, default),
        }
        for field in FIELDS[entity]
        if record[field.name] is not None
    }
    extras = json.loads(record["extras"]) if record["extras"] else None
    return {
        "id": record["id"],
        "state": record["state"],
        "since": as_text(record["state_since"]),
        "fields": fields,
        **({"extras": extras} if extras else {}),
    }


def _related(
    connection: Connection, tenant: str, entity: str, column: str, record_id: str
) -> list[dict[str, Any]]:
    table = ROSTER[entity]
    query = (
        sa.select(table)
        .where(table.c.tenant == tenant, table.c[column] == record_id)
        .order_by(table.c.sourced_id)
    )
    rows = connection.execute(query).fetchall()
    return [
        {
            **describe(dict(row._mapping), entity),
            **_names(connection, tenant, entity, dict(row._mapping)),
        }
        for row in rows
    ]


_TITLES = {"organization": "name", "class": "title", "course": "title", "academic_session": "title"}


def _names(
    connection: Connection, tenant: str, entity: str, row: dict[str, Any]
) -> dict[str, dict[str, str]]:
    """What a reader calls the records that this one refers to."""
    names = {}
    for field in FIELDS[entity]:
        if field.reference and isinstance(row[field.name], str):
            name = _name(connection, tenant, field.reference, row[field.name])
            if name:
                names[field.name] = name
    return {"names": names} if names else {}


def _name(connection: Connection, tenant: str, entity: str, record_id: str) -> str | None:
    table = ROSTER[entity]
    query = sa.select(table).where(table.c.tenant == tenant, table.c.id == record_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    if entity == "person":
        return f"{row.given_name} {row.family_name}"
    return str(row._mapping[_TITLES[entity]])


def _sourced_ids(connection: Connection, tenant: str, record_id: str) -> list[dict[str, Any]]:
    query = (
        sa.select(crosswalk.c.source, crosswalk.c.sourced_id, crosswalk.c.present)
        .where(
            crosswalk.c.tenant == tenant,
            crosswalk.c.entity == "person",
            crosswalk.c.record_id == record_id,
        )
        .order_by(crosswalk.c.source, crosswalk.c.sourced_id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def _plan(connection: Connection, tenant: str, record_id: str) -> dict[str, Any] | None:
    head = plan_of(connection, tenant, record_id)
    if head is None:
        return None
    versions = [dict(row._mapping) for row in versions_of(connection, tenant, str(head.id))]
    return {
        "id": head.id,
        "attachment": head.attachment,
        "version": head.version,
        "versions": versions,
    }


def _conflicts(connection: Connection, tenant: str, record_id: str) -> list[dict[str, Any]]:
    query = (
        sa.select(conflict)
        .where(
            conflict.c.tenant == tenant,
            conflict.c.record_id == record_id,
            conflict.c.state == "open",
        )
        .order_by(conflict.c.number)
    )
    return [dict(row._mapping) for row in connection.execute(query)]
