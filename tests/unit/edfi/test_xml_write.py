"""What the XML writer refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.edfi import EdfiXml
from adapters.edfi.refusal import Unwritable
from schemas.standards.shape import StandardRecord

STUDENT = {
    "studentUniqueId": "1",
    "firstName": "Ada",
    "lastSurname": "B",
    "birthDate": "2010-01-01",
}
SECTION = {"localCourseCode": "A", "schoolId": 9, "schoolYear": 2026, "sectionIdentifier": "S"}


def record(entity: str = "students", **values: Any) -> StandardRecord:
    return StandardRecord(
        entity, {**STUDENT, **values} if entity == "students" else values, "row 7"
    )


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (record(shoe=9), "students.shoe is no property"),
        (record(_ext={"x": 1}), "students._ext is no property"),
        (record(firstName="a\x00b"), "students.firstName holds a control character"),
        (record(firstName="a\ud800"), "students.firstName holds a control character"),
        (record(multipleBirthStatus="yes"), "students.multipleBirthStatus has a value"),
        (record(otherNames={}), "students.otherNames is no list"),
        (record(personReference="7"), "students.personReference is no object"),
        (record(personReference={"personId": "7"}), "sourceSystemDescriptor is missing"),
        (
            record("studentSectionAssociations", sectionReference=SECTION),
            "studentSectionAssociations.sectionReference.sessionName is missing",
        ),
        (record("schoolYearTypes", schoolYear=2026), "no interchange file that holds"),
        (record("ilp/planGoals"), "no interchange file that holds ilp/planGoals"),
    ],
)
def test_what_xml_cannot_say_is_refused_by_name_and_leaves_nothing(
    tmp_path: Path, broken: StandardRecord, words: str
) -> None:
    with pytest.raises(Unwritable) as caught:
        EdfiXml("5.2").write(tmp_path / "out", [record(), broken])
    [finding] = caught.value.findings
    assert words in finding.problem
    assert finding.file == "row 7"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FileExistsError):
        EdfiXml("5.2").write(tmp_path / "out", [record()])


def test_marks_of_xml_and_line_ends_come_back(tmp_path: Path) -> None:
    told = record(firstName='<A & "B">\r\nC\t\'', lastSurname=" é 漢 \U0001f393 ")
    EdfiXml("6.1").write(tmp_path / "out", [told])
    [found] = EdfiXml("6.1").read(tmp_path / "out")
    assert found.values == told.values


def test_files_are_named_after_their_interchange(tmp_path: Path) -> None:
    EdfiXml("5.2").write(tmp_path / "out", [record()])
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["Student.xml"]


@pytest.mark.parametrize("year", [0, 10000])
def test_a_school_year_that_no_reader_takes_is_not_written(tmp_path: Path, year: int) -> None:
    session = record("sessions", schoolYearTypeReference={"schoolYear": year}, sessionName="x")
    with pytest.raises(Unwritable, match=str(year)):
        EdfiXml("5.2").write(tmp_path / "out", [session])


def test_a_school_year_is_written_with_both_years(tmp_path: Path) -> None:
    session = record("sessions", schoolYearTypeReference={"schoolYear": 2000}, sessionName="x")
    EdfiXml("5.2").write(tmp_path / "out", [session])
    [path] = (tmp_path / "out").iterdir()
    assert "<SchoolYear>1999-2000</SchoolYear>" in path.read_text("utf-8")
