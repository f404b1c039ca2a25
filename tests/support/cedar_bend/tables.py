"""The fixture district's tables while they are being made: rows by file and `sourcedId`."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

import polars as pl

Row = dict[str, str]
Tables = dict[str, dict[str, Row]]
"""File name -> `sourcedId` -> cells; blank cells are left out."""

T = TypeVar("T")

DISTRICT = "org-district"
ALDER = "org-alder"
BIRCH = "org-birch"
HIGH = "org-cedar"


def draw(key: str, below: int) -> int:
    """A number below `below` that depends on nothing but the key."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % below


def pick(key: str, choices: Sequence[T]) -> T:
    """One of the choices, always the same for the same key."""
    return choices[draw(key, len(choices))]


def put(tables: Tables, file: str, sourced_id: str, row: Row) -> None:
    """Add or replace one row."""
    cells = {column: value for column, value in row.items() if value}
    tables.setdefault(file, {})[sourced_id] = {"sourcedId": sourced_id, **cells}


def change(tables: Tables, file: str, sourced_id: str, cells: Row) -> None:
    """Change cells of a row that exists; an empty value blanks the cell."""
    put(tables, file, sourced_id, {**tables[file][sourced_id], **cells})


def packaged(tables: Tables) -> dict[str, pl.DataFrame]:
    """The tables as a package; every column that any row fills is a column of its file."""
    return {file: _frame(list(rows.values())) for file, rows in tables.items() if rows}


def _frame(rows: list[Row]) -> pl.DataFrame:
    columns = dict.fromkeys(column for row in rows for column in row)
    return pl.DataFrame(
        {column: [row.get(column) for row in rows] for column in columns},
        schema=dict.fromkeys(columns, pl.String()),
    )
