"""The fixture district is what its script makes, and what it says it is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.make_district import make_district
from support.packages import Files, changes, dangling, drops, header, read_package, read_rows

NIGHTS = ("night1", "night2", "night3", "night4", "rollover")
WHOLE = tuple(night for night in NIGHTS if night != "night3")


@pytest.fixture(scope="module")
def district(fixtures: Path) -> Path:
    return fixtures / "district"


@pytest.fixture(scope="module")
def packages(district: Path) -> dict[str, Files]:
    return {night: read_package(district / night) for night in NIGHTS}


@pytest.fixture(scope="module")
def expected(district: Path) -> dict[str, Any]:
    nights: dict[str, Any] = json.loads((district / "expected.json").read_text("utf-8"))["nights"]
    return nights


def _contents(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_committed_files_are_what_the_script_makes(district: Path, tmp_path: Path) -> None:
    make_district(tmp_path)
    assert _contents(tmp_path) == _contents(district)


@pytest.mark.parametrize("night", WHOLE)
def test_every_reference_resolves(packages: dict[str, Files], night: str) -> None:
    assert dangling(packages[night]) == []


def test_the_damaged_night_is_damaged(packages: dict[str, Files]) -> None:
    assert dangling(packages["night3"])


@pytest.mark.parametrize("night", NIGHTS)
def test_the_manifest_tells_which_files_are_there(district: Path, night: str) -> None:
    rows = read_rows(district / night / "manifest.csv")
    listed = {row["propertyName"][5:] for row in rows if row["value"] == "bulk"}
    assert listed == set(read_package(district / night))


@pytest.mark.parametrize("night", NIGHTS)
def test_headers_are_those_of_the_binding(district: Path, reference: Path, night: str) -> None:
    text = (reference / "reference/oneroster/csv.json").read_text("utf-8")
    binding = json.loads(text)["1.2.1"]["files"]
    for file in read_package(district / night):
        known = [column["name"] for column in binding[f"{file}.csv"]]
        found = header(district / night / f"{file}.csv")
        assert found[: len(known)] == known
        assert all(column.startswith("metadata.") for column in found[len(known) :])


@pytest.mark.parametrize("night", NIGHTS)
def test_bulk_rows_leave_status_and_date_blank(packages: dict[str, Files], night: str) -> None:
    rows = [row for rows in packages[night].values() for row in rows]
    assert {(row["status"], row["dateLastModified"]) for row in rows} == {("", "")}


def test_the_first_night_has_every_file_of_the_binding(packages: dict[str, Files]) -> None:
    assert len(packages["night1"]) == 21


@pytest.mark.parametrize("night", NIGHTS[1:])
def test_expected_changes_are_those_of_the_files(
    packages: dict[str, Files], expected: dict[str, Any], night: str
) -> None:
    found = changes(packages[expected[night]["against"]], packages[night])
    counted = {
        file: {kind: len(ids) for kind, ids in kinds.items()} for file, kinds in found.items()
    }
    told = {
        file: {kind: count for kind, count in kinds.items() if kind != "ids"}
        for file, kinds in expected[night]["changes"].items()
    }
    assert told == counted


@pytest.mark.parametrize("night", NIGHTS[1:])
def test_listed_ids_are_those_that_changed(
    packages: dict[str, Files], expected: dict[str, Any], night: str
) -> None:
    found = changes(packages[expected[night]["against"]], packages[night])
    listed = {f: k["ids"] for f, k in expected[night]["changes"].items() if "ids" in k}
    assert listed == {file: found[file] for file in listed}


@pytest.mark.parametrize("night", NIGHTS)
def test_expected_row_counts_are_those_of_the_files(
    packages: dict[str, Files], expected: dict[str, Any], night: str
) -> None:
    assert expected[night]["rows"] == {file: len(rows) for file, rows in packages[night].items()}


def _students(package: Files) -> dict[str, dict[str, str]]:
    return {row["identifier"]: row for row in package["users"] if row["sourcedId"][:4] == "stu-"}


def test_students_have_local_ids_0001001_to_0001150(packages: dict[str, Files]) -> None:
    assert sorted(_students(packages["night1"])) == [f"{n:07d}" for n in range(1001, 1151)]


@pytest.mark.parametrize(
    ("local_id", "grade"),
    [("0001020", "07"), ("0001052", "09"), ("0001088", "11"), ("0001101", "12")],
)
def test_known_students_are_in_known_grades(
    packages: dict[str, Files], local_id: str, grade: str
) -> None:
    assert _students(packages["night1"])[local_id]["grades"] == grade


def test_every_grade_has_a_believable_number_of_students(packages: dict[str, Files]) -> None:
    counts = Counter(row["grades"] for row in _students(packages["night1"]).values())
    assert sorted(counts) == ["06", "07", "08", "09", "10", "11", "12"]
    assert all(15 <= count <= 30 for count in counts.values())


def test_users_are_primary_once_at_an_org(packages: dict[str, Files]) -> None:
    primary = [row for row in packages["night1"]["roles"] if row["roleType"] == "primary"]
    places = Counter((row["userSourcedId"], row["orgSourcedId"]) for row in primary)
    assert set(places.values()) == {1}


def test_agents_are_named_on_both_sides(packages: dict[str, Files]) -> None:
    links = {
        (row["sourcedId"], other)
        for row in packages["night2"]["users"]
        for other in row["agentSourcedIds"].split(",")
        if other
    }
    assert links == {(other, one) for one, other in links}


def test_iep_students_have_a_case_manager_at_their_school(
    packages: dict[str, Files], district: Path
) -> None:
    students = _students(packages["night1"])
    roles = packages["night1"]["roles"]
    posts = {(r["userSourcedId"], r["orgSourcedId"]) for r in roles if r["role"].startswith("ext:")}
    for row in read_rows(district / "iep-students.csv"):
        school = students[row["localId"]]["primaryOrgSourcedId"]
        assert (row["caseManagerSourcedId"], school) in posts


def test_the_normal_night_stays_below_every_guard(packages: dict[str, Files]) -> None:
    for file, column in (("users", "primaryOrgSourcedId"), ("enrollments", "schoolSourcedId")):
        lost = drops(packages["night1"], packages["night2"], file, column)
        assert lost
        assert all(count < 20 for count, _ in lost)


def test_the_damaged_night_lacks_a_whole_school(packages: dict[str, Files]) -> None:
    before, after = packages["night2"], packages["night3"]
    schools = {row["primaryOrgSourcedId"] for row in _students(before).values()}
    left = {row["primaryOrgSourcedId"] for row in _students(after).values()}
    assert schools - left == {"org-birch"}


def test_the_conflict_student_changes_at_the_source(packages: dict[str, Files]) -> None:
    old, new = (_students(packages[night])["0001052"] for night in ("night1", "night2"))
    changed = {column for column in old if old[column] != new[column]}
    assert changed == {"preferredGivenName", "phone"}


def test_the_new_year_has_everybody_a_grade_up(packages: dict[str, Files]) -> None:
    old, new = _students(packages["night4"]), _students(packages["rollover"])
    assert all(int(new[key]["grades"]) == int(old[key]["grades"]) + 1 for key in old.keys() & new)
    assert {old[key]["grades"] for key in old.keys() - new} == {"12"}
    assert {new[key]["grades"] for key in new.keys() - old} == {"06"}
