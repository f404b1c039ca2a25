"""The way in over columns: cells of a standard as values of ours.

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
from mappings.engine.errors import Unrepresentable


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
