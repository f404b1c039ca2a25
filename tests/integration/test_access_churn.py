"""Access follows relations at once: what ends, returns or moves is known to both forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World, at_work, district

from service.access.load import at_desk, load_rows, subject_of_person
from service.access.request import District
from service.access.students import Listing, count, page
from service.settings import instant
from service.store.access_tables import ACCESS, restriction, team_member
from service.store.database import reading, writing
from service.store.tables import ROSTER


@pytest.fixture
def school(engine: Engine) -> Engine:
    """Two schools of a district; `pupil` is taught by `teacher` and led by `principal`."""
    made = World()
    for id_, parent in (("d", None), ("s1", "d"), ("s2", "d")):
        made.roster("organization", id=id_, name=id_, type="school", parent_id=parent)
    made.student("pupil")
    made.student("other", org="s2")
    for role, person, org in (("parent", "mother", "d"), ("principal", "head", "s1")):
        made.person(person)
        made.roster("role", person_id=person, org_id=org, role=role)
    made.roster("class", id="c", title="c", school_id="s1")
    for id_, person, role in (("in", "pupil", "student"), ("by", "teacher", "teacher")):
        made.roster("enrollment", id=id_, class_id="c", school_id="s1", person_id=person, role=role)
    made.roster("relation", id="kin", person_id="pupil", agent_id="mother")
    made.held("team_member", id="m1", student_id="pupil", person_id="aide", version=1)
    with writing(engine) as connection:
        made.insert(connection)
    return engine


def sees(engine: Engine, who: str, section: str, place: District | None = None) -> bool:
    """Whether somebody can read a section of the pupil; the list has to say the same."""
    with reading(engine) as connection:
        subject = subject_of_person(connection, TENANT, who)
        desk = at_desk(connection, subject, at_work(), place or district())
        rows = load_rows(connection, desk, ["pupil"])["pupil"]
        listed = [row["id"] for row in page(connection, desk, Listing(section), 10).rows]
        assert count(connection, desk, Listing(section)) == len(listed)
    allowed = desk.case(rows).decide(section, "read").allowed
    assert allowed == ("pupil" in listed)
    return allowed


def change(engine: Engine, table: str, id_: str, **values: Any) -> None:
    of = ROSTER.get(table, ACCESS.get(table))
    assert of is not None
    with writing(engine) as connection:
        connection.execute(sa.update(of).where(of.c.id == id_).values(**values))


@pytest.mark.parametrize("state", ["missing", "detached"])
@pytest.mark.parametrize("enrollment", ["in", "by"])
def test_a_class_left_is_a_pupil_lost(school: Engine, enrollment: str, state: str) -> None:
    assert sees(school, "teacher", "careerGoals")
    change(school, "enrollment", enrollment, state=state)
    assert not sees(school, "teacher", "careerGoals")
    change(school, "enrollment", enrollment, state="active")
    assert sees(school, "teacher", "careerGoals")


def test_a_class_given_to_somebody_else(school: Engine) -> None:
    change(school, "enrollment", "by", person_id="substitute")
    assert [sees(school, who, "profile") for who in ("teacher", "substitute")] == [False, True]


def test_a_pupil_who_changes_school(school: Engine) -> None:
    assert sees(school, "head", "directory")
    change(school, "role", role_of(school, "pupil"), org_id="s2")
    assert not sees(school, "head", "directory")


def role_of(engine: Engine, person: str) -> str:
    role = ROSTER["role"]
    with reading(engine) as connection:
        query = sa.select(role.c.id).where(role.c.person_id == person)
        return str(connection.execute(query).scalar_one())


def test_a_school_that_moves_to_another_district_of_the_tenant(school: Engine) -> None:
    change(school, "role", role_of(school, "head"), org_id="d", role="districtAdministrator")
    assert sees(school, "head", "directory")
    change(school, "organization", "s1", parent_id="elsewhere")
    assert not sees(school, "head", "directory")


def test_ids_of_another_tenant_open_nothing(school: Engine) -> None:
    elsewhere = district(tenant="another")
    assert not sees(school, "teacher", "careerGoals", elsewhere)


def test_a_parent_removed_and_pointed_to_another_child(school: Engine) -> None:
    assert sees(school, "mother", "disability")
    change(school, "relation", "kin", person_id="other")
    assert not sees(school, "mother", "disability")


def test_a_relative_is_no_parent(school: Engine) -> None:
    change(school, "role", role_of(school, "mother"), role="relative")
    assert not sees(school, "mother", "directory")


def test_a_restriction_takes_everything_at_once(school: Engine) -> None:
    values = {"id": "r", "student_id": "pupil", "person_id": "mother", "evidence": "order"}
    with writing(school) as connection:
        row = {"tenant": TENANT, "valid_from": instant(NOW), **values}
        connection.execute(sa.insert(restriction).values(**row))
    assert not any(sees(school, "mother", section) for section in ("directory", "profile"))


def test_a_team_list_replaced(school: Engine) -> None:
    assert sees(school, "aide", "iepLink")
    with writing(school) as connection:
        connection.execute(sa.update(team_member).values(valid_to=instant(NOW)))
        row = {"tenant": TENANT, "id": "m2", "student_id": "pupil", "person_id": "nurse"}
        flags = {"version": 2, "employed": True, "represents_agency": False}
        made = sa.insert(team_member).values(**row, **flags, valid_from=instant(NOW))
        connection.execute(made)
    assert [sees(school, who, "iepLink") for who in ("aide", "nurse")] == [False, True]


@pytest.fixture
def covered(school: Engine) -> Engine:
    """`cover` stands in for `teacher` from yesterday until tomorrow."""
    made = World(count=1000)
    for id_ in ("cover", "teacher"):
        made.held("account", id=id_, kind="person", name=id_, person_id=id_, k12=False)
    day = timedelta(days=1)
    times = {"valid_from": instant(NOW - day), "valid_to": instant(NOW + day)}
    made.held("deputy", id="d1", account_id="cover", staff_id="teacher", **times)
    with writing(school) as connection:
        made.insert(connection)
    return school


def test_a_deputy_has_what_the_teacher_has(covered: Engine) -> None:
    assert [sees(covered, "cover", one) for one in ("careerGoals", "contacts")] == [True, False]
    assert not sees(covered, "teacher", "contacts")


@pytest.mark.parametrize(
    ("column", "days", "open_to"),
    [("valid_to", 0, False), ("valid_from", 0, True), ("valid_from", 0.1, False)],
)
def test_a_deputy_begins_and_ends(covered: Engine, column: str, days: float, open_to: bool) -> None:
    change(covered, "deputy", "d1", **{column: instant(NOW + timedelta(days=days))})
    assert sees(covered, "cover", "careerGoals") is open_to


def test_a_deputy_loses_the_class_with_the_teacher(covered: Engine) -> None:
    change(covered, "enrollment", "by", state="missing")
    assert not sees(covered, "cover", "careerGoals")


def test_a_deputy_gains_nothing_from_who_is_barred(covered: Engine) -> None:
    made = World(count=2000)
    made.held("restriction", student_id="pupil", person_id="teacher", evidence="order")
    with writing(covered) as connection:
        made.insert(connection)
    assert not sees(covered, "cover", "careerGoals")


def test_a_deputy_of_a_deputy_gets_nothing(covered: Engine) -> None:
    made = World(count=3000)
    made.held(
        "deputy", account_id="third", staff_id="cover", valid_to=instant(NOW.replace(year=2027))
    )
    made.held("account", id="third", kind="person", name="third", person_id="third", k12=False)
    with writing(covered) as connection:
        made.insert(connection)
    assert not sees(covered, "third", "careerGoals")


def test_the_same_relation_from_two_sources_ends_with_the_last(school: Engine) -> None:
    with writing(school) as connection:
        doubled = World()
        where = {"class_id": "c", "school_id": "s1", "person_id": "teacher"}
        doubled.roster("enrollment", id="by2", source="other", role="teacher", **where)
        doubled.insert(connection)
    change(school, "enrollment", "by", state="detached")
    assert sees(school, "teacher", "careerGoals")
    change(school, "enrollment", "by2", state="detached")
    assert not sees(school, "teacher", "careerGoals")


def test_a_birth_date_corrected(school: Engine) -> None:
    with writing(school) as connection:
        born = ROSTER["demographics"]
        of_pupil = sa.update(born).where(born.c.person_id == "pupil")
        connection.execute(of_pupil.values(birth_date=date(2000, 1, 1)))
    assert not sees(school, "mother", "profile")


def test_a_term_that_is_over_ends_the_class(school: Engine) -> None:
    dates = {"start_date": date(2026, 1, 1), "end_date": NOW.date(), "school_year": 2026}
    with writing(school) as connection:
        over = World()
        over.roster("academic_session", id="over", title="over", type="term", **dates)
        over.insert(connection)
    change(school, "class", "c", term_ids='["over"]')
    assert not sees(school, "teacher", "careerGoals")
