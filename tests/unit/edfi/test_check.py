"""Each fault of a record is one finding that says where and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.edfi import EdfiJson, EdfiXml
from schemas.finding import Finding, Severity

SCHOOL = {"schoolId": 9}
STUDENT = {
    "studentUniqueId": "1",
    "firstName": "Ada",
    "lastSurname": "B",
    "birthDate": "2010-01-01",
}
SESSION = {
    "sessionName": "Fall",
    "beginDate": "2026-08-24",
    "endDate": "2026-12-18",
    "totalInstructionalDays": 80,
    "termDescriptor": "uri://ed-fi.org/TermDescriptor#Fall Semester",
    "schoolReference": SCHOOL,
    "schoolYearTypeReference": {"schoolYear": 2027},
}
OFFERING = {
    "localCourseCode": "A",
    "schoolReference": SCHOOL,
    "sessionReference": {"schoolId": 9, "schoolYear": 2027, "sessionName": "Fall"},
    "courseReference": {"courseCode": "A", "educationOrganizationId": 9},
}


def check(tmp_path: Path, entity: str, *records: dict[str, Any]) -> list[Finding]:
    target = tmp_path / "in"
    target.mkdir()
    lines = "".join(json.dumps(each) + "\n" for each in records)
    (target / f"{entity}.jsonl").write_text(lines)
    return list(EdfiJson("6.1").check(target))


@pytest.mark.parametrize(
    ("entity", "good"),
    [("students", STUDENT), ("sessions", SESSION), ("courseOfferings", OFFERING)],
)
def test_a_sound_record_has_no_finding(tmp_path: Path, entity: str, good: dict[str, Any]) -> None:
    assert check(tmp_path, entity, good) == []


@pytest.mark.parametrize(
    ("entity", "change", "code", "path"),
    [
        ("students", {"shoe": 1}, "unknown", "shoe"),
        ("students", {"firstName": None}, "missing", "firstName"),
        ("students", {"firstName": "  "}, "blank", "firstName"),
        ("students", {"firstName": "a" * 76}, "length", "firstName"),
        ("students", {"firstName": 7}, "type", "firstName"),
        ("students", {"firstName": 7.5}, "type", "firstName"),
        ("students", {"birthDate": "2010-02-30"}, "type", "birthDate"),
        ("students", {"birthDate": "2010-01-01T00:00:00Z"}, "type", "birthDate"),
        ("students", {"multipleBirthStatus": "true"}, "type", "multipleBirthStatus"),
        ("students", {"otherNames": {}}, "type", "otherNames"),
        ("students", {"otherNames": [{}]}, "missing", "otherNames[].firstName"),
        (
            "students",
            {"personReference": {"personId": "1", "x": 1}},
            "unknown",
            "personReference.x",
        ),
        ("sessions", {"totalInstructionalDays": "80"}, "type", "totalInstructionalDays"),
        ("sessions", {"totalInstructionalDays": True}, "type", "totalInstructionalDays"),
        ("sessions", {"totalInstructionalDays": -1}, "bounds", "totalInstructionalDays"),
        ("sessions", {"termDescriptor": "Fall"}, "descriptor", "termDescriptor"),
        ("sessions", {"termDescriptor": "uri://a/SexDescriptor#B"}, "descriptor", "termDescriptor"),
        ("courseOfferings", {"schoolReference": {"schoolId": 8}}, "unification", "schoolReference"),
        ("courseOfferings", {"schoolReference": 8}, "type", "schoolReference"),
    ],
)
def test_a_fault_is_named_with_its_path(
    tmp_path: Path, entity: str, change: dict[str, Any], code: str, path: str
) -> None:
    known: dict[str, dict[str, Any]] = {"students": STUDENT, "sessions": SESSION}
    good = known.get(entity, OFFERING)
    found = check(tmp_path, entity, {**good, **change})
    mine = [each for each in found if each.code == f"edfi.{code}"]
    assert mine
    assert (mine[0].column or "").startswith(f"{entity}.{path}")
    assert (mine[0].file, mine[0].row, mine[0].severity) == (f"{entity}.jsonl", 1, Severity.ROW)
    assert mine[0].fix


def test_a_second_record_with_the_same_key_is_found(tmp_path: Path) -> None:
    [found] = check(tmp_path, "students", STUDENT, {**STUDENT, "firstName": "Bea"})
    assert (found.code, found.row, found.value) == ("edfi.duplicate", 2, "1")


def test_a_decimal_in_quotation_marks_is_found(tmp_path: Path) -> None:
    record: dict[str, Any]
    key = {"localCourseCode": "A", "schoolId": 9, "schoolYear": 2027, "sessionName": "Fall"}
    for credits, codes in (("3.5", ["edfi.type"]), (3.5, [])):
        place = tmp_path / str(type(credits).__name__)
        place.mkdir()
        record = {
            "courseOfferingReference": key,
            "sectionIdentifier": "S",
            "availableCredits": credits,
        }
        assert [each.code for each in check(place, "sections", record)] == codes


def test_frequent_faults_are_told_twenty_times_and_then_counted(tmp_path: Path) -> None:
    many = [{**STUDENT, "studentUniqueId": str(n), "shoe": 1} for n in range(100)]
    found = check(tmp_path, "students", *many)
    assert len(found) == 21
    assert found[-1].count == 80


def test_input_that_cannot_be_read_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "Student.xml"
    path.write_text("<a")
    [found] = EdfiXml("6.1").check(path)
    assert found.severity is Severity.REFUSE


def test_official_schemas_explain_a_rejected_record(reference: Path, tmp_path: Path) -> None:
    path = tmp_path / "Student.xml"
    source = "<SourceSystem>uri://a/SourceSystemDescriptor#b</SourceSystem>"
    person = f"<Person>\n<PersonId>{{}}</PersonId>\n{source}\n</Person>\n"
    body = person.format("1") + person.format("x" * 40) + person.format("3")
    path.write_text(
        f'<InterchangeStudent xmlns="http://ed-fi.org/6.1.0">\n{body}</InterchangeStudent>'
    )
    [found] = EdfiXml("6.1").check(path, reference / "reference" / "edfi")
    assert (found.code, found.row) == ("edfi.schema", 7)
    assert "PersonId" in found.problem


def test_a_folder_without_the_official_schemas_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Student.xml"
    path.write_text('<InterchangeStudent xmlns="http://ed-fi.org/6.1.0"/>')
    [found] = EdfiXml("6.1").check(path, tmp_path)
    assert found.code == "edfi.schemas"


def test_official_json_schemas_refuse_what_is_not_theirs(reference: Path, tmp_path: Path) -> None:
    target = tmp_path / "in"
    target.mkdir()
    (target / "students.jsonl").write_text(json.dumps({**STUDENT, "shoe": 1}) + "\n")
    found = EdfiJson("5.2").check(target, reference / "reference" / "edfi" / "openapi")
    assert [each.code for each in found] == ["edfi.unknown", "edfi.schema"]
