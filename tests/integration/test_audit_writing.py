"""Events are written with what they record, one after the other, whoever else writes or dies."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.audit_log import AT, OURS, THEIRS, audit_log, event, fill, verdict, vouch

from service.audit.checkpoints import last_checkpoint, recording
from service.audit.event import Event
from service.audit.keys import VARIABLE
from service.audit.log import Log, open_log, record, record_all
from service.errors import Held, Invalid, Misconfigured
from service.settings import Settings
from service.store.audit_tables import audit_event
from service.store.database import open_engine, writing
from service.store.tables import counter


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return audit_log(tmp_path)


def emergency() -> Event:
    return event(roles=("MEN",), basis=("99.31(a)(10)",))


def append_and_fail(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        record(connection, log, event())
        raise LookupError


def test_an_event_falls_with_its_transaction(engine: Engine, log: Log) -> None:
    with pytest.raises(LookupError):
        append_and_fail(engine, log)
    fill(engine, log, 2)
    assert (verdict(engine, log).intact, verdict(engine, log).events) == (True, 2)


def test_one_by_one_and_all_at_once_make_the_same_numbers(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        assert record_all(connection, log, [event(n) for n in range(200)]) == range(1, 201)
        assert record(connection, log, event()) == 201
    assert verdict(engine, log).events == 201


def test_no_events_are_none(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        assert record_all(connection, log, []) == range(0)


def test_writers_at_once_wait_for_each_other(engine: Engine, log: Log) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: fill(engine, log, 3, first=3 * at), range(20)))
    seen = verdict(engine, log)
    assert (seen.intact, seen.events) == (True, 60)


def test_checkpoints_are_written_as_events_pass(engine: Engine, tmp_path: Path) -> None:
    log = audit_log(tmp_path, every=10)
    for number in range(25):
        with recording(engine, log) as connection:
            record(connection, log, event(number))
    seen = verdict(engine, log)
    assert (seen.intact, seen.checkpoints, seen.vouched) == (True, 2, 20)


def test_checkpoints_at_once_follow_each_other(engine: Engine, tmp_path: Path) -> None:
    log = audit_log(tmp_path, every=1)

    def write(number: int) -> None:
        with recording(engine, log) as connection:
            record(connection, log, event(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    seen = verdict(engine, log)
    assert (seen.intact, seen.vouched) == (True, 20)


def test_no_checkpoint_where_nothing_was_added(engine: Engine, log: Log) -> None:
    fill(engine, log, 1)
    assert vouch(engine, log)
    assert vouch(engine, log) is None


def test_no_checkpoint_for_an_old_copy(engine: Engine, log: Log) -> None:
    fill(engine, log, 3)
    other = audit_log(log.checkpoints.parent, tenant="other")
    fill(engine, other, 5)
    vouch(engine, other)
    with pytest.raises(Held, match="old copy"):
        vouch(engine, Log(log.tenant, log.keys, other.checkpoints))


@pytest.mark.parametrize("wait", ["append", "commit"])
def test_killed_between_append_and_commit(
    database_url: str, log: Log, wait: str, tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    fill(engine, log, 3)
    vouch(engine, log)
    engine.dispose()
    child = os.fork()
    if child == 0:
        die(database_url, log, committed=wait == "commit")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    engine = open_engine(database_url)
    fill(engine, log, 2)
    vouch(engine, log)
    seen = verdict(engine, log)
    engine.dispose()
    assert (seen.intact, seen.events) == (True, 9 if wait == "commit" else 5)


def die(url: str, log: Log, *, committed: bool) -> None:
    engine = open_engine(url)
    with writing(engine) as connection:
        record_all(connection, log, [event(n) for n in range(4)])
        if not committed:
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_log_without_its_end_is_not_continued(engine: Engine, log: Log) -> None:
    fill(engine, log, 3)
    with writing(engine) as connection:
        connection.execute(sa.update(counter).values(value=7))
    with pytest.raises(Held, match="does not end"):
        fill(engine, log, 1)


def test_a_new_key_continues_only_with_the_old(engine: Engine, log: Log) -> None:
    fill(engine, log, 3)
    with pytest.raises(Misconfigured, match=OURS.id):
        fill(engine, audit_log(log.checkpoints.parent, THEIRS), 1)
    fill(engine, audit_log(log.checkpoints.parent, OURS, THEIRS), 1)
    assert verdict(engine, audit_log(log.checkpoints.parent, OURS, THEIRS)).events == 5


def test_an_emergency_names_its_threat(engine: Engine, log: Log) -> None:
    with pytest.raises(Invalid, match="threat"), writing(engine) as connection:
        record(connection, log, emergency())


def settings(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, data=folder / "data")


def test_a_district_gets_its_key_once(database_url: str, engine: Engine, tmp_path: Path) -> None:
    first = open_log(settings(database_url, tmp_path), engine)
    assert open_log(settings(database_url, tmp_path), engine) == first
    assert first.checkpoints == tmp_path / "data" / "audit" / "district.checkpoints"


def test_a_lost_key_is_not_made_anew(database_url: str, engine: Engine, tmp_path: Path) -> None:
    fill(engine, open_log(settings(database_url, tmp_path), engine), 1)
    (tmp_path / "data" / "audit" / "audit.key").unlink()
    with pytest.raises(Misconfigured, match="is gone"):
        open_log(settings(database_url, tmp_path), engine)


def test_no_key_is_in_the_database_or_the_checkpoints(
    engine: Engine, log: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, OURS.secret.hex())
    fill(engine, log, 2)
    vouch(engine, log)
    with engine.connect() as connection:
        told = repr(connection.execute(sa.select(audit_event)).all())
    assert OURS.secret.hex() not in told + log.checkpoints.read_text("utf-8")


def test_a_checkpoint_says_where_the_log_stood(engine: Engine, log: Log) -> None:
    fill(engine, log, 5)
    vouch(engine, log)
    line = json.loads(log.checkpoints.read_text("utf-8"))
    assert (line["seq"], line["count"], line["at"], line["key_id"]) == (5, 5, AT, OURS.id)
    assert last_checkpoint(log.checkpoints) is not None
