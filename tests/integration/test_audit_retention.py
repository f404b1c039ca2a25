"""References to a student are destroyed on request or on schedule, holds honoured, proof kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import World
from support.audit_log import ACT, AT, TENANT, audit_log, event, fill, verdict

from service.audit.event import About, Event
from service.audit.log import Log, record
from service.audit.register import events_from, who_has_seen
from service.audit.retention import Destroyed, destroy, destroy_due, why_kept
from service.errors import Held, NotFound
from service.store.access_tables import destroy_order
from service.store.audit_tables import audit_payload
from service.store.database import reading, writing

LATER = "2027-01-01T00:00:00.000Z"


@pytest.fixture
def log(engine: Engine, tmp_path: Path) -> Log:
    """Three events about three students, and one about two of them."""
    made = audit_log(tmp_path)
    fill(engine, made, 3)
    with writing(engine) as connection:
        both = (About("student-1", ("goal-1",)), About("student-2"))
        record(connection, made, event(7, about=both))
    return made


def add(engine: Engine, table: str, **values: Any) -> None:
    world = World()
    world.held(table, student_id="student-1", **values)
    with writing(engine) as connection:
        world.insert(connection)


def destroyed(engine: Engine, log: Log, **how: bool) -> Destroyed:
    with writing(engine) as connection:
        return destroy(connection, log, "student-1", ACT, basis="300.624", **how)


def ordered(engine: Engine, log: Log) -> list[Destroyed]:
    with writing(engine) as connection:
        return destroy_due(connection, log, ACT)


def events(engine: Engine) -> dict[int, Event]:
    with reading(engine) as connection:
        return dict(events_from(connection, TENANT, 1, 100))


def texts(engine: Engine) -> str:
    """Everything that the payloads say."""
    with reading(engine) as connection:
        return repr(connection.execute(sa.select(audit_payload)).all())


def test_the_student_is_gone_and_the_event_stays(engine: Engine, log: Log) -> None:
    assert destroyed(engine, log).parts == 2
    assert "student-1'" not in texts(engine)
    assert "goal-1" not in texts(engine)
    assert events(engine)[1].actor == "teacher-1"


def test_other_students_of_the_same_event_stay(engine: Engine, log: Log) -> None:
    destroyed(engine, log)
    assert events(engine)[4].students == ("student-2",)
    with reading(engine) as connection:
        assert len(who_has_seen(connection, TENANT, "student-2")) == 2


def test_with_the_whole_event_nothing_of_it_is_left(engine: Engine, log: Log) -> None:
    assert destroyed(engine, log, whole=True).parts == 3
    assert events(engine).keys() == {2, 3, 4, 5}


def test_what_the_student_did_is_gone_too(engine: Engine, log: Log) -> None:
    with writing(engine) as connection:
        record(connection, log, event(1, actor="ana", person="student-1"))
    destroyed(engine, log)
    assert "ana" not in texts(engine)
    assert verdict(engine, log).intact


def test_the_proof_tells_what_and_why(engine: Engine, log: Log) -> None:
    seq = destroyed(engine, log).seq
    assert seq is not None
    proof = events(engine)[seq]
    assert proof.erased == ((1, 1), (4, 1))
    assert (proof.basis, proof.reason, proof.about) == (("300.624",), ACT.reason, ())


def test_nobody_is_destroyed_twice(engine: Engine, log: Log) -> None:
    destroyed(engine, log)
    with pytest.raises(NotFound):
        destroyed(engine, log)


KEPT = {
    "legal hold": ("legal_hold", {"reason": "a suit"}),
    "inspection request": ("record_request", {"kind": "inspection"}),
}


@pytest.mark.parametrize("what", KEPT)
def test_nothing_is_destroyed_under(engine: Engine, log: Log, what: str) -> None:
    table, values = KEPT[what]
    add(engine, table, **values)
    with pytest.raises(Held, match=what):
        destroyed(engine, log)
    assert verdict(engine, log).destroyed == 0


ENDED = {
    "a hold that ended": ("legal_hold", {"reason": "a suit", "valid_to": AT}),
    "a hold yet to begin": ("legal_hold", {"reason": "a suit", "valid_from": LATER}),
    "an inspection that is over": ("record_request", {"kind": "inspection", "closed_at": AT}),
    "a request to amend": ("record_request", {"kind": "amendment"}),
}


@pytest.mark.parametrize("what", ENDED)
def test_nothing_is_kept_for(engine: Engine, log: Log, what: str) -> None:
    table, values = ENDED[what]
    add(engine, table, **values)
    with reading(engine) as connection:
        assert why_kept(connection, TENANT, "student-1", AT) == ()


def order(engine: Engine, **changes: Any) -> None:
    add(engine, "destroy_order", **{"section": "disclosureLog", "basis": "300.624", **changes})


def test_an_order_that_is_due_is_carried_out_once(engine: Engine, log: Log) -> None:
    order(engine)
    assert [one.parts for one in ordered(engine, log)] == [2]
    assert ordered(engine, log) == []
    with reading(engine) as connection:
        assert connection.execute(sa.select(destroy_order.c.done_at)).scalars().all() == [AT]


@pytest.mark.parametrize("changes", [{"due_at": LATER}, {"section": "careerGoals"}])
def test_other_orders_wait(engine: Engine, log: Log, changes: dict[str, str]) -> None:
    order(engine, **changes)
    assert ordered(engine, log) == []


def test_an_order_waits_for_the_end_of_a_hold(engine: Engine, log: Log) -> None:
    order(engine)
    add(engine, "legal_hold", reason="a suit")
    assert [one.kept for one in ordered(engine, log)] == [("legal hold legal_hold-1",)]


def test_the_log_is_kept_as_long_as_the_record(engine: Engine, log: Log) -> None:
    order(engine)
    world = World()
    world.person("student-1")
    with writing(engine) as connection:
        world.insert(connection)
    assert [one.kept for one in ordered(engine, log)] == [("the record itself",)]
