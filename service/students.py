"""Showing what is held of a student and whence it came, as far as it is open."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS
from service.ilp.keep import plan_of, versions_of
from service.office import Sight
from service.roster import load_record
from service.store.tables import ROSTER, conflict, crosswalk
from service.sync.merge import as_text


def show_student(connection: Connection, tenant: str, sight: Sight) -> dict[str, Any]:
    """What is open of a person: roster, relations, plan and open conflicts, each with its origin.

    A part that is shut is not there at all.
    """
    record_id = sight.student
    record = load_record(connection, tenant, "person", record_id)
    opened = _open_of("person", sight)
    names = _names(connection, tenant, "person", record, opened)
    shown: dict[str, Any] = {"person": {**describe(record, "person", opened), **names}}
    if sight.opens("person.identifier"):
        shown["sourced_ids"] = _sourced_ids(connection, tenant, record_id)
    for name, entity, column, key in _PARTS:
        if sight.opens(key):
            shown[name] = _related(connection, tenant, entity, column, record_id)
    if sight.opens("PRO.04"):
        shown["plan"] = _plan(connection, tenant, record_id, whole=_opens_whole_plan(sight))
    found = _conflicts(connection, tenant, record_id)
    shown["conflicts"] = [one for one in found if sight.opens(f"{one['entity']}.{one['field']}")]
    return shown


_PARTS: Final = (
    ("roles", "role", "person_id", "person.primary_org_id"),
    ("enrollments", "enrollment", "person_id", "CRS.01"),
    ("relations", "relation", "person_id", "relation.agent_id"),
)
"""Lists of records about a person, each with the field that it goes with; demographics go with
none, so that nobody is shown them."""


def _opens_whole_plan(sight: Sight) -> bool:
    return sight.fields >= ELEMENTS.keys() and not sight.entries


def _open_of(entity: str, sight: Sight) -> frozenset[str]:
    """The fields of a roster entity that are open, by their own names."""
    start = f"{entity}."
    return frozenset(one.removeprefix(start) for one in sight.fields if one.startswith(start))


def describe(record: dict[str, Any], entity: str, only: AbstractSet[str]) -> dict[str, Any]:
    """A record's filled fields among these, each with its value and where it came from.

    What no field of ours stands for (`extras`) may be anything, and is not shown.
    """
    origins = json.loads(record["origins"]) if record["origins"] else {}
    default = {"source": record["source"], "run": record["origin_run"]}
    fields = {
        field.name: {
            "value": as_text(record[field.name]),
            "origin": origins.get(field.name, default),
        }
        for field in FIELDS[entity]
        if record[field.name] is not None and field.name in only
    }
    return {
        "id": record["id"],
        "state": record["state"],
        "since": as_text(record["state_since"]),
        "fields": fields,
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
    fields = {field.name for field in FIELDS[entity]}
    return [
        {
            **describe(dict(row._mapping), entity, fields),
            **_names(connection, tenant, entity, dict(row._mapping), fields),
        }
        for row in rows
    ]


_TITLES = {"organization": "name", "class": "title", "course": "title", "academic_session": "title"}


def _names(
    connection: Connection,
    tenant: str,
    entity: str,
    row: dict[str, Any],
    only: AbstractSet[str],
) -> dict[str, dict[str, str]]:
    """What a reader calls the records that these fields of this one refer to."""
    names = {}
    for field in FIELDS[entity]:
        if field.name in only and field.reference and isinstance(row[field.name], str):
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


def _plan(
    connection: Connection, tenant: str, record_id: str, *, whole: bool
) -> dict[str, Any] | None:
    """The plan's row; its versions to whom all of it is open, since a closed part may be why."""
    head = plan_of(connection, tenant, record_id)
    if head is None:
        return None
    shown: dict[str, Any] = {"id": head.id, "attachment": head.attachment}
    if whole:
        rows = versions_of(connection, tenant, str(head.id))
        shown |= {"version": head.version, "versions": [dict(row._mapping) for row in rows]}
    return shown


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
