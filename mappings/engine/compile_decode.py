"""The way in over columns: cells of a standard as fields of a roster entity, and what was lost.

Cells come as a delivery has them: blanks around them do not count, an empty cell is absent.
"""

from __future__ import annotations

from functools import singledispatch

import polars as pl

from mappings.engine.codec.base import Codec
from mappings.engine.codec.lists import Cell
from mappings.engine.codec.named import Grade, UserIds
from mappings.engine.codec.scalars import Day, Integer, Text, Truth
from mappings.engine.codecs import canonical_json, decode_column, map_distinct
from mappings.engine.compile_tree import NotInForm
from mappings.engine.decode import LOSSES, Decoded, as_object, entity_schema
from mappings.engine.errors import Unrepresentable
from mappings.engine.model import Direction, Row, Table
from schemas.roster.entities import FIELDS

KEY = "sourcedId"


def decode(table: Table, rows: pl.DataFrame) -> Decoded:
    """Fields of the table's entity for rows of its file; references still hold the source's ids.

    What the table does not name rides along in `extras`. Raises NotInForm for a table that is not
    about a roster entity, or whose records are no rows.
    """
    required = {field.name for field in FIELDS.get(table.subject, ()) if field.required}
    if table.subject not in FIELDS or not table.is_at_root():
        raise NotInForm(f"{table.name}: makes no records of the roster")
    series, losses = [rows[KEY].rename("sourced_id")], []
    for row in table.rows:
        name = _field(row)
        if name == "id" or row.direction is Direction.OUT:
            continue
        cells = _cells(rows, row)
        values = decoded(row.codec, cells).rename(name) if row.codec else cells.rename(name)
        losses.append(_lost(rows[KEY], cells, values, name in required))
        series.append(values)
    series += _blank(table, rows.height, {each.name for each in series})
    series.append(_extras(table, rows))
    schema = entity_schema(table.subject)
    frame = pl.DataFrame(series).select(schema.names()).cast(schema)
    lost = pl.concat([LOSSES.to_frame(), *losses])
    fatal = lost.filter("fatal")["sourced_id"]
    return Decoded(frame.filter(~pl.col("sourced_id").is_in(fatal.implode())), lost)


def _field(row: Row) -> str:
    if row.rows or len(row.ours.steps) > 1 or len(row.targets) > 1:
        raise NotInForm(f"rows.{row.ours}: is no field that stands in one column")
    return str(row.ours)


def _cells(rows: pl.DataFrame, row: Row) -> pl.Series:
    column = row.targets[0].path.steps[0].name
    if column in rows.columns:
        return rows[column]
    return pl.Series(column, [None] * rows.height, dtype=pl.String)


def _blank(table: Table, height: int, made: set[str]) -> list[pl.Series]:
    """Fields that the standard does not say."""
    missing = (field.name for field in FIELDS[table.subject] if field.name not in made)
    return [pl.Series(name, [None] * height, dtype=pl.String) for name in missing]


def _lost(ids: pl.Series, cells: pl.Series, values: pl.Series, required: bool) -> pl.DataFrame:
    gap = values.is_null() & (cells.is_not_null() | pl.Series([required]))
    if not gap.any():
        return LOSSES.to_frame()
    return pl.DataFrame({"sourced_id": ids.filter(gap), "value": cells.filter(gap)}).select(
        "sourced_id", column=pl.lit(cells.name), value="value", fatal=pl.lit(required)
    )


def _extras(table: Table, rows: pl.DataFrame) -> pl.Series:
    known = {row.targets[0].path.steps[0].name for row in table.rows} | {KEY}
    known |= {path.split(".")[0].removesuffix("[]") for path in table.theirs_only}
    names = [name for name in rows.columns if name not in known and not name.startswith("_")]
    return as_object(rows, names).rename("extras")


@singledispatch
def decoded(codec: Codec, cells: pl.Series) -> pl.Series:
    """The values of a column of cells, null where a cell is blank or cannot be read."""
    return _one_by_one(codec, cells)


def _one_by_one(codec: Codec, cells: pl.Series) -> pl.Series:
    def read(cell: str) -> str | None:
        try:
            value = codec.decode(cell.strip())
        except Unrepresentable:
            return None
        return value if isinstance(value, str) else canonical_json(value)

    return map_distinct(cells, read)


@decoded.register
def _(codec: Text, cells: pl.Series) -> pl.Series:
    return decode_column("text", cells)


@decoded.register
def _(codec: Truth, cells: pl.Series) -> pl.Series:
    return decode_column("bool", cells)


@decoded.register
def _(codec: Day, cells: pl.Series) -> pl.Series:
    return decode_column("date", cells)


@decoded.register
def _(codec: Integer, cells: pl.Series) -> pl.Series:
    return decode_column("int", cells)


@decoded.register
def _(codec: UserIds, cells: pl.Series) -> pl.Series:
    if codec.names != UserIds().names:
        return _one_by_one(codec, cells)
    return decode_column("user_ids", cells)


@decoded.register
def _(codec: Cell, cells: pl.Series) -> pl.Series:
    return decode_column("grades" if isinstance(codec.item, Grade) else "list", cells)
