"""Cells of a delivery read by the tables of the book are those that the nightly sync reads."""

from __future__ import annotations

import polars as pl
import pytest

from mappings.books import BOOKS
from mappings.engine.codecs import decode_column
from mappings.engine.compile_decode import decoded
from mappings.engine.model import Table
from mappings.engine.table import tables_in
from schemas.roster.entities import FIELDS

PACKAGE = "mappings.oneroster.v1p2"
ROSTER = [table for table in BOOKS["oneroster-1.2"].open().tables if table.subject in FIELDS]
CELLS = [
    " x ",
    "",
    None,
    "true",
    "2026-08-17",
    "2026-08-17T00:00:00Z",
    "8/17/2026",
    "2027",
    "Ninth",
]
CELLS += ["a, b", '["a, b"]', "{State:ST1}", "State=ST1", "09,9"]


@pytest.mark.parametrize("table", ROSTER, ids=lambda table: table.name)
def test_a_cell_is_read_alike(table: Table) -> None:
    codecs = {str(row.ours): row.codec for row in table.rows}
    cells = pl.Series("cells", CELLS, dtype=pl.String)
    for row in tables_in(PACKAGE)[table.entity].rows:
        codec = codecs[row.field]
        assert codec is not None
        assert decoded(codec, cells).equals(decode_column(row.codec, cells))
