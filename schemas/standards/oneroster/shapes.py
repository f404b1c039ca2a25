"""OneRoster as shapes: one for each file of the CSV binding and each collection of JSON alone.

A record is a flat row with the CSV binding's column names. A scalar is text as a cell spells it
(`true`, `2026-08-15`, `58.5`), a list column is a list of such texts, an absent value has no key.
Columns called `metadata.` and a name hold extensions; no shape lists them.
"""

from __future__ import annotations

from functools import cache

from schemas.standards.oneroster.table import Column, files, json_columns, json_files
from schemas.standards.shape import Kind, Property, Shape

LONGEST_ID = 255
"""Characters of a sourcedId: fewer than 256 (CSV Binding 1.2, CSV Format)."""

_KINDS = {
    "Boolean": Kind.BOOLEAN,
    "Date": Kind.DATE,
    "DateTime": Kind.DATETIME,
    "Enumeration": Kind.CODE,
    "Enumeration List": Kind.CODE,
    "Float": Kind.DECIMAL,
    "Integer": Kind.INTEGER,
    "Object List": Kind.OBJECT,
    "Year": Kind.YEAR,
}


def entities(version: str) -> tuple[str, ...]:
    """Every collection of a version, those of JSON alone last. Raises KeyError for a version."""
    return (*files(version), *json_files(version))


@cache
def shape(version: str, entity: str) -> Shape:
    """What a row of a collection looks like. Raises KeyError for an unknown version or entity."""
    columns = {**files(version), **json_files(version)}[entity]
    properties = [_property(column) for column in (*columns, *json_columns(version, entity))]
    return Shape("oneroster", version, entity, tuple(properties), ("sourcedId",))


def _property(column: Column) -> Property:
    kind = Kind.BOOLEAN if column.is_boolean else _KINDS.get(column.format, Kind.STRING)
    return Property(
        name=column.name,
        kind=kind,
        required=column.required == "always",
        many=column.is_list or kind is Kind.OBJECT,
        max_length=LONGEST_ID if "GUID" in column.format else None,
        codes=column.vocabulary if kind is Kind.CODE else None,
        reference=column.refers,
        parts=tuple(_property(part) for part in column.parts),
        verified=column.verified,
    )
