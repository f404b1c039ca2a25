"""Cells of a delivery read by the tables of the book are those that the nightly sync reads."""

from __future__ import annotations

import polars as pl
import pytest

from mappings.books import BOOKS
from mappings.engine.compile_decode import decode
from mappings.engine.compile_tree import NotInForm
from mappings.engine.decode import decode as nightly
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


def _rows(table: Table) -> pl.DataFrame:
    """Every awkward cell in every column, and a column that no table knows."""
    names = [row.targets[0].path.steps[0].name for row in table.rows]
    columns = {name: pl.Series(name, CELLS, dtype=pl.String) for name in names}
    ids = [f"r{number}" for number in range(len(CELLS))]
    return pl.DataFrame({**columns, "sourcedId": ids, "metadata.x": ids, "_row": range(len(CELLS))})


@pytest.mark.parametrize("table", ROSTER, ids=lambda table: table.name)
def test_a_delivery_is_read_alike(table: Table) -> None:
    rows, known = _rows(table), tables_in(PACKAGE)
    if table.entity not in known:
        pytest.fail(f"the nightly sync has no {table.entity}")
    before, now = nightly(known[table.entity], rows), decode(table, rows)
    assert now.frame.equals(before.frame)
    assert sorted(now.losses.rows(), key=str) == sorted(before.losses.rows(), key=str)


def test_a_table_of_no_roster_entity_is_refused() -> None:
    plan = next(table for table in BOOKS["oneroster-1.2"].open().tables if table.subject == "plan")
    with pytest.raises(NotInForm, match=plan.name):
        decode(plan, pl.DataFrame({"sourcedId": ["a"]}))
