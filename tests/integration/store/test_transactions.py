"""Everything inside a transaction happens, or nothing does; and a reader sees one moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.other_run import hear, other_run

from service.errors import Busy, Misconfigured
from service.store import database
from service.store.counters import advance, current
from service.store.database import open_engine, reading, writing
from service.store.tables import person_identifier

TENANT = "district"


def count(connection: Connection) -> int:
    query = sa.select(sa.func.count()).select_from(person_identifier)
    return int(connection.execute(query).scalar_one())


def add(connection: Connection, value: str) -> None:
    given = {"tenant": TENANT, "kind": "k", "value": value, "person_id": "p"}
    connection.execute(sa.insert(person_identifier).values(given))


def take_a_number(engine: Engine) -> None:
    with writing(engine) as connection:
        advance(connection, TENANT, "run")


def add_and_fail(engine: Engine) -> None:
    with writing(engine) as connection:
        add(connection, "1")
        raise ZeroDivisionError


def test_a_kill_in_the_middle_of_a_write_leaves_nothing(engine: Engine, database_url: str) -> None:
    with other_run("write", database_url) as other:
        assert hear(other) == "written"
        other.kill()
        other.wait()
    with reading(engine) as connection:
        assert (count(connection), current(connection, TENANT, "change")) == (0, 0)


def test_the_next_write_succeeds_after_a_kill(engine: Engine, database_url: str) -> None:
    with other_run("write", database_url) as other:
        hear(other)
    with writing(engine) as connection:
        assert advance(connection, TENANT, "change") == 1


def test_an_error_undoes_what_came_before(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        add_and_fail(engine)
    with reading(engine) as connection:
        assert count(connection) == 0


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with reading(engine) as reader:
        before = count(reader)
        with writing(engine) as writer:
            add(writer, "1")
        assert count(reader) == before


def test_a_reader_does_not_wait_for_a_writer(engine: Engine, database_url: str) -> None:
    with other_run("write", database_url) as other:
        hear(other)
        with reading(engine) as connection:
            assert count(connection) == 0


def test_a_writer_that_waits_too_long_says_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 1)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        advance(connection, TENANT, "run")
        with pytest.raises(Busy, match="Another process is writing"):
            take_a_number(engine)
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["", "planbridge.db", "mysql://localhost/x", "postgres://localhost/x", "oracle://x"]
)
def test_an_unusable_address_is_explained(url: str) -> None:
    with pytest.raises(Misconfigured, match="database_url"):
        open_engine(url)
