"""When two records turn out to be one person, everything that named the one names the other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World

from schemas.roster.entities import FIELDS
from service.act import Act
from service.review.matches import NAMING, STAYING, join_people
from service.settings import instant
from service.store.database import reading, writing
from service.store.tables import ROSTER, metadata, person_identifier

GONE, STAYS = "01-gone", "02-stays"
FILLING: dict[type, Any] = {str: "x", int: 1, bool: False, date: date(2026, 1, 1), bytes: b"x"}
TABLES = {
    one.name: one
    for one in metadata.sorted_tables
    if NAMING & set(one.c.keys()) and one.name not in STAYING
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def row_about(table: sa.Table, person: str) -> dict[str, Any]:
    """A row with something in every column that needs it, naming a person wherever it can."""
    needed = {one.name: FILLING[one.type.python_type] for one in table.c if not one.nullable}
    return {**needed, "tenant": TENANT, **dict.fromkeys(NAMING & set(table.c.keys()), person)}


@pytest.fixture
def joined(engine: Engine) -> Engine:
    """Each table with a row about somebody who is then found to be somebody else."""
    made = World()
    made.person(GONE)
    made.person(STAYS)
    with writing(engine) as connection:
        made.insert(connection)
        for table in TABLES.values():
            connection.execute(sa.insert(table).values(row_about(table, GONE)))
        connection.execute(sa.insert(person_identifier).values(row_about(person_identifier, GONE)))
        join_people(connection, TENANT, GONE, STAYS, Act("registrar", "one boy", instant(NOW)))
    return engine


def named(engine: Engine, table: sa.Table) -> set[str]:
    """Who is named in a table."""
    columns = [table.c[name] for name in NAMING & set(table.c.keys())]
    with reading(engine) as connection:
        return {str(one) for row in connection.execute(sa.select(*columns)) for one in row}


def test_every_table_follows(joined: Engine) -> None:
    behind = {name for name, table in TABLES.items() if named(joined, table) != {STAYS}}
    assert behind == set()


def test_identifiers_follow(joined: Engine) -> None:
    assert named(joined, person_identifier) == {STAYS}


def test_a_table_that_names_a_student_follows_or_stays_for_a_reason() -> None:
    columns = {"student_id", "person_id"}
    naming_one = {one.name for one in metadata.sorted_tables if columns & set(one.c.keys())}
    assert naming_one <= TABLES.keys() | STAYING.keys()
    assert naming_one >= STAYING.keys()


def test_every_reference_of_the_roster_is_followed() -> None:
    found = {(entity, one.name) for entity, fields in FIELDS.items() for one in fields
             if one.reference == "person"}  # fmt: skip
    assert {name for _, name in found} <= NAMING
    assert {entity for entity, _ in found} <= ROSTER.keys()
