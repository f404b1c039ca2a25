"""Lists call people by name and number as far as these are open; the log tells whose were read."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.privacy_school import School, school_in

from service.office.names import called
from service.store.database import writing
from service.store.tables import ROSTER

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine, tmp_path: Path) -> School:
    made, person = school_in(engine, tmp_path), ROSTER["person"]
    with writing(engine) as connection:
        named = {"given_name": "Ada", "family_name": "Ash", "identifier": "0100"}
        connection.execute(sa.update(person).where(person.c.id == "pupil").values(named))
        told = {"given_name": "Mia", "family_name": "Ash", "identifier": None}
        connection.execute(sa.update(person).where(person.c.id == "mother").values(told))
    return made


def words(school: School, who: str, *people: str) -> list[str]:
    with school.visit(who) as visit:
        return [str(one) for one in called(visit, people).values()]


@pytest.mark.parametrize("who", ["custodian", "mother", "teacher"])
def test_a_student_is_called_by_name_and_number(school: School, who: str) -> None:
    assert words(school, who, "pupil") == ["Ada Ash (0100)"]


def test_whom_one_may_not_know_is_called_by_the_id(school: School) -> None:
    assert words(school, "stranger", "pupil") == ["pupil"]
    assert all(event.students == () for event in school.events())


def test_a_name_that_was_told_is_on_the_log(school: School) -> None:
    words(school, "custodian", "pupil", "other")
    [event] = [one for one in school.events() if one.students]
    assert event.students == ("other", "pupil")
    assert event.fields == ("person.family_name", "person.given_name", "person.identifier")


def test_family_is_called_by_name_and_an_account_by_its_own(school: School) -> None:
    assert words(school, "custodian", "mother", "career site") == ["career site", "Mia Ash"]
    assert all(event.students == () for event in school.events())
