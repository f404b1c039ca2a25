"""Numbers without gaps, and the journal that they number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.store.bulk import fetch_frame
from service.store.counters import advance, current
from service.store.database import reading, writing
from service.store.journal import Entry, Stamp, owe, write_entries
from service.store.tables import change, outbox

STAMP = Stamp("district", "2025-11-21T02:00:00.000Z", run=1, plan=1)


def entry(count: int, action: str = "add", fields: list[str | None] | None = None) -> Entry:
    records = pl.Series([f"r{number}" for number in range(count)], dtype=pl.String)
    return Entry(action, "person", records, None if fields is None else pl.Series(fields))


def numbers(connection: Connection) -> list[int]:
    return list(connection.execute(sa.select(change.c.seq).order_by(change.c.seq)).scalars())


def advance_and_fail(engine: Engine) -> None:
    with writing(engine) as connection:
        advance(connection, "district", "run", 100)
        raise ZeroDivisionError


def test_nothing_was_counted_at_first(engine: Engine) -> None:
    with reading(engine) as connection:
        assert current(connection, "district", "run") == 0


def test_each_advance_gives_the_first_of_its_numbers(engine: Engine) -> None:
    with writing(engine) as connection:
        firsts = [advance(connection, "district", "run", by) for by in (1, 5, 1)]
        assert firsts == [1, 2, 7]
        assert current(connection, "district", "run") == 7


def test_counters_are_apart(engine: Engine) -> None:
    with writing(engine) as connection:
        advance(connection, "district", "run", 3)
        assert advance(connection, "district", "plan") == 1
        assert advance(connection, "another", "run") == 1


def test_a_transaction_that_fails_gives_its_numbers_back(engine: Engine) -> None:
    with writing(engine) as connection:
        advance(connection, "district", "run", 2)
    with pytest.raises(ZeroDivisionError):
        advance_and_fail(engine)
    with writing(engine) as connection:
        assert advance(connection, "district", "run") == 3


def test_two_transactions_never_take_the_same_number(engine: Engine) -> None:
    def take(_: int) -> int:
        with writing(engine) as connection:
            return advance(connection, "district", "run")

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(40))) == list(range(1, 41))


def test_journal_numbers_have_no_gaps(engine: Engine) -> None:
    for sizes in ([3, 0, 2], [], [60_000]):
        with writing(engine) as connection:
            write_entries(connection, STAMP, [entry(size) for size in sizes])
    with reading(engine) as connection:
        assert numbers(connection) == list(range(1, 60_006))


def test_a_journal_line_says_who_did_what_when(engine: Engine) -> None:
    with writing(engine) as connection:
        write_entries(connection, STAMP, [entry(1, fields=['{"sex": ["male", null]}'])])
        line = connection.execute(sa.select(change)).one()._asdict()
    assert line == {
        "tenant": "district",
        "seq": 1,
        "at": "2025-11-21T02:00:00.000Z",
        "run": 1,
        "plan": 1,
        "actor": "sync",
        "action": "add",
        "entity": "person",
        "record_id": "r0",
        "fields": '{"sex": ["male", null]}',
    }


def test_entries_without_fields_have_none(engine: Engine) -> None:
    with writing(engine) as connection:
        write_entries(connection, STAMP, [entry(2), entry(2, fields=["{}", None])])
        lines = fetch_frame(connection, sa.select(change.c.fields).order_by(change.c.seq))
    assert lines["fields"].to_list() == [None, None, "{}", None]


def test_a_local_edit_belongs_to_no_run(engine: Engine) -> None:
    stamp = Stamp("district", STAMP.at, actor="counselor")
    with writing(engine) as connection:
        write_entries(connection, stamp, [entry(1)])
        assert connection.execute(sa.select(change.c.run, change.c.plan)).one() == (None, None)


def test_a_plan_owes_its_lines_of_the_journal(engine: Engine) -> None:
    with writing(engine) as connection:
        write_entries(connection, STAMP, [entry(3)])
        write_entries(connection, replace(STAMP, plan=2), [entry(4), entry(1)])
        owe(connection, "district", "folder", plan=2, first=4)
        row = connection.execute(sa.select(outbox)).one()
    assert (row.sink, row.plan, row.first_seq, row.last_seq) == ("folder", 2, 4, 8)


def test_a_plan_without_changes_owes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        write_entries(connection, STAMP, [entry(3)])
        owe(connection, "district", "folder", plan=2, first=4)
        assert connection.execute(sa.select(outbox)).all() == []
