"""Records of ours as a frame: a column for each path, typed as the bulk forms ask for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl

from mappings.engine.codec.scalars import Day
from mappings.engine.compile_columns import holds_json
from mappings.engine.compile_frames import is_json_field
from mappings.engine.model import Table
from mappings.engine.paths import Tree, parse_path, read_at


def frame_of(table: Table, records: list[Tree]) -> pl.DataFrame:
    """The frame of some records, with every column that the table speaks of."""
    columns = {name: _column(table, name, records) for name in _names(table)}
    return pl.DataFrame(columns)


def _names(table: Table) -> list[str]:
    paths = [str(row.ours) for row in table.rows]
    paths += [str(each.path) for each in table.when]
    paths += [str(each.path) for row in table.rows for each in row.when]
    paths += [str(each.path) for each in table.assumed]
    return list(dict.fromkeys(["id", *paths, *table.ours_only]))


def _column(table: Table, name: str, records: list[Tree]) -> pl.Series:
    values = [read_at(ours, parse_path(name)) for ours in records]
    rows = [row for row in table.rows if str(row.ours) == name]
    if any(holds_json(row) for row in rows) or is_json_field(table.subject, name):
        values = [None if value is None else json.dumps(value) for value in values]
    elif any(isinstance(row.codec, Day) for row in rows) and all(map(_is_day, values)):
        values = [value and date.fromisoformat(value) for value in values]
        return pl.Series(name, values, dtype=pl.Date)
    dtypes = {bool: pl.Boolean, int: pl.Int64}
    kinds = {type(value) for value in values if value is not None}
    dtype = dtypes.get(kinds.pop(), pl.String) if len(kinds) == 1 else pl.String
    return pl.Series(name, values, dtype=dtype)


def _is_day(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) == 10)
