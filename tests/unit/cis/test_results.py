"""Files of results are read as entries: ours come back equal, theirs with every fault named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cis_pupils import ASKED, DISTRICT, FORMULA, zoe, zoe_plan

from adapters.cis.places import FolderPlace
from adapters.cis.source import CisSource
from adapters.cis.write import write_set
from adapters.port import Reading
from adapters.shelf import Shelf
from mappings.cis.inward import typed
from mappings.cis.layout import layout_names, shipped_layout
from schemas.finding import Severity
from schemas.ilp.entry import BOOKKEEPING

COURSES = "Student_ID,First_Name,Last_Name,Course_ID,Course_Name,Grade_Level,Term,Credits\n"


def read(folder: Path, layout: str, shelf: Path) -> dict[str, Reading]:
    source = CisSource("xello", FolderPlace(folder), shipped_layout(layout, "results"))
    delivery = source.fetch(Shelf(shelf), {})
    return {name: source.read(delivery, name) for name in delivery.files}


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row | {"values": json.loads(row["values"])} for row in reading.frame.to_dicts()]


def lay(folder: Path, name: str, text: str) -> Path:
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def _said(entry: Any) -> dict[str, Any]:
    return {name: value for name, value in entry if name not in BOOKKEEPING and value}


@pytest.mark.parametrize(("file", "element"), [("assessments.csv", "ASM.01")])
def test_what_we_write_comes_back_equal(tmp_path: Path, file: str, element: str) -> None:
    write_set(shipped_layout("generic"), tmp_path / "out", [zoe()], ASKED, DISTRICT)
    [row] = rows(read(tmp_path / "out", "generic", tmp_path / "shelf")[file])
    [ours] = zoe_plan().entries(element)
    assert _said(typed(element, row["values"])) == _said(ours)
    assert row["key"] == ours.id


def test_a_formula_comes_back_as_it_was(tmp_path: Path) -> None:
    write_set(shipped_layout("generic"), tmp_path / "out", [zoe()], ASKED, DISTRICT)
    found = rows(read(tmp_path / "out", "generic", tmp_path / "shelf")["planned_courses.csv"])
    assert [row["values"]["title"] for row in found] == [FORMULA, "Physics"]


def test_a_course_plan_of_naviance_is_read(tmp_path: Path) -> None:
    text = COURSES + "0000123,Zoë,Ash,0101,Algebra I,9,S1,1.0\n"
    name = "NavianceStudentCoursePlansCedarBend_2026-2027.csv"
    [row] = rows(read(lay(tmp_path / "in", name, text), "naviance", tmp_path / "shelf")[name])
    assert json.loads(row["ids"]) == {"local_id": "0000123"}
    assert row["values"]["status"] == "planned"
    assert row["values"]["grade_level"]["code"] == "09"


def test_scores_in_columns_become_scores(tmp_path: Path) -> None:
    head = "StudentID,XelloID,Assessment,DateCompleted,Realistic,Social\n"
    folder = lay(tmp_path / "in", "Interests.csv", head + "1,x7,Matchmaker,2026-10-01,12,30\n")
    [row] = rows(read(folder, "xello", tmp_path / "shelf")["Interests.csv"])
    assert row["account"] == "x7"
    assert {one["scale"]: one["value"] for one in row["values"]["scores"]} == {"R": "12", "S": "30"}


def test_two_accounts_of_a_student_say_the_same_entry(tmp_path: Path) -> None:
    head = "StudentID,XelloID,Career\n"
    folder = lay(tmp_path / "in", "SavedCareers.csv", head + "1,x7,Nurse\n1,x8,Nurse\n")
    found = rows(read(folder, "xello", tmp_path / "shelf")["SavedCareers.csv"])
    assert len({row["entry"] for row in found}) == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,A,B,0101,Algebra,,S1,1", "Grade_Level"),
        ("1,A,B,0101,Algebra,99,S1,1", "Grade_Level"),
        (",A,B,0101,Algebra,9,S1,1", "Student_ID"),
        ("1\x002,A,B,0101,Algebra,9,S1,1", "Student_ID"),
        (f"{'1' * 300},A,B,0101,Algebra,9,S1,1", "Student_ID"),
        ("1,A,B,,Algebra,9,S1,1", "Course_ID"),
        ("1,A,B,0101,Algebra,9,S1,-1", "credits"),
        ("1,A,B,0101,Algebra,9,S1,many", "credits"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_column(
    tmp_path: Path, row: str, column: str
) -> None:
    name = "NavianceStudentCoursePlansX.csv"
    folder = lay(tmp_path / "in", name, f"{COURSES}{row}\n2,C,D,0101,Algebra,9,S1,1\n")
    reading = read(folder, "naviance", tmp_path / "shelf")[name]
    [finding] = reading.findings
    assert (finding.severity, finding.row, finding.column) == (Severity.ROW, 2, column)
    assert reading.frame["account"].to_list() == ["2"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a,b\n1,2\n", "lacks the columns"),
        (COURSES.encode(), "no rows"),
        (b"Student_ID,Student_ID\n1,1\n", "twice"),
        (COURSES.encode() + b"1,2\n", "cells in row 2"),
        (COURSES.encode() + b'1,"A,B,0101,Algebra,9,S1,1\n', "no delimited text"),
        (COURSES.encode() + b"1," + b"x" * 200_000 + b",B,1,A,9,S1,1\n", "no delimited text"),
        (b"Student_ID\n\x80\x81\n", "UTF-8"),
        (b"\x00" * 100, "no rows"),
    ],
)
def test_a_hostile_file_ends_in_one_finding(tmp_path: Path, data: bytes, word: str) -> None:
    name = "NavianceStudentCoursePlansX.csv"
    folder = lay(tmp_path / "in", name, "")
    (folder / name).write_bytes(data)
    reading = read(folder, "naviance", tmp_path / "shelf")[name]
    [finding] = reading.findings
    assert word in finding.problem
    assert finding.severity >= Severity.HOLD


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_lines_are_counted_however_they_end(tmp_path: Path, end: str, encoding: str) -> None:
    folder = lay(tmp_path / "in", "NavianceStudentCoursePlansX.csv", "")
    # In UTF-16 both letters of the second row hold the byte of a line end.
    text = f"a,b{end}\u0a02,\u010a{end}3,4{end}"
    (folder / "NavianceStudentCoursePlansX.csv").write_bytes(text.encode(encoding))
    source = CisSource("naviance", FolderPlace(folder), shipped_layout("naviance", "results"))
    memory = source.fetch(Shelf(tmp_path / "shelf"), {}).memory
    assert [memory[name] for name in memory if name.startswith("lines:")] == ["3"]


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";"])
def test_any_usual_delimiter_is_read(tmp_path: Path, delimiter: str) -> None:
    name = "NavianceStudentCoursePlansX.csv"
    text = (COURSES + "1,A,B,0101,Algebra,9,S1,1\n").replace(",", delimiter)
    folder = lay(tmp_path / "in", name, text)
    assert read(folder, "naviance", tmp_path / "shelf")[name].frame.height == 1


SAVED = "student_id,entry_id,kind,title\n1,e1,occupation,Nurse\n"


def test_an_entry_that_is_said_otherwise_later_in_the_file_is_told(tmp_path: Path) -> None:
    folder = lay(tmp_path / "in", "saved.csv", f"{SAVED}1,e1,occupation,Midwife\n")
    reading = read(folder, "generic", tmp_path / "shelf")["saved.csv"]
    [finding] = reading.findings
    assert (finding.code, finding.row, finding.count) == ("cis.twice", 3, 1)
    assert reading.frame.height == 1


@pytest.mark.parametrize("scale", ["R,9", "I,2"])
def test_a_row_of_another_student_is_not_put_to_the_entry_of_the_first(
    tmp_path: Path, scale: str
) -> None:
    header = "student_id,account_id,given_name,entry_id,element,instrument,date,scale,score"
    told = ["1,a1,Zoe,e1,ASM.01,Interests,2026-09-01,R,9"]
    told.append(f"2,a1,Ben,e1,ASM.01,Interests,2026-09-01,{scale}")
    folder = lay(tmp_path / "in", "assessments.csv", "\n".join([header, *told, ""]))
    found = rows(read(folder, "generic", tmp_path / "shelf")["assessments.csv"])
    assert [json.loads(one["ids"])["local_id"] for one in found] == ["1", "2"]
    assert [len(one["values"]["scores"]) for one in found] == [1, 1]


def test_a_row_that_comes_twice_counts_once(tmp_path: Path) -> None:
    row = "1,i1,ASM.01,IP,2026-10-01,R,10\n"
    text = f"student_id,entry_id,element,instrument,date,scale,score\n{row}{row}"
    folder = lay(tmp_path / "in", "assessments.csv", text)
    reading = read(folder, "generic", tmp_path / "shelf")["assessments.csv"]
    [values] = reading.frame["values"]
    assert json.loads(values)["scores"] == [{"scale": "R", "value": "10"}]
    assert not reading.findings


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_findings(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("in")
    (folder / "saved.csv").write_bytes(data)
    reading = read(folder, "generic", tmp_path_factory.mktemp("shelf"))["saved.csv"]
    assert reading.findings


@pytest.mark.parametrize("name", layout_names("results"))
def test_every_file_of_results_tells_entries_apart(name: str) -> None:
    layout = shipped_layout(name, "results")
    assert all(one.key and one.elements for one in layout.file)
