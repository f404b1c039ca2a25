"""What the XML reader makes of references, odd values and input that means harm."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.edfi import EdfiXml
from adapters.edfi.limits import Limits
from adapters.edfi.xml.read import read
from adapters.formats import Unreadable
from schemas.finding import Finding

SPACE = 'xmlns="http://ed-fi.org/5.2.0"'
PERSON = "<Person><PersonId>7</PersonId><SourceSystem>s</SourceSystem></Person>"

TWICE = (
    '<Person id="X"><PersonId>7</PersonId></Person><Person id="X"><PersonId>8</PersonId></Person>'
    '<Student><PersonReference ref="X"/></Student>'
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(body: str, kind: str = "Student", name: str = "Student.xml") -> Path:
        path = tmp_path / name
        path.write_text(f"<Interchange{kind} {SPACE}>\n{body}\n</Interchange{kind}>", "utf-8")
        return path

    return written


def values(path: Path) -> list[dict[str, Any]]:
    return [each.values for each in EdfiXml("5.2").read(path)]


def refusal(path: Path, limits: Limits | None = None) -> Finding:
    with pytest.raises(Unreadable) as caught:
        list(read(path, "5.2", limits=limits or Limits()))
    [finding] = caught.value.findings
    return finding


SESSION = """
<Session{id}>
  <SessionName>Fall</SessionName><SchoolYear>2025-2026</SchoolYear>
  <BeginDate>2025-08-24</BeginDate><EndDate>2025-12-19</EndDate>
  <Term>uri://ed-fi.org/TermDescriptor#Fall Semester</Term>
  <TotalInstructionalDays>81</TotalInstructionalDays>
  <SchoolReference>{school}</SchoolReference>
</Session>"""
IDENTITY = "<SchoolIdentity><SchoolId>{0}</SchoolId></SchoolIdentity>"


def test_a_reference_by_id_may_lead_to_an_element_further_down(write: Write) -> None:
    period = f"""<GradingPeriod id="GP"><SchoolReference>{IDENTITY.format(9)}</SchoolReference>
      <GradingPeriod>g</GradingPeriod><GradingPeriodName>One</GradingPeriodName>
      <SchoolYear>2025-2026</SchoolYear></GradingPeriod>"""
    session = SESSION.format(id="", school=IDENTITY.format(9))
    session = session.replace("</Session>", '<GradingPeriodReference ref="GP"/></Session>')
    [first, _] = values(write(session + period, "EducationOrgCalendar"))
    assert first["gradingPeriods"] == [
        {
            "gradingPeriodReference": {
                "schoolId": 9,
                "gradingPeriodDescriptor": "g",
                "gradingPeriodName": "One",
                "schoolYear": 2026,
            }
        }
    ]


OFFERING = """
<CourseOffering><LocalCourseCode>A1</LocalCourseCode>
  <SchoolReference>{school}</SchoolReference>
  <SessionReference>{session}</SessionReference>
</CourseOffering>"""


def test_an_id_within_the_key_behind_another_id_is_followed(write: Write) -> None:
    section = """<Section><SectionIdentifier>S</SectionIdentifier>
      <CourseOfferingReference ref="CO"/></Section>"""
    session = (
        "<SessionIdentity><SessionName>Fall</SessionName><SchoolYear>2025-2026</SchoolYear>"
        '<SchoolReference ref="SCH"/></SessionIdentity>'
    )
    offering = OFFERING.format(school=IDENTITY.format(9), session=session)
    offering = offering.replace("<SchoolReference>", '<SchoolReference id="SCH">', 1)
    offering = offering.replace("<CourseOffering>", '<CourseOffering id="CO">')
    [first, _] = values(write(section + offering, "MasterSchedule"))
    assert first["courseOfferingReference"] == {
        "localCourseCode": "A1",
        "schoolId": 9,
        "schoolYear": 2026,
        "sessionName": "Fall",
    }


def test_a_school_may_stand_for_an_education_organization(write: Write) -> None:
    school = '<School id="S9"><SchoolId>9</SchoolId></School>'
    program = """<Program><EducationOrganizationReference ref="S9"/>
      <ProgramName>P</ProgramName></Program>"""
    [_, found] = values(write(school + program, "EducationOrganization"))
    assert found["educationOrganizationReference"] == {"educationOrganizationId": 9}


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ('<Student><PersonReference ref="P1"/></Student>', "ref", "has the id 'P1'"),
        (
            TWICE,
            "id",
            "stands twice",
        ),
        (
            '<Student id="X"><PersonReference ref="X"/></Student>',
            "ref",
            "is that of a record of students",
        ),
        ("<Student><Shoe>9</Shoe></Student>", "element", "Student has no element Shoe"),
        ("<Shoe/>", "element", "has no element Shoe"),
        ("<Student>loose<StudentUniqueId>1</StudentUniqueId></Student>", "stray", "beside"),
        (f"{PERSON} loose {PERSON}", "stray", "beside"),
        ('<Student kind="x"/>', "stray", "attribute"),
        ("<Student><StudentUniqueId><b/></StudentUniqueId></Student>", "element", "b"),
        (
            "<Student><StudentUniqueId>1</StudentUniqueId><StudentUniqueId>2</StudentUniqueId></Student>",
            "repeated",
            "twice",
        ),
        (
            "<Student><BirthData><MultipleBirthStatus>maybe</MultipleBirthStatus></BirthData></Student>",
            "value",
            "'maybe' is not true or false",
        ),
        ("<Student", "syntax", "not well-formed"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_line(
    write: Write, body: str, code: str, words: str
) -> None:
    found = refusal(write(body))
    assert found.code == f"edfi.{code}"
    assert words in found.problem
    assert (found.file, found.row is not None) == ("Student.xml", True)


def test_a_circle_of_ids_ends(write: Write) -> None:
    body = (
        '<SurveyReference id="B" ref="B"><SurveyIdentity/></SurveyReference>'
        '<SurveyQuestion><SurveyReference ref="B"/></SurveyQuestion>'
    )
    found = refusal(write(body, "Survey", "Survey.xml"))
    assert (found.code, "leads in a circle" in found.problem) == ("edfi.ref", True)


def test_two_values_for_one_part_of_a_key_are_refused(write: Write) -> None:
    session = (
        "<SessionIdentity><SessionName>Fall</SessionName><SchoolYear>2025-2026</SchoolYear>"
        f"<SchoolReference>{IDENTITY.format(8)}</SchoolReference></SessionIdentity>"
    )
    identity = (
        "<CourseOfferingIdentity><LocalCourseCode>A</LocalCourseCode><SchoolReference>"
        f"{IDENTITY.format(9)}</SchoolReference><SessionReference>{session}</SessionReference>"
        "</CourseOfferingIdentity>"
    )
    body = f"<Section><CourseOfferingReference>{identity}</CourseOfferingReference></Section>"
    assert "two different things for schoolId" in refusal(write(body, "MasterSchedule")).problem


def test_a_lookup_is_kept_and_written_as_it_stood(write: Write, tmp_path: Path) -> None:
    lookup = "<CourseLookup><CourseTitle>Art</CourseTitle></CourseLookup>"
    path = write(
        f"<CourseOffering><CourseReference>{lookup}</CourseReference></CourseOffering>",
        "MasterSchedule",
    )
    [found] = EdfiXml("5.2").read(path)
    assert found.values == {"courseReference": {"_lookup": {"CourseTitle": "Art"}}}
    EdfiXml("5.2").write(tmp_path / "out", [found])
    assert [each.values for each in EdfiXml("5.2").read(tmp_path / "out")] == [found.values]


def test_elements_that_json_folds_lie_in_the_record(write: Write) -> None:
    [found] = values(write("<Student><Name><FirstName> Ada </FirstName></Name></Student>"))
    assert found == {"firstName": " Ada "}


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "<!DOCTYPE x SYSTEM 'http://example.org/x.dtd'>",
        "<!-- a --><!doctype x>",
    ],
)
def test_a_doctype_is_refused_unread(tmp_path: Path, start: str) -> None:
    path = tmp_path / "Student.xml"
    path.write_text(f"{start}<InterchangeStudent {SPACE}>&a;</InterchangeStudent>")
    assert refusal(path).code in {"edfi.doctype", "edfi.syntax"}


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("http://ed-fi.org/6.1.0", "of Data Standard 6.1.0, not 5.2.0"),
        ("http://ed-fi.org/4.0.0", "of Data Standard 4.0.0, not 5.2.0"),
        ("http://example.org/", "not that of Ed-Fi"),
    ],
)
def test_another_namespace_is_refused_by_name(tmp_path: Path, space: str, words: str) -> None:
    path = tmp_path / "Student.xml"
    path.write_text(f'<InterchangeStudent xmlns="{space}"/>')
    assert words in refusal(path).problem


@pytest.mark.parametrize("content", [b"", b"   ", b"plain text", "<a/>".encode("utf-16"), b"\x00"])
def test_what_is_no_xml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Student.xml"
    path.write_bytes(content)
    assert refusal(path).file == "Student.xml"


def test_an_interchange_of_another_name_is_refused(write: Write) -> None:
    assert "no interchange of Data Standard 5.2" in refusal(write("", "Shoes")).problem


def test_deep_nesting_is_refused(write: Write) -> None:
    assert refusal(write("<a>" * 5000 + "</a>" * 5000)).code in {"edfi.syntax", "edfi.element"}


def test_a_record_that_does_not_end_is_refused_early(write: Write) -> None:
    body = f"<Student>{'<OtherName><FirstName>A</FirstName></OtherName>' * 20_000}</Student>"
    small = Limits(record_bytes=1 << 17)
    assert refusal(write(body), small).code == "edfi.record"


def test_an_endless_element_that_nobody_knows_is_refused_early(write: Write) -> None:
    small = Limits(record_bytes=1 << 17)
    assert refusal(write("<Shoe/>" * 60_000), small).code == "edfi.element"


def test_a_packed_file_and_an_archive_say_the_same(write: Write, tmp_path: Path) -> None:
    path = write(PERSON)
    packed, archive = tmp_path / "Student.xml.gz", tmp_path / "all.zip"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(archive, "w") as target:
        target.write(path, "night/Student.xml")
    assert (
        values(packed)
        == values(archive)
        == values(path)
        == [{"personId": "7", "sourceSystemDescriptor": "s"}]
    )


def test_a_packed_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Student.xml.gz"
    blanks = f"<InterchangeStudent {SPACE}>".encode() + b" " * (20 << 20)
    path.write_bytes(gzip.compress(blanks))
    assert refusal(path, Limits(record_bytes=64 << 20)).code == "edfi.bomb"


def test_a_cut_off_packed_file_is_refused(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "Cut.xml.gz"
    path.write_bytes(gzip.compress(write(PERSON * 50).read_bytes())[:-20])
    assert refusal(path).code == "edfi.gzip"


def test_a_folder_without_xml_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "edfi.empty"


def test_a_record_says_its_file_and_line(write: Write) -> None:
    [found] = EdfiXml("5.2").read(write(PERSON))
    assert found.where == "Student.xml, line 2"
