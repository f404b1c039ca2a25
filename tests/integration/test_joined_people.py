"""When two records turn out to be one person, everything that named the one names the other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World
from support.audit_log import audit_log, event

from schemas.roster.entities import FIELDS
from service.act import Act
from service.audit.event import About
from service.audit.log import Log, record
from service.audit.register import who_has_seen
from service.audit.retention import destroy
from service.audit.verify import verify
from service.retention.holdings import holdings
from service.review.matches import NAMING, STAYING, join_people
from service.settings import instant
from service.store.audit_tables import audit_payload
from service.store.database import reading, writing
from service.store.tables import ROSTER, conflict, match_candidate, metadata, person_identifier

ACT = Act("registrar", "one boy", instant(NOW))
GONE, STAYS = "01-gone", "02-stays"
FILLING: dict[type, Any] = {str: "x", int: 1, bool: False, date: date(2026, 1, 1), bytes: b"x"}
TABLES = {
    one.name: one
    for one in metadata.sorted_tables
    if NAMING & set(one.c.keys()) and one.name not in STAYING
}


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
        join_people(connection, TENANT, GONE, STAYS, ACT)
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


# What was asked about them, and what the log says of them.


@pytest.fixture
def two(engine: Engine) -> Engine:
    """Two records of one person, and somebody else."""
    made = World()
    for person in (GONE, STAYS, "other"):
        made.person(person)
    with writing(engine) as connection:
        made.insert(connection)
    return engine


def asked(engine: Engine, table: sa.Table, **values: Any) -> None:
    """A question in the queue."""
    needed = {one.name: FILLING[one.type.python_type] for one in table.c if not one.nullable}
    with writing(engine) as connection:
        row = {**needed, "tenant": TENANT, "state": "open", **values}
        connection.execute(sa.insert(table).values(row))


def after(engine: Engine, table: sa.Table, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of the queue by number, once the two are one."""
    with writing(engine) as connection:
        join_people(connection, TENANT, GONE, STAYS, ACT)
        query = sa.select(*(table.c[one] for one in columns)).order_by(table.c.number)
        return [tuple(row) for row in connection.execute(query)]


def test_an_open_conflict_asks_about_the_record_that_stays_as_it_stands(two: Engine) -> None:
    about = {"entity": "person", "record_id": GONE, "field": "given_name"}
    asked(two, conflict, **about, ours="Lupi", theirs="Lupe")
    found = after(two, conflict, "record_id", "ours", "theirs", "state")
    assert found == [(STAYS, STAYS, "Lupe", "open")]  # the given name is the id in this world


def test_a_conflict_that_the_record_that_stays_settles_is_asked_no_more(two: Engine) -> None:
    about = {"entity": "person", "record_id": GONE, "field": "given_name"}
    asked(two, conflict, **about, ours="Lupi", theirs=STAYS)
    assert after(two, conflict, "record_id", "state") == [(STAYS, "agreed")]


def test_of_two_conflicts_about_one_field_one_is_left_open(two: Engine) -> None:
    for number, whose in enumerate((STAYS, GONE)):
        about = {"entity": "person", "record_id": whose, "field": "phone", "number": number}
        asked(two, conflict, **about, theirs="970-555-0100")
    assert after(two, conflict, "record_id", "state") == [(STAYS, "open"), (GONE, "joined")]


@pytest.mark.parametrize("state", ["open", "ours"])
def test_what_was_asked_about_the_plan_stays_with_the_plan(two: Engine, state: str) -> None:
    about = {"entity": "GOA.01", "record_id": GONE, "field": "g.text", "state": state}
    asked(two, conflict, **about)
    assert after(two, conflict, "record_id", "state") == [(STAYS, state)]


@pytest.mark.parametrize("pair", [(GONE, "other"), ("other", GONE)])
def test_who_is_who_is_asked_about_the_record_that_stays(
    two: Engine, pair: tuple[str, str]
) -> None:
    asked(two, match_candidate, record_id=pair[0], candidate_id=pair[1])
    ((one, another, state),) = after(two, match_candidate, "record_id", "candidate_id", "state")
    assert ({one, another}, state) == ({STAYS, "other"}, "open")


def test_the_same_question_is_not_asked_twice(two: Engine) -> None:
    pairs = [(STAYS, "other"), ("other", GONE), (GONE, STAYS)]
    for number, (one, another) in enumerate(pairs):
        asked(two, match_candidate, record_id=one, candidate_id=another, number=number)
    states = [state for (state,) in after(two, match_candidate, "state")]
    assert states == ["open", "joined", "joined"]


@pytest.fixture
def seen(two: Engine, tmp_path: Path) -> tuple[Engine, Log]:
    """One event about each record of the person, and one about both and somebody else."""
    log = audit_log(tmp_path)
    groups = [(GONE,), (STAYS,), (GONE, STAYS, "other"), ("other",)]
    with writing(two) as connection:
        for number, students in enumerate(groups, start=1):
            told = event(number, about=tuple(About(one) for one in students))
            record(connection, log, told)
        join_people(connection, TENANT, GONE, STAYS, ACT)
    return two, log


def test_the_register_follows(seen: tuple[Engine, Log]) -> None:
    with reading(seen[0]) as connection:
        found = who_has_seen(connection, TENANT, STAYS)
    assert [(one.seq, one.event.students) for one in found] == [
        (1, (GONE,)),
        (2, (STAYS,)),
        (3, (GONE, STAYS)),
    ]


def test_it_follows_a_second_time(seen: tuple[Engine, Log]) -> None:
    with writing(seen[0]) as connection:
        join_people(connection, TENANT, STAYS, "other", ACT)
        found = who_has_seen(connection, TENANT, "other")
    assert [one.seq for one in found] == [1, 2, 3, 4]


def test_what_the_log_says_of_both_is_destroyed_together(seen: tuple[Engine, Log]) -> None:
    engine, log = seen
    with writing(engine) as connection:
        destroy(connection, log, STAYS, ACT, basis="300.624", whole=True)
        left = connection.execute(sa.select(audit_payload.c.student_id)).scalars()
        assert set(left) == {"other", None}
        assert verify(connection, log, []).intact


def test_the_record_that_gave_way_goes_with_the_other(seen: tuple[Engine, Log]) -> None:
    with writing(seen[0]) as connection:
        for held in holdings(TENANT, STAYS):
            held.destroy(connection)
        left = connection.execute(sa.select(ROSTER["person"].c.id)).scalars().all()
    assert left == ["other"]
