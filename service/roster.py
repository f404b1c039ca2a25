"""Editing a roster record here, with provenance that survives the next night."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from schemas.roster.entities import ENTITIES, FIELDS
from schemas.roster.kinds import Field, FieldKind
from service.act import Act
from service.errors import Invalid, NotFound
from service.store import counters
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import ROSTER
from service.sync.merge import LOCAL, as_text


def load_record(connection: Connection, tenant: str, entity: str, record_id: str) -> dict[str, Any]:
    """A roster record with all its columns. Raises NotFound."""
    table = ROSTER[entity]
    row = connection.execute(
        sa.select(table).where(table.c.tenant == tenant, table.c.id == record_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no {entity} {record_id}.", "Look it up by another identifier.")
    return dict(row._mapping)


def edit_field(
    connection: Connection, tenant: str, record: dict[str, Any], edit: Edit, act: Act
) -> None:
    """Set a field here. The source's value that it replaces is remembered with the edit.

    `record` is what `load_record` gave. Raises Invalid where the field does not exist, refers to
    other records or cannot hold the value.
    """
    value = parse_value(edit.entity, record, edit.field, edit.value)
    origins = json.loads(record["origins"]) if record["origins"] else {}
    earlier = origins.get(edit.field, {})
    local = earlier.get("source") == LOCAL
    replaced = earlier["replaced"] if local else as_text(record[edit.field])
    origin = {
        "source": LOCAL,
        "by": act.by,
        "at": act.at,
        "reason": act.reason,
        "replaced": replaced,
    }
    write_field(connection, tenant, record, Write(edit.entity, edit.field, value, origin), act)


@dataclass(frozen=True, slots=True)
class Edit:
    """A field and the text it is to hold; None empties it."""

    entity: str
    field: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Write:
    """A field, its parsed value and the provenance it gets."""

    entity: str
    field: str
    value: Any
    origin: dict[str, Any]


def write_field(
    connection: Connection, tenant: str, record: dict[str, Any], write: Write, act: Act
) -> None:
    """Write one field with its provenance, and say so in the journal."""
    before = record[write.field]
    origins = json.loads(record["origins"]) if record["origins"] else {}
    origins[write.field] = write.origin
    table = ROSTER[write.entity]
    connection.execute(
        sa.update(table)
        .where(table.c.tenant == tenant, table.c.id == record["id"])
        .values(
            {
                table.c[write.field]: write.value,
                table.c.origins: canonical_json(origins),
                table.c.revision: table.c.revision + 1,
            }
        )
    )
    change = canonical_json({write.field: [as_text(before), as_text(write.value)]})
    entry = Entry("update", write.entity, pl.Series([record["id"]]), pl.Series([change]))
    write_entries(connection, Stamp(tenant, act.at, act.by), [entry])
    counters.advance(connection, tenant, "roster")


def parse_value(entity: str, record: dict[str, Any], field: str, text: str | None) -> Any:
    """A field's value from text, valid within the record it is for.

    Raises Invalid naming field, value and what would fit.
    """
    known = {one.name: one for one in FIELDS[entity]}
    if field not in known:
        raise Invalid(f"{entity} has no field {field!r}.", f"Fields: {', '.join(known)}.")
    if known[field].reference is not None:
        raise Invalid(f"{field} refers to other records.", "Change it in the source.")
    values = {name: _plain(one, record[name]) for name, one in known.items()}
    try:
        values[field] = _plain(known[field], text or None)
        valid = ENTITIES[entity].model_validate({"id": record["id"], **values})
    except ValidationError as error:
        raise Invalid(
            f"{field} cannot be {text!r}: {error.errors()[0]['msg']}.", "Correct it."
        ) from None
    except ValueError as error:
        raise Invalid(f"{field} is a JSON list; {text!r} is not: {error}.", "Correct it.") from None
    value = valid.model_dump(mode="json" if known[field].kind is FieldKind.JSON else "python")[
        field
    ]
    return canonical_json(value) if known[field].kind is FieldKind.JSON and value else value


def _plain(field: Field, stored: Any) -> Any:
    return json.loads(stored) if field.kind is FieldKind.JSON and stored else stored
