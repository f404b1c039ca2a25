"""What is let out to files: on record before it is written, and of the moment of the decision."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT
from support.privacy_school import School, school_in

from service.act import Act
from service.audit.event import Outcome
from service.errors import Denied, Held
from service.office import Visit, Window, let_out
from service.office.sight import Sight
from service.roster import load_record
from service.settings import instant
from service.store.database import writing
from service.store.tables import ROSTER

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine, tmp_path: Path) -> School:
    return school_in(engine, tmp_path)


def window(school: School, who: str = "teacher") -> Window:
    return Window(school.engine, school.log, Act(who, "as decided", instant(NOW)), "a test")


def see(visit: Visit) -> Sight:
    return visit.see("pupil")


def test_it_is_on_record_before_it_is_written(school: School) -> None:
    with let_out(window(school), see):
        (event,) = school.events()
    assert (event.outcome, event.students) == (Outcome.ALLOWED, ("pupil",))
    assert len(school.events()) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_what_is_read_is_what_was_decided_on(school: School) -> None:
    person = ROSTER["person"]
    with let_out(window(school), see) as (visit, _):
        with writing(school.engine) as connection:
            connection.execute(sa.update(person).values(family_name="Secret"))
        read = load_record(visit.connection, TENANT, "person", "pupil")
    assert read["family_name"] == "Name"


@pytest.mark.parametrize("error", [Held("It is held.", "Look."), OSError(28), KeyboardInterrupt()])
def test_what_came_to_nothing_is_said_to(school: School, error: BaseException) -> None:
    with contextlib.suppress(BaseException), let_out(window(school), see):
        raise error
    assert [one.outcome for one in school.events()] == [Outcome.ALLOWED, Outcome.UNANSWERED]


def test_a_refusal_is_on_record_once(school: School) -> None:
    with pytest.raises(Denied), let_out(window(school, "stranger"), see):
        raise AssertionError("nothing is open")
    assert [one.outcome for one in school.events()] == [Outcome.DENIED]


def test_what_was_refused_before_is_not_refused_twice(school: School) -> None:
    def see_both(visit: Visit) -> Mapping[str, Sight]:
        return visit.see_all(["pupil", "other"])

    with contextlib.suppress(Held), let_out(window(school), see_both):
        raise Held("It is held.", "Look.")
    outcomes = [(one.outcome, one.students) for one in school.events()]
    assert outcomes.count((Outcome.DENIED, ("other",))) == 1
    assert outcomes[-1] == (Outcome.UNANSWERED, ("pupil",))
