"""Keys that a roster gives to several: nobody gets another's records, and what stays is named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support.edfi_hub import roster

from mappings.edfi.bridge import v6p1
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord

_ONE, _OTHER = "stu-0001001", "stu-0001002"


@pytest.fixture
def night(fixtures: Path) -> Hub:
    return roster(fixtures / "district" / "night1")


def _with(hub: Hub, entity: str, **columns: pl.Expr) -> Hub:
    return Hub({**hub.frames, entity: hub.frame(entity).with_columns(**columns)}, [])


def _written(hub: Hub, entity: str) -> tuple[list[StandardRecord], Losses]:
    losses = Losses()
    made = v6p1().write(hub, losses, Choice())
    return [each for each in made if each.entity == entity], losses


def _count(losses: Losses, subject: str, path: str) -> int:
    found = (key for key in losses if (key.subject, key.path) == (subject, path))
    return sum(losses.counts[key] for key in found)


def _of_two_students() -> pl.Expr:
    return pl.col("id").is_in([_ONE, _OTHER])


@pytest.fixture
def same_number(night: Hub) -> Hub:
    shared = pl.when(_of_two_students()).then(pl.lit("7001")).otherwise("identifier")
    bare = pl.when(_of_two_students()).then(None).otherwise("user_ids")
    return _with(night, "person", identifier=shared, user_ids=bare)


def test_two_students_with_one_number_are_two(same_number: Hub) -> None:
    students, _ = _written(same_number, "students")
    keys = [each.values["studentUniqueId"] for each in students]
    assert {_ONE, _OTHER} <= set(keys)
    assert "7001" not in keys


def test_the_number_of_two_students_is_still_told_of_each(same_number: Hub) -> None:
    codes, _ = _written(same_number, "studentIdentificationCodes")
    told = {
        each.values["studentReference"]["studentUniqueId"]
        for each in codes
        if each.values["identificationCode"] == "7001"
    }
    assert told == {_ONE, _OTHER}


def test_a_plan_with_the_number_of_two_students_stays(same_number: Hub) -> None:
    plan = {"profile": {"identity": {"identifiers": [{"system": "local", "value": "7001"}]}}}
    losses = Losses()
    made = list(v6p1().write(Hub(same_number.frames, [plan]), losses, Choice()))
    assert "7001" not in {each.values.get("studentUniqueId") for each in made}
    assert _count(losses, "plan", "") == 1


def test_only_known_codes_of_states_become_descriptors(night: Hub) -> None:
    born = _with(night, "demographics", state_of_birth_abbreviation=pl.lit("Utopia"))
    students, losses = _written(born, "students")
    assert all("birthStateAbbreviationDescriptor" not in each.values for each in students)
    assert _count(losses, "demographics", "state_of_birth_abbreviation") == len(students)


def test_a_number_of_a_student_and_of_a_teacher_is_each_ones_own(night: Hub) -> None:
    teacher = night.frame("person").filter(pl.col("id") == "tch-2001")["identifier"].item()
    shared = pl.when(pl.col("id") == _ONE).then(pl.lit(teacher)).otherwise("identifier")
    students, _ = _written(_with(night, "person", identifier=shared), "students")
    assert teacher in {each.values["studentUniqueId"] for each in students}


def test_classes_that_share_a_code_are_told_apart(night: Hub) -> None:
    _, before = _written(night, "sections")
    same, losses = _written(_with(night, "class", class_code=pl.lit("A")), "sections")
    assert len({str(each.values) for each in same}) == len(_written(night, "sections")[0])
    assert _count(losses, "class", "class_code") > _count(before, "class", "class_code")


def test_a_second_record_of_a_key_is_a_loss(night: Hub) -> None:
    courses, losses = _written(_with(night, "course", course_code=pl.lit("A")), "courses")
    assert len(courses) == 1
    assert _count(losses, "course", "") == night.frame("course").height - 1


def test_the_ids_of_staff_that_stay_are_named(night: Hub) -> None:
    _, losses = _written(night, "staffs")
    assert _count(losses, "person", "id") == night.frame("person").height
    assert _count(losses, "person", "user_ids") == 35


def test_a_district_is_no_school_of_a_student(night: Hub) -> None:
    moved = _with(
        night, "role", org_id=pl.lit("org-district"), begin_date=pl.lit("2026-08-15").str.to_date()
    )
    assert _written(moved, "studentSchoolAssociations")[0] == []


def test_an_address_too_short_for_ed_fi_stays_and_is_named(night: Hub) -> None:
    made, losses = _written(_with(night, "person", email=pl.lit("a@b.c")), "studentDirectories")
    assert all("electronicMails" not in each.values for each in made)
    assert any(key.path == "email" and key.reason.startswith("shorter than 7") for key in losses)
