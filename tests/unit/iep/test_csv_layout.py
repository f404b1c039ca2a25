"""The CSV layout: what it says becomes an IEP, and every fault is named by file, row and column."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.iep_csv import write_csv
from support.iep_docs import changed, csv_ieps, example, findings, pieces

from adapters.errors import SourceMisconfigured
from adapters.formats import Unreadable
from adapters.iep.csv.profile import Profile, load_profile, profile_of
from adapters.iep.csv.read import IepCsvReader
from adapters.iep.pieces import Piece
from adapters.iep.source import STUDENTS, IepSource
from adapters.shelf import Shelf
from schemas.finding import Finding, Severity


@pytest.fixture
def folder(tmp_path: Path, fixtures: Path) -> Path:
    """The example as a delivery."""
    return write_csv(tmp_path / "csv", [example(fixtures)])


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / f"{file}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_example_comes_back_whole(folder: Path, fixtures: Path) -> None:
    assert csv_ieps(folder) == [example(fixtures)]


@pytest.mark.parametrize("name", ["example-consent-refused", "example-no-agencies"])
def test_variants_come_back_whole(name: str, fixtures: Path, tmp_path: Path) -> None:
    one = example(fixtures, name)

    assert csv_ieps(write_csv(tmp_path, [one])) == [one]


def test_a_program_comes_back_whole(fixtures: Path, tmp_path: Path) -> None:
    coded = ("type", "reason_exited", "exit_reason", "setting")
    days = dict.fromkeys(("begin", "end", "exit_date"), "2026-09-01")
    hours = {"hours_per_week": "7.5", "school_hours_per_week": "32.5"}
    told = {"name": "Special Education", "education_organization": "255901", "exit_explained": "x"}
    codes = {name: {"set": "local", "code": "01"} for name in coded}
    one = changed(example(fixtures), programs=[told | days | hours | codes])
    assert csv_ieps(write_csv(tmp_path, [one])) == [one]


@pytest.mark.parametrize("hours", ["seven", "-1", "1e3", "NaN"])
def test_hours_that_are_no_number_are_named(hours: str, fixtures: Path, tmp_path: Path) -> None:
    program = {"name": "Special Education", "hours_per_week": "7.5"}
    folder = write_csv(tmp_path, [changed(example(fixtures), programs=[program])])
    edit(folder, "programs", "7.5", hours)
    [found] = findings(folder)
    assert (found.row, found.column, found.value) == (2, "hoursPerWeek", hours)


PROSE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60
).filter(lambda text: text == text.strip() and text and text[0] not in "='")


@settings(max_examples=25)
@given(statement=PROSE)
def test_any_statement_comes_back(
    statement: str, fixtures: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    goals = [{"id": "G", "statement": statement}]
    one = changed(example(fixtures), annual_goals=goals)

    assert csv_ieps(write_csv(tmp_path_factory.mktemp("csv"), [one])) == [one]


PROFILE = """
delimiter = ";"
encoding = "windows-1252"
dates = ["%m/%d/%Y"]
true = ["x"]
false = ["-"]

[files.ieps]
file = "Plans.txt"
columns = { studentId = "Student Number", startDate = "Begin" }
values.status = { A = "active" }
"""


def test_a_profile_tells_how_a_system_spells_it(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "d").mkdir()
    text = "Student Number;iepId;Begin;status;studentAttended;studentVision\n"
    text += "7;I-1;08/24/2026;A;x;Caf\u00e9\n"
    (tmp_path / "d" / "Plans.txt").write_text(text, encoding="windows-1252")

    [iep] = csv_ieps(tmp_path / "d", load_profile(tmp_path / "p.toml"))

    assert (str(iep.header.start), iep.header.status) == ("2026-08-24", "active")
    assert iep.preferences is not None
    assert iep.preferences.student_vision == "Caf\u00e9"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "column"),
    [
        ("ieps", "2009-11-18", "18.11.2009", "cell.value", "birthDate"),
        ("ieps", ",2026-03-02,2027-03-01,", ",=TODAY(),2027-03-01,", "cell.value", "startDate"),
        ("annual_goals", "AG-2,", ",", "cell.empty", "goalId"),
        ("courses", ",2026,", ",next year,", "cell.value", "schoolYear"),
        ("agencies", ",true,granted", ",perhaps,granted", "cell.value", "likelyToProvideOrPay"),
    ],
)
def test_a_fault_is_named_by_file_row_and_column(
    folder: Path, file: str, old: str, new: str, code: str, column: str
) -> None:
    edit(folder, file, old, new)

    [found] = findings(folder)

    assert (found.file, found.code, found.column) == (f"{file}.csv", code, column)
    assert found.row is not None
    assert found.row >= 2
    assert found.severity is Severity.ROW


def test_the_words_of_an_iep_stay_out_of_findings(folder: Path) -> None:
    edit(folder, "services", "Applied reading", "=Applied reading")

    assert [found.value for found in findings(folder)] == [None]


def test_a_broken_row_does_not_hide_the_student(folder: Path, tmp_path: Path) -> None:
    edit(folder, "courses", ",2026,", ",next year,")
    source = IepSource(folder, IepCsvReader())

    table = source.read(source.fetch(Shelf(tmp_path / "shelf"), {}), STUDENTS).frame

    assert table["student"].to_list() == ["STU-000417"]
    assert [one.code for one in source.records_of(table["records"][0])[1]] == ["cell.value"]


def test_trying_a_source_tells_its_faults(folder: Path) -> None:
    edit(folder, "courses", ",2026,", ",next year,")

    codes = [one.code for one in IepSource(folder, IepCsvReader()).test()]

    assert codes == ["cell.value", "file.read"]


@pytest.mark.parametrize(("old", "new"), [("STU-000417,", ","), ("STU-000417,", "A,B,C,")])
def test_a_row_that_names_no_student_holds_the_delivery(folder: Path, old: str, new: str) -> None:
    edit(folder, "annual_goals", old, new)

    assert [found.severity for found in findings(folder)] == [Severity.HOLD]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "file.empty", id="empty"),
        pytest.param(b"a,b\n1,2\n", "header.missing", id="other columns"),
        pytest.param(b"role,role\n", "header.twice", id="one column twice"),
        pytest.param(b'studentId,"iep', "file.csv", id="cut within quotes"),
        pytest.param(b"a\xff\n", "file.encoding", id="no UTF-8"),
        pytest.param(b"\xff\xfea\0", "file.encoding", id="UTF-16"),
        pytest.param(b"a" * 200_000, "file.csv", id="a huge cell"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(
    folder: Path, content: bytes, code: str
) -> None:
    (folder / "team.csv").write_bytes(content)

    with pytest.raises(Unreadable) as error:
        pieces(folder)

    found = [(one.code, one.severity) for one in error.value.findings]
    assert found == [(code, Severity.REFUSE)]


def test_a_delivery_without_its_head_is_refused(folder: Path) -> None:
    (folder / "ieps.csv").unlink()

    with pytest.raises(Unreadable, match="missing"):
        pieces(folder)


def test_a_foreign_file_and_column_are_named_and_passed_over(folder: Path) -> None:
    (folder / "notes.csv").write_text("a\n")
    edit(folder, "services", "serviceId", "color,serviceId")
    edit(folder, "services", "TS-1", ",TS-1")

    codes = {found.code for found in pieces(folder) if isinstance(found, Finding)}

    assert {"file.unknown", "header.unknown"} <= codes


@pytest.mark.parametrize(
    ("cell", "student"), [('"=""0012"""', "0012"), ("'=0012", "=0012"), ("'-0012", "-0012")]
)
def test_what_spreadsheets_put_around_a_cell_is_taken_away(
    tmp_path: Path, cell: str, student: str
) -> None:
    (tmp_path / "ieps.csv").write_text(f"studentId,iepId\n{cell},I-1\n", encoding="utf-8")

    [piece] = pieces(tmp_path)

    assert isinstance(piece, Piece)
    assert piece.student == student


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[files.plans]\n", "no such file"),
        ("[files.ieps.columns]\nname = 'x'\n", "no column name"),
        ("[files.ieps.columns]\nstudentId = 'x'\niepId = 'x'\n", "two columns"),
        ("[files.team]\nfile = 'ieps.csv'\n", "two files"),
        ("encoding = 'klingon'\n", "no encoding"),
        ("delimiter = ';;'\n", "delimiter"),
        ("colour = 1\n", "colour"),
        ("= 1\n", "no TOML"),
    ],
)
def test_a_wrong_profile_is_explained(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SourceMisconfigured, match=words):
        load_profile(path)


def test_an_empty_profile_is_the_layout_itself() -> None:
    assert profile_of({}) == Profile()


def test_a_zip_is_read_like_its_folder(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "night.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    source = IepSource(tmp_path / "night.zip", IepCsvReader())

    table = source.read(source.fetch(Shelf(tmp_path / "shelf"), {}), STUDENTS)

    assert (table.frame["student"].to_list(), table.findings) == (["STU-000417"], ())


def test_a_zip_that_leads_outside_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "night.zip", "w") as archive:
        archive.writestr("../ieps.csv", "studentId,iepId\n")
    source = IepSource(tmp_path / "night.zip", IepCsvReader())

    table = source.read(source.fetch(Shelf(tmp_path / "shelf"), {}), STUDENTS)

    assert [found.code for found in table.findings] == ["zip.unsafe_path"]


def test_reading_leaves_nothing_beside_the_shelf(folder: Path, tmp_path: Path) -> None:
    source = IepSource(folder, IepCsvReader())
    source.read(source.fetch(Shelf(tmp_path / "shelf"), {}), STUDENTS)

    assert not list((tmp_path / "shelf").glob("iep-work-*"))


def test_a_file_that_came_last_night_is_missed(folder: Path, tmp_path: Path) -> None:
    source = IepSource(folder, IepCsvReader())
    shelf = Shelf(tmp_path / "shelf")
    before = source.fetch(shelf, {})
    (folder / "services.csv").unlink()
    edit(folder, "annual_goals", ",baseline", ",basis")

    found = source.fetch(shelf, before.memory).findings

    assert [(one.code, one.severity) for one in found] == [
        ("column.missed", Severity.HOLD),
        ("file.missed", Severity.HOLD),
    ]


def test_a_file_that_holds_its_header_alone_is_held(folder: Path, tmp_path: Path) -> None:
    source = IepSource(folder, IepCsvReader())
    shelf = Shelf(tmp_path / "shelf")
    before = source.fetch(shelf, {})
    services = folder / "services.csv"
    services.write_text(services.read_text("utf-8").splitlines()[0] + "\n", "utf-8")

    found = source.fetch(shelf, before.memory).findings

    assert [(one.code, one.file) for one in found] == [("file.emptied", "services.csv")]


def test_a_commitment_of_an_agency_that_did_not_come_is_kept(folder: Path) -> None:
    edit(folder, "commitments", "AG-VR-01", "AG-X")

    [iep] = csv_ieps(folder)

    assert {one.id: len(one.commitments) for one in iep.agencies} == {"AG-VR-01": 0, "AG-X": 1}


def test_an_id_with_a_control_character_holds_the_delivery(tmp_path: Path) -> None:
    (tmp_path / "ieps.csv").write_bytes(b"studentId,iepId\nA\x00,I-1\n")
    source = IepSource(tmp_path, IepCsvReader())

    found = source.read(source.fetch(Shelf(tmp_path / "shelf"), {}), STUDENTS).findings

    assert [one.severity for one in found] == [Severity.HOLD]


def test_an_archive_may_have_another_name_each_night(folder: Path, tmp_path: Path) -> None:
    def zipped(name: str, *left_out: str) -> IepSource:
        (tmp_path / name).mkdir()
        with zipfile.ZipFile(tmp_path / name / f"{name}.zip", "w") as archive:
            for path in folder.iterdir():
                if path.name not in left_out:
                    archive.write(path, path.name)
        return IepSource(tmp_path / name, IepCsvReader())

    shelf = Shelf(tmp_path / "shelf")
    memory = zipped("monday").fetch(shelf, {}).memory

    assert zipped("tuesday").fetch(shelf, memory).findings == ()
    found = zipped("friday", "services.csv").fetch(shelf, memory).findings
    assert [(one.code, one.file) for one in found] == [("file.missed", "services.csv")]
