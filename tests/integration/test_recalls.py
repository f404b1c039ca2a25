"""Files that lie with a career system: remembered once, called back once, on either database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import TENANT, World
from support.privacy_school import School, school_in

from adapters.cis.write import SetReport
from service.act import Act
from service.cis.recalls import left_behind, list_recalls, note_asked, note_files
from service.errors import Denied
from service.office import Window
from service.store.cis_tables import cis_file
from service.store.database import writing

DAY = "2026-01-0{}T00:00:00.000Z"


def send(school: School, day: int, *students: str) -> None:
    """A set with the same file of each of these students."""
    act = Act("site", "", DAY.format(day))
    window = Window(school.engine, school.log, act, "export deliver", "audit")
    with writing(school.engine) as connection:
        report = SetReport("generic", holders={"artifact-1.pdf": set(students)})
        note_files(connection, window, "nightly", report)


@pytest.fixture
def school(engine: Engine, tmp_path: Path) -> School:
    """A career system got a file of two students, and a day later that of one again."""
    made, world = school_in(engine, tmp_path), World(count=5000)
    world.held("account", id="site", kind="client", name="site", role="CIS", k12=False)
    with writing(engine) as connection:
        world.insert(connection)
    send(made, 1, "pupil", "other")
    send(made, 2, "pupil")
    return made


def test_a_file_is_remembered_once_with_its_first_and_last_set(school: School) -> None:
    of = cis_file.c
    query = sa.select(of.student_id, of.purpose, of.first_at, of.last_at).order_by(of.student_id)
    with writing(school.engine) as connection:
        found = [tuple(row) for row in connection.execute(query)]
        assert left_behind(connection, TENANT, "nightly", DAY.format(2)) == 1
    days = [DAY.format(day) for day in (1, 2)]
    assert found == [("other", "audit", days[0], days[0]), ("pupil", "audit", *days)]


def test_what_was_called_back_is_on_the_list_no_more(school: School) -> None:
    with school.visit("custodian") as visit:
        first, second = list_recalls(visit)
        note_asked(visit, first.id)
        assert list_recalls(visit) == [second]
        assert [one.asked_by for one in list_recalls(visit, every=True)] == ["custodian", ""]


def test_whose_files_were_listed_is_on_record(school: School) -> None:
    with school.visit("custodian") as visit:
        list_recalls(visit)
    [listed] = [one for one in school.events() if one.students]
    assert (listed.students, listed.roles) == (("other", "pupil"), ("PRV",))


def test_only_the_custodian_hears_what_lies_where(school: School) -> None:
    with pytest.raises(Denied, match="custodian of records"), school.visit("teacher") as visit:
        list_recalls(visit)
