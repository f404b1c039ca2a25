"""Running a mapping table over many rows: from a standard's columns to our fields."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from mappings.engine.codecs import canonical_json, decode_column
from mappings.engine.table import MappingTable
from schemas.roster.entities import FIELDS
from schemas.roster.kinds import FieldKind

DTYPES = {
    FieldKind.TEXT: pl.String,
    FieldKind.JSON: pl.String,
    FieldKind.BOOL: pl.Boolean,
    FieldKind.DATE: pl.Date,
    FieldKind.INT: pl.Int64,
}
LOSSES = pl.Schema(
    {"sourced_id": pl.String, "column": pl.String, "value": pl.String, "fatal": pl.Boolean}
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Rows as our fields (`sourced_id`, the entity's fields, `extras`), and what was lost.

    A loss names row, column and cell; a fatal one left a required field empty, so that its row
    is not among the records.
    """

    frame: pl.DataFrame
    losses: pl.DataFrame


def entity_schema(entity: str) -> pl.Schema:
    """The columns of an entity's decoded rows."""
    fields = {field.name: DTYPES[field.kind]() for field in FIELDS[entity]}
    return pl.Schema({"sourced_id": pl.String(), **fields, "extras": pl.String()})


def decode(table: MappingTable, rows: pl.DataFrame) -> Decoded:
    """Our fields for rows of the table's file; references still hold the source's ids."""
    series = [rows["sourcedId"].rename("sourced_id")]
    losses = []
    for row in table.rows:
        if row.column in rows.columns:
            cells = rows[row.column]
            values = decode_column(row.codec, cells).rename(row.field)
        else:
            cells = pl.Series(row.column, [None] * rows.height, dtype=pl.String)
            values = cells.rename(row.field)
        losses.append(_losses(rows["sourcedId"], cells, values, row.required))
        series.append(values)
    series.append(_extras(table, rows))
    frame = pl.DataFrame(series).cast(entity_schema(table.entity))
    lost = pl.concat([LOSSES.to_frame(), *losses])
    fatal = lost.filter("fatal")["sourced_id"]
    return Decoded(frame.filter(~pl.col("sourced_id").is_in(fatal.implode())), lost)


def _losses(ids: pl.Series, cells: pl.Series, values: pl.Series, required: bool) -> pl.DataFrame:
    gap = values.is_null() & (cells.is_not_null() | pl.Series([required]))
    if not gap.any():
        return LOSSES.to_frame()
    return pl.DataFrame({"sourced_id": ids.filter(gap), "value": cells.filter(gap)}).select(
        "sourced_id", column=pl.lit(cells.name), value="value", fatal=pl.lit(required)
    )


def _extras(table: MappingTable, rows: pl.DataFrame) -> pl.Series:
    """What the standard or the source says and we do not model, as one JSON object."""
    names = [
        name for name in rows.columns if name not in table.columns and not name.startswith("_")
    ]
    return as_object(rows, names).rename("extras")


def as_object(rows: pl.DataFrame, names: list[str]) -> pl.Series:
    """These cells of each row as a JSON object of the filled ones, or null when all are blank."""
    filled = [name for name in names if rows[name].null_count() < rows.height]
    if not filled:
        return pl.Series("extras", [None] * rows.height, dtype=pl.String)
    objects = [_object(filled, row) for row in rows.select(filled).iter_rows()]
    return pl.Series("extras", objects, dtype=pl.String)


def _object(names: list[str], row: tuple[str | None, ...]) -> str | None:
    filled = {
        name: _nested(name, value)
        for name, value in zip(names, row, strict=True)
        if value is not None
    }
    return canonical_json(filled) if filled else None


def _nested(name: str, value: str) -> object:
    """JSON columns of a REST source are objects already; a CSV cell stays a string."""
    if name == "metadata" or name.startswith("unmapped."):
        return json.loads(value)
    return value
