"""The mapping tables leave no column of the standard and no field of ours unaccounted for."""

from __future__ import annotations

import pytest

from mappings.engine.errors import MappingTableError
from mappings.engine.table import parse_table, tables_in
from schemas.roster.entities import FIELDS
from schemas.standards.oneroster import files

TABLES = tables_in("mappings.oneroster.v1p2", "mappings.oneroster.v1p1")
MINIMAL = """
entity = "orgs"
ours = "organization"
[rows]
name = { to = "name", codec = "text" }
type = { to = "type", codec = "text" }
identifier = { to = "identifier", codec = "text" }
parent_id = { to = "parentSourcedId", codec = "ref" }
"""


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("name", sorted(TABLES.keys() & files("1.2").keys()))
def test_every_column_of_the_standard_is_accounted_for(name: str, version: str) -> None:
    columns = {column.name for column in files(version).get(name, ())}
    assert columns <= TABLES[name].columns


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_field_of_ours_is_accounted_for(name: str) -> None:
    table = TABLES[name]
    known = {field.name for field in FIELDS[table.entity]}
    assert {row.field for row in table.rows} | set(table.ours_only) == known


def test_a_reference_row_knows_what_it_refers_to() -> None:
    rows = [row for table in TABLES.values() for row in table.rows if "reference" in row.codec]
    assert rows
    assert all(row.reference in FIELDS for row in rows)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = { to = "name", codec = "text" }\n', "", "no row for name"),
        ("identifier =", "identity =", "no field 'identity'"),
        ('codec = "ref"', 'codec = "guess"', "no codec 'guess'"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(before: str, after: str, said: str) -> None:
    with pytest.raises(MappingTableError, match=said):
        parse_table(MINIMAL.replace(before, after))
