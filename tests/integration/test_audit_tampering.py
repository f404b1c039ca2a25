"""Whoever owns the database and not the key is found out, and where; lawful erasure is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.audit_log import (
    ACT,
    AT,
    OURS,
    THEIRS,
    Tamper,
    audit_log,
    change_part,
    change_row,
    copy,
    event,
    fill,
    found,
    move,
    remove,
    reseal,
    set_counter,
    shift,
    swap,
    tampering,
    verdict,
    vouch,
)

from service.audit.keys import Keyring
from service.audit.log import Log, record
from service.audit.retention import destroy
from service.store.audit_tables import audit_event, audit_payload
from service.store.database import reading, writing
from service.store.tables import metadata


@pytest.fixture
def log(engine: Engine, tmp_path: Path) -> Log:
    """Eight events, the first six vouched for outside."""
    made = audit_log(tmp_path)
    fill(engine, made, 6)
    vouch(engine, made)
    fill(engine, made, 2, first=7)
    return made


def edit_payload(connection: Connection) -> None:
    change_part(connection, 3, 0, body='{"form":1,"actor":"nobody"}')


def edit_student(connection: Connection) -> None:
    change_part(connection, 3, 1, student_id="another")


def truncate_with_counter(connection: Connection) -> None:
    remove(connection, 5, 8)
    set_counter(connection, 4)


def insert_between(connection: Connection) -> None:
    shift(connection, 4, 8, 1)
    copy(connection, 3, 4, at="2026-01-01T00:00:00.000Z")
    set_counter(connection, 9)


def remove_and_close_the_gap(connection: Connection) -> None:
    remove(connection, 4, 4)
    shift(connection, 5, 8, -1)
    set_counter(connection, 7)


def append_a_copy(connection: Connection) -> None:
    copy(connection, 3, 9)
    set_counter(connection, 9)


def tear_out_a_payload(connection: Connection) -> None:
    connection.execute(sa.delete(audit_payload).where(audit_payload.c.seq == 3))


def erase_off_the_record(connection: Connection) -> None:
    change_part(connection, 3, 1, salt=None, body=None, student_id=None, erased_by=7)


MATRIX: dict[str, tuple[Tamper, list[tuple[str, int, int]]]] = {
    "edit the time": (
        lambda c: change_row(c, 3, at="2020-01-01T00:00:00.000Z"),
        [("edited", 3, 3)],
    ),
    "edit the link": (lambda c: change_row(c, 3, link="0" * 64), [("edited", 3, 3)]),
    "edit the payload": (edit_payload, [("edited", 3, 3)]),
    "edit who is found": (edit_student, [("edited", 3, 3)]),
    "delete one": (lambda c: remove(c, 3, 3), [("removed", 3, 3)]),
    "delete the first": (lambda c: remove(c, 1, 1), [("removed", 1, 1)]),
    "delete some": (lambda c: remove(c, 3, 5), [("removed", 3, 5)]),
    "delete one and close the gap": (
        remove_and_close_the_gap,
        [("removed", 4, 4), ("reordered", 4, 7)],
    ),
    "delete a payload": (tear_out_a_payload, [("removed", 3, 3)]),
    "erase a student off the record": (erase_off_the_record, [("removed", 3, 3)]),
    "insert between": (insert_between, [("inserted", 4, 4), ("reordered", 5, 9)]),
    "insert a copy at the end": (append_a_copy, [("inserted", 9, 9)]),
    "reorder neighbours": (lambda c: swap(c, 3, 4), [("reordered", 3, 3), ("reordered", 4, 4)]),
    "reorder far apart": (lambda c: swap(c, 1, 7), [("reordered", 1, 1), ("reordered", 7, 7)]),
    "move away": (lambda c: move(c, 3, 40), [("reordered", 40, 40)]),
    "truncate": (lambda c: remove(c, 5, 8), [("truncated", 5, 8)]),
    "truncate with the counter": (truncate_with_counter, [("restored", 5, 6)]),
    "truncate everything": (lambda c: remove(c, 1, 8), [("truncated", 1, 8)]),
    "re-key": (lambda c: reseal(c, THEIRS), [("rekeyed", 1, 8)]),
    "re-key the end": (lambda c: reseal(c, THEIRS, 7), [("rekeyed", 7, 8)]),
    "re-key under our name": (
        lambda c: reseal(c, THEIRS, key_id=OURS.id),
        [("edited", 1, 8)],
    ),
}


def places(faults: list[tuple[str, int, int]]) -> set[tuple[str, int]]:
    """Kind and place of every event that is wrong."""
    return {(kind, seq) for kind, first, last in faults for seq in range(first, last + 1)}


@pytest.mark.parametrize("what", MATRIX)
def test_it_is_found_and_located(engine: Engine, log: Log, what: str) -> None:
    tamper, expected = MATRIX[what]
    with tampering(engine) as connection:
        tamper(connection)
    assert places(found(engine, log)) == places(expected)


def test_a_log_that_nobody_touched_is_whole(engine: Engine, log: Log) -> None:
    seen = verdict(engine, log)
    assert (seen.intact, seen.events, seen.checkpoints, seen.vouched) == (True, 8, 1, 6)


def rows_of(engine: Engine) -> dict[sa.Table, list[Any]]:
    tables = [table for table in metadata.sorted_tables if table.name in ("counter", *AUDIT)]
    with reading(engine) as connection:
        return {
            table: list(connection.execute(sa.select(table)).mappings().all()) for table in tables
        }


AUDIT = ("audit_event", "audit_payload")


def put_back(engine: Engine, rows: dict[sa.Table, list[Any]]) -> None:
    """Restore a copy of the whole database, counter included."""
    with tampering(engine) as connection:
        for table, held in rows.items():
            connection.execute(sa.delete(table))
            connection.execute(sa.insert(table), [dict(row) for row in held])


def test_an_old_copy_is_found_out(engine: Engine, log: Log) -> None:
    old = rows_of(engine)
    fill(engine, log, 3, first=9)
    vouch(engine, log)
    put_back(engine, old)
    assert found(engine, log) == [("restored", 9, 11)]


def test_an_old_copy_that_went_on_is_found_out(engine: Engine, log: Log) -> None:
    old = rows_of(engine)
    fill(engine, log, 3, first=9)
    vouch(engine, log)
    put_back(engine, old)
    fill(engine, log, 5, first=20)
    assert found(engine, log) == [("restored", 11, 11)]


def test_a_key_of_their_own_does_not_fit_the_checkpoints(engine: Engine, log: Log) -> None:
    with tampering(engine) as connection:
        reseal(connection, THEIRS)
    theirs = Log(log.tenant, Keyring((THEIRS,)), log.checkpoints)
    assert found(engine, theirs) == [("rekeyed", 6, 6)]


def test_an_event_of_another_district_is_found_out(engine: Engine, log: Log) -> None:
    other = audit_log(log.checkpoints.parent, tenant="other")
    fill(engine, other, 3)
    with tampering(engine) as connection:
        remove(connection, 3, 3)
        for table in (audit_event, audit_payload):
            mine = sa.and_(table.c.tenant == "other", table.c.seq == 3)
            connection.execute(sa.update(table).where(mine).values(tenant=log.tenant))
    assert ("edited", 3, 3) in found(engine, log)


@pytest.mark.parametrize("line", [b'{"torn": ', b"\xff\xfe\n"])
def test_a_damaged_line_of_the_checkpoints_is_told(engine: Engine, log: Log, line: bytes) -> None:
    with log.checkpoints.open("ab") as file:
        file.write(line)
    assert [one.words for one in verdict(engine, log).faults] == [
        "line 2 of the checkpoints is torn or damaged"
    ]


def test_checkpoints_go_on_after_a_torn_line(engine: Engine, log: Log) -> None:
    with log.checkpoints.open("ab") as file:
        file.write(b'{"torn": ')
    vouch(engine, log)
    seen = verdict(engine, log)
    assert (seen.checkpoints, seen.vouched, len(seen.faults)) == (2, 8, 1)


def test_an_edited_checkpoint_is_told(engine: Engine, log: Log) -> None:
    text = log.checkpoints.read_text("utf-8")
    log.checkpoints.write_text(text.replace('"seq":6', '"seq":5'), "utf-8")
    assert found(engine, log) == [("checkpoint", 5, 5)]


def test_a_checkpoint_that_is_gone_is_missed_by_the_next(engine: Engine, log: Log) -> None:
    vouch(engine, log)
    lines = log.checkpoints.read_text("utf-8").splitlines(keepends=True)
    log.checkpoints.write_text(lines[1], "utf-8")
    assert found(engine, log) == [("checkpoint", 8, 8)]


def test_lawful_erasure_verifies(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        done = destroy(connection, log, "student-3", ACT, basis="300.624")
    seen = verdict(engine, log)
    assert (seen.intact, seen.destroyed, done.seq) == (True, 1, 9)


def test_destroyed_text_that_comes_back_is_told(engine: Engine, log: Log) -> None:
    old = rows_of(engine)[audit_payload]
    with writing(engine) as connection:
        destroy(connection, log, "student-3", ACT, basis="300.624")
    mine = next(row for row in old if (row["seq"], row["part"]) == (3, 1))
    with tampering(engine) as connection:
        change_part(connection, 3, 1, **mine)
    assert found(engine, log) == [("returned", 3, 3)]


def test_one_erasure_covers_no_other(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        seq = destroy(connection, log, "student-3", ACT, basis="300.624").seq
    with tampering(engine) as connection:
        gone = {"salt": None, "body": None, "student_id": None, "erased_by": seq}
        change_part(connection, 4, 1, **gone)
    assert found(engine, log) == [("removed", 4, 4)]


def test_the_record_of_an_erasure_cannot_be_erased(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        destroy(connection, log, "student-3", ACT, basis="300.624", whole=True)
        destroy(connection, log, "student-4", ACT, basis="300.624", whole=True)
    with tampering(engine) as connection:
        change_part(connection, 9, 0, salt=None, body=None, erased_by=10)
    assert {("removed", 3), ("edited", 9)} <= places(found(engine, log))


def test_a_change_of_keys_on_record_is_whole(engine: Engine, log: Log) -> None:
    both = audit_log(log.checkpoints.parent, OURS, THEIRS)
    with writing(engine) as connection:
        assert record(connection, both, event(9)) == 10
    vouch(engine, both)
    assert verdict(engine, both).intact


def test_a_change_of_keys_off_the_record_is_told(engine: Engine, log: Log) -> None:
    both = audit_log(log.checkpoints.parent, OURS, THEIRS)
    with tampering(engine) as connection:
        reseal(connection, THEIRS, 7)
    assert found(engine, both) == [("rekeyed", 7, 7)]


CHANGES = {
    "a row of the chain": "UPDATE audit_event SET at = 'x' WHERE seq = 3",
    "a row away": "DELETE FROM audit_event WHERE seq = 3",
    "a payload": "UPDATE audit_payload SET body = 'x' WHERE seq = 3",
    "a payload away": "DELETE FROM audit_payload WHERE seq = 3",
    "erasure without record": "UPDATE audit_payload SET salt = NULL, body = NULL,"
    " student_id = NULL, erased_by = 7 WHERE seq = 3",
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_database_itself_refuses(engine: Engine, log: Log, what: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="can only be"), writing(engine) as connection:
        connection.exec_driver_sql(CHANGES[what])
    assert verdict(engine, log).intact


@pytest.mark.parametrize("table", AUDIT)
def test_the_database_refuses_to_be_emptied(engine: Engine, log: Log, table: str) -> None:
    words = {"sqlite": f"REPLACE INTO {table} SELECT * FROM {table}", "postgresql": "TRUNCATE "}
    text = words[engine.dialect.name] + (table if engine.dialect.name == "postgresql" else "")
    with pytest.raises(sa.exc.DBAPIError, match="can only be"), writing(engine) as connection:
        connection.exec_driver_sql(text)
    assert verdict(engine, log).events == 8


def test_the_time_of_a_checkpoint_is_told(engine: Engine, log: Log) -> None:
    with tampering(engine) as connection:
        truncate_with_counter(connection)
    assert AT in verdict(engine, log).faults[0].words
