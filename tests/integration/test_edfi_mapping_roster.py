"""A roster beside the plans: one record for what both tell, and what plans alone cannot say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.edfi_hub import plans, roster

from mappings.edfi.bridge import book_of, v6p1
from mappings.engine.book import LOCAL_NAMESPACE
from mappings.engine.loss import Losses
from mappings.engine.paths import parse_path, read_at
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord


@pytest.fixture(scope="module")
def records(fixtures: Path) -> list[StandardRecord]:
    hub = roster(fixtures / "district" / "night1")
    whole = Hub(hub.frames, plans(fixtures / "plans"))
    return list(v6p1().write(whole, Losses(), Choice()))


def test_a_student_with_a_plan_is_written_once(records: list[StandardRecord]) -> None:
    students = Counter(
        each.values["studentUniqueId"] for each in records if each.entity == "students"
    )
    assert students["0001101"] == 1
    assert max(students.values()) == 1


def test_no_key_is_told_twice(records: list[StandardRecord]) -> None:
    shapes = book_of("mappings.edfi.v6p1", LOCAL_NAMESPACE).shapes
    keys = Counter(
        (each.entity, *(str(read_at(each.values, parse_path(path))) for path in shape.key))
        for each in records
        for shape in (shapes[each.entity],)
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_the_roster_tells_the_day_of_birth(records: list[StandardRecord]) -> None:
    back = v6p1().read(lambda: iter(records), Losses())
    names = [plan["profile"].get("name_and_grade", {}) for plan in back.plans]
    assert {each.get("legal_family_name") for each in names} == {
        *("O'Neil", "Herrera", "Ramírez", "Okafor")
    }


def test_without_a_roster_the_student_is_a_named_loss(fixtures: Path) -> None:
    losses = Losses()
    made = list(v6p1().write(Hub({}, plans(fixtures / "plans")), losses, Choice()))
    reasons = {key.reason for key in losses if key.subject == "PRO.02"}
    assert "students needs birthDate; $student.birth_date is absent" in reasons
    assert "students" not in {each.entity for each in made}
    assert "studentSchoolAssociations" in {each.entity for each in made}


def test_a_school_without_a_number_is_named_and_never_invented(fixtures: Path) -> None:
    plan = plans(fixtures / "plans")[0]
    for enrollment in plan["profile"]["enrollments"]:
        enrollment["school"]["identifier"]["value"] = "BHMS"
    losses = Losses()
    made = list(v6p1().write(Hub({}, [plan]), losses, Choice()))
    assert "studentSchoolAssociations" not in {each.entity for each in made}
    assert any("$student.school_id is absent" in key.reason for key in losses)


def _person_ids(records: list[StandardRecord]) -> list[str]:
    return sorted(v6p1().read(lambda: iter(records), Losses()).frame("person")["id"])


def test_what_is_read_has_the_same_ids_in_any_order(records: list[StandardRecord]) -> None:
    assert _person_ids(records) == _person_ids(records[::-1])
