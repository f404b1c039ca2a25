"""Whatever is written and whatever is touched: a log is whole exactly if nobody touched it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine
from support.audit_log import (
    ACT,
    AT,
    OURS,
    THEIRS,
    audit_log,
    change_part,
    change_row,
    copy,
    event,
    move,
    remove,
    reseal,
    set_counter,
    swap,
    tampering,
    verdict,
    vouch,
)

from service.audit.event import About, Event, Outcome
from service.audit.log import Log, record_all
from service.audit.retention import destroy
from service.errors import NotFound
from service.store.audit_tables import audit_event, audit_payload
from service.store.database import open_engine, writing

STUDENTS = ("ana", "ben", "cleo")
COLUMNS = ("at", "kind", "key_id", "parts", "commitment", "previous", "link")

texts = st.text(max_size=8)
events = st.builds(
    Event,
    at=st.just(AT),
    actor=texts,
    action=st.sampled_from(["read", "write", "export"]),
    outcome=st.sampled_from(Outcome),
    roles=st.lists(st.sampled_from(["TCH", "STU", "VRA"]), max_size=2).map(tuple),
    reason=texts,
    count=st.none() | st.integers(0, 9),
    about=st.lists(
        st.builds(About, st.sampled_from(STUDENTS), st.lists(texts, max_size=2).map(tuple)),
        max_size=3,
        unique_by=lambda one: one.student,
    ).map(tuple),
)
batches = st.lists(st.lists(events, max_size=5), min_size=1, max_size=5)


@contextmanager
def opened(template: Path) -> Iterator[tuple[Engine, Path]]:
    """A database and a folder of its own for each example."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "planbridge.db"
        shutil.copy(template, file)
        engine = open_engine(f"sqlite:///{file}")
        try:
            yield engine, Path(name)
        finally:
            engine.dispose()


def write(engine: Engine, log: Log, given_batches: list[list[Event]]) -> int:
    """Each batch in a transaction, a checkpoint after each; gives how many events there are."""
    for batch in given_batches:
        with writing(engine) as connection:
            record_all(connection, log, batch)
        vouch(engine, log)
    return sum(map(len, given_batches))


def erase(engine: Engine, log: Log, student: str) -> None:
    try:
        with writing(engine) as connection:
            destroy(connection, log, student, ACT, basis="300.624")
    except NotFound:
        return


@settings(max_examples=30)
@given(batches=batches, erased=st.lists(st.sampled_from(STUDENTS), max_size=3))
def test_what_nobody_touched_is_whole(
    sqlite_template: Path, batches: list[list[Event]], erased: list[str]
) -> None:
    with opened(sqlite_template) as (engine, folder):
        log = audit_log(folder)
        write(engine, log, batches)
        for student in erased:
            erase(engine, log, student)
        assert verdict(engine, log).faults == ()


def snapshot(connection: Connection) -> list[list[Any]]:
    """The log as it stands, row by row."""
    return [
        sorted(map(tuple, connection.execute(sa.select(table)).all()), key=repr)
        for table in (audit_event, audit_payload)
    ]


def tamper(connection: Connection, draw: Any, count: int) -> None:
    """One change of the log, at random."""
    seq, other = (draw(st.integers(1, count)) for _ in range(2))
    how = draw(st.sampled_from(["column", "body", "salt", "erase", "cut", *CHANGES]))
    if how == "column":
        name = draw(st.sampled_from(COLUMNS))
        change_row(connection, seq, **{name: 9 if name == "parts" else draw(texts_safe)})
    elif how == "body":
        change_part(connection, seq, 0, body=draw(texts_safe))
    elif how == "salt":
        change_part(connection, seq, 0, salt=draw(st.sampled_from(["", "zz", "00" * 32])))
    elif how == "erase":
        change_part(connection, seq, 0, salt=None, body=None, erased_by=other)
    elif how == "cut":
        remove(connection, seq, count)
        set_counter(connection, seq - 1)
    else:
        CHANGES[how](connection, seq, other, count)


texts_safe = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=8)
CHANGES = {
    "remove": lambda c, seq, other, count: remove(c, min(seq, other), max(seq, other)),
    "swap": lambda c, seq, other, count: swap(c, seq, other) if seq != other else None,
    "move": lambda c, seq, other, count: move(c, seq, count + other),
    "copy": lambda c, seq, other, count: copy(c, seq, count + 1),
    "reseal": lambda c, seq, other, count: reseal(c, THEIRS, seq),
    "forge": lambda c, seq, other, count: reseal(c, THEIRS, seq, key_id=OURS.id),
}


@given(batches=batches.filter(any), data=st.data())
@settings(max_examples=80)
def test_every_change_is_found(
    sqlite_template: Path, batches: list[list[Event]], data: st.DataObject
) -> None:
    with opened(sqlite_template) as (engine, folder):
        log = audit_log(folder)
        count = write(engine, log, batches)
        with tampering(engine) as connection:
            before = snapshot(connection)
            tamper(connection, data.draw, count)
            changed = snapshot(connection) != before
        assert verdict(engine, log).intact is not changed


@given(batches=batches.filter(any), data=st.data())
@settings(max_examples=30)
def test_every_older_copy_is_found(
    sqlite_template: Path, batches: list[list[Event]], data: st.DataObject
) -> None:
    with opened(sqlite_template) as (engine, folder):
        log = audit_log(folder)
        write(engine, log, batches[: data.draw(st.integers(0, len(batches) - 1))])
        copy_ = folder / "old"
        shutil.copytree(folder, copy_)
        before = write(engine, log, [[event(1)]])
        old = open_engine(f"sqlite:///{copy_ / 'planbridge.db'}")
        seen = verdict(old, log)
        old.dispose()
        assert (before, [one.kind for one in seen.faults]) == (1, ["restored"])


@pytest.mark.parametrize("seq", range(1, 6))
@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_of_every_row_counts(sqlite_template: Path, name: str, seq: int) -> None:
    with opened(sqlite_template) as (engine, folder):
        log = audit_log(folder)
        write(engine, log, [[event(number) for number in range(5)]])
        with tampering(engine) as connection:
            change_row(connection, seq, **{name: 7 if name == "parts" else "7"})
        assert seq in {one.first for one in verdict(engine, log).faults}
