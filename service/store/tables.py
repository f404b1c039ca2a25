"""Every table. Roster tables follow `schemas.roster`; the rest is the memory of the sync.

No foreign keys tie roster rows: a reference may arrive a night before what it points to, and a
roster event must never cascade into anything.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from schemas.roster.entities import FIELDS
from schemas.roster.kinds import Field, FieldKind

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_TYPES: dict[FieldKind, Any] = {
    FieldKind.TEXT: Text,
    FieldKind.JSON: Text,
    FieldKind.BOOL: Boolean,
    FieldKind.DATE: Date,
    FieldKind.INT: Integer,
}


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, nullable=False, autoincrement=False)


def _need(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _roster_column(field: Field) -> Column[Any]:
    return Column(field.name, _TYPES[field.kind], nullable=not field.required)


def _roster_table(entity: str, fields: tuple[Field, ...]) -> Table:
    """A roster table: who delivers the row, its fields, its life, and where values came from.

    `origin_run` is the run that delivered every field not listed in `origins`, a JSON object
    from field to `{"source", "run"}` or, for a local edit, `{"source": "local", "by", "at"}`.
    """
    return Table(
        entity,
        metadata,
        _key("tenant"),
        _key("id"),
        _need("source"),
        _need("sourced_id"),
        *(_roster_column(field) for field in fields),
        _may("extras"),
        _need("state"),
        _need("state_since", Date),
        _need("origin_run", Integer),
        _may("origins"),
        _need("revision", Integer),
        sqlite_with_rowid=False,
    )


ROSTER = {entity: _roster_table(entity, fields) for entity, fields in FIELDS.items()}
"""The roster tables by entity name."""

Index(None, ROSTER["enrollment"].c.tenant, ROSTER["enrollment"].c.person_id)
Index(None, ROSTER["enrollment"].c.tenant, ROSTER["enrollment"].c.class_id)
Index(None, ROSTER["role"].c.tenant, ROSTER["role"].c.person_id)
Index(None, ROSTER["relation"].c.tenant, ROSTER["relation"].c.person_id)
Index(None, ROSTER["relation"].c.tenant, ROSTER["relation"].c.agent_id)
Index(None, ROSTER["demographics"].c.tenant, ROSTER["demographics"].c.person_id)
Index(None, ROSTER["person"].c.tenant, ROSTER["person"].c.identifier)
for _table in ROSTER.values():
    Index(
        f"ix_{_table.name}_missing",
        _table.c.tenant,
        _table.c.state_since,
        sqlite_where=_table.c.state == "missing",
        postgresql_where=_table.c.state == "missing",
    )

Index(
    "ix_person_gone",
    ROSTER["person"].c.tenant,
    ROSTER["person"].c.id,
    sqlite_where=ROSTER["person"].c.state != "active",
    postgresql_where=ROSTER["person"].c.state != "active",
)

counter = Table("counter", metadata, _key("tenant"), _key("name"), _need("value", Integer))

rehearsal = Table("rehearsal", metadata, _key("tenant"), _need("since"))
"""Districts that were made for shows and tests: in these alone the clock can be set."""

lease = Table(
    "lease",
    metadata,
    _key("tenant"),
    _need("token", Integer),
    _may("holder"),
    _may("host"),
    _may("pid", Integer),
    _need("expires_at", Float),
)

source = Table(
    "source",
    metadata,
    _key("tenant"),
    _key("name"),
    _need("kind"),
    _need("settings"),
    _need("serial", Integer),
    _may("delivery_digest"),
    _may("recipe_digest"),
    _may("scope"),
    _may("system"),
    _need("memory"),
    _may("accepted_run", Integer),
    _may("retired_at"),
)

base = Table(
    "base",
    metadata,
    _key("tenant"),
    _key("source"),
    _key("file"),
    _need("run", Integer),
    _need("digest"),
    _need("row_count", Integer),
)

base_part = Table(
    "base_part",
    metadata,
    _key("tenant"),
    _key("source"),
    _key("file"),
    _key("part", Integer),
    _need("data", LargeBinary),
)

base_delta = Table(
    "base_delta",
    metadata,
    _key("tenant"),
    _key("source"),
    _key("file"),
    _key("run", Integer),
    _need("rows", Integer),
    _need("data", LargeBinary),
)
"""What changed of a file since its base was written whole, one Parquet file for each run."""

run = Table(
    "run",
    metadata,
    _key("tenant"),
    _key("number", Integer),
    _need("source"),
    _need("state"),
    _need("mode"),
    _need("started_at"),
    _may("finished_at"),
    _may("delivery_digest"),
    _may("plan", Integer),
    _need("report"),
    Index(None, "tenant", "source", "state"),
)

run_step = Table(
    "run_step",
    metadata,
    _key("tenant"),
    _key("run", Integer),
    _key("position", Integer),
    _need("step"),
    _need("input_digest"),
    _need("output_digest"),
    _need("finished_at"),
    _need("output"),
)

plan = Table(
    "plan",
    metadata,
    _key("tenant"),
    _key("number", Integer),
    _need("run", Integer),
    _need("source"),
    _need("state"),
    _need("serial", Integer),
    _need("store_change", Integer),
    _need("delivery_digest"),
    _need("content_digest"),
    _need("parts"),
    _need("counts"),
    _need("holds"),
    _need("created_at"),
    _may("applied_at"),
    _may("override"),
    Index(None, "tenant", "source", "state"),
)

crosswalk = Table(
    "crosswalk",
    metadata,
    _key("tenant"),
    _key("source"),
    _key("entity"),
    _key("sourced_id"),
    _need("record_id"),
    _need("present", Boolean),
    _need("run", Integer),
    Index(None, "tenant", "entity", "record_id"),
    sqlite_with_rowid=False,
)

joined_person = Table(
    "joined_person",
    metadata,
    _key("tenant"),
    _key("gone_id"),
    _need("stays_id"),
    _need("at"),
    Index(None, "tenant", "stays_id"),
)
"""Records that gave way to another of the same person; what the log says of them is found by it."""

pending = Table(
    "pending",
    metadata,
    _key("tenant"),
    _key("source"),
    _key("file"),
    _key("sourced_id"),
    _need("code"),
    sqlite_with_rowid=False,
)
"""Rows that were delivered and not applied: each is looked at again every night until it fits."""

person_identifier = Table(
    "person_identifier",
    metadata,
    _key("tenant"),
    _key("kind"),
    _key("value"),
    _key("person_id"),
    Index(None, "tenant", "person_id"),
    sqlite_with_rowid=False,
)

change = Table(
    "change",
    metadata,
    _key("tenant"),
    _key("seq", Integer),
    _need("at"),
    _may("run", Integer),
    _may("plan", Integer),
    _need("actor"),
    _need("action"),
    _need("entity"),
    _need("record_id"),
    _may("fields"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    _key("tenant"),
    _key("sink"),
    _key("plan", Integer),
    _need("first_seq", Integer),
    _need("last_seq", Integer),
    _may("delivered_at"),
)
"""The stretches of the journal that a sink was, or is still to be, told of."""

conflict = Table(
    "conflict",
    metadata,
    _key("tenant"),
    _key("entity"),
    _key("record_id"),
    _key("field"),
    _need("number", Integer),
    _need("source"),
    _need("run", Integer),
    _may("base"),
    _may("ours"),
    _may("theirs"),
    _need("state"),
    _may("decided_by"),
    _may("decided_at"),
    _may("reason"),
)

match_candidate = Table(
    "match_candidate",
    metadata,
    _key("tenant"),
    _key("record_id"),
    _key("candidate_id"),
    _need("number", Integer),
    _need("source"),
    _need("sourced_id"),
    _need("run", Integer),
    _need("score", Integer),
    _need("reasons"),
    _need("state"),
    _may("decided_by"),
    _may("decided_at"),
    _may("reason"),
)

ilp_plan = Table(
    "ilp_plan",
    metadata,
    _key("tenant"),
    _key("id"),
    _may("person_id"),
    _need("attachment"),
    _need("version", Integer),
    Index(None, "tenant", "person_id"),
)

ilp_plan_identifier = Table(
    "ilp_plan_identifier",
    metadata,
    _key("tenant"),
    _key("plan_id"),
    _key("kind"),
    _key("value"),
    Index(None, "tenant", "kind", "value"),
)
"""The identifiers of the student that a plan names, in the words of `person_identifier`."""

ilp_plan_version = Table(
    "ilp_plan_version",
    metadata,
    _key("tenant"),
    _key("plan_id"),
    _key("version", Integer),
    _need("document"),
    _need("digest"),
    _need("author"),
    _need("source"),
    _need("reason"),
    _need("at"),
    ForeignKeyConstraint(
        ["tenant", "plan_id"], ["ilp_plan.tenant", "ilp_plan.id"], name="fk_plan_version_plan"
    ),
)
