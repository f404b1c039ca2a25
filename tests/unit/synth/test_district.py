"""A synthetic district: whole, believable, repeatable, and changed exactly as it says."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.packages import Files, changes, dangling, drops, header, ids, read_package

from service.synth import SynthOptions, SynthRefused, SynthReport, write_district
from service.synth.state import first_night

OPTIONS = SynthOptions(students=1200, days=4, change=0.02, seed=3)
NIGHTS = ("night1", "night2", "night3", "night4")
PAIRS = tuple(pairwise(NIGHTS))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("district")


@pytest.fixture(scope="module")
def report(out: Path) -> SynthReport:
    return write_district(out, OPTIONS)


@pytest.fixture(scope="module")
def packages(out: Path, report: SynthReport) -> dict[str, Files]:
    return {night.name: read_package(night.path) for night in report.nights}


def _contents(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_equal_options_make_equal_bytes(out: Path, report: SynthReport, tmp_path: Path) -> None:
    write_district(tmp_path, report.options)
    assert _contents(tmp_path) == _contents(out)


def test_equal_options_make_equal_zips(tmp_path: Path) -> None:
    options = SynthOptions(students=20, zip=True)
    write_district(tmp_path / "one", options)
    write_district(tmp_path / "two", options)
    assert _contents(tmp_path / "one") == _contents(tmp_path / "two")


def test_a_zip_holds_what_a_folder_would(tmp_path: Path) -> None:
    write_district(tmp_path / "zip", SynthOptions(students=20, days=1, zip=True))
    write_district(tmp_path / "folder", SynthOptions(students=20, days=1))
    with zipfile.ZipFile(tmp_path / "zip/night1.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == _contents(tmp_path / "folder/night1")


def test_another_seed_makes_another_district(packages: dict[str, Files], tmp_path: Path) -> None:
    write_district(tmp_path, SynthOptions(students=1200, days=1, seed=4))
    assert read_package(tmp_path / "night1")["users"] != packages["night1"]["users"]


def test_headers_are_those_of_the_binding(
    out: Path, packages: dict[str, Files], reference: Path
) -> None:
    text = (reference / "reference/oneroster/csv.json").read_text("utf-8")
    for file, columns in json.loads(text)["1.2.1"]["files"].items():
        if file[:-4] in packages["night1"]:
            known = [column["name"] for column in columns]
            assert header(out / "night1" / file)[: len(known)] == known


@pytest.mark.parametrize("night", NIGHTS)
def test_every_reference_resolves(packages: dict[str, Files], night: str) -> None:
    assert dangling(packages[night]) == []


@pytest.mark.parametrize("night", NIGHTS)
def test_ids_are_unique(packages: dict[str, Files], night: str) -> None:
    assert all(len(ids(rows)) == len(rows) for rows in packages[night].values())


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_expected_json_tells_what_the_files_changed(
    packages: dict[str, Files], out: Path, before: str, after: str
) -> None:
    told = json.loads((out / "expected.json").read_text("utf-8"))["nights"][after]
    assert told["against"] == before
    listed = {file: kinds["ids"] for file, kinds in told["changes"].items()}
    assert listed == changes(packages[before], packages[after])


def test_expected_json_counts_what_it_lists(report: SynthReport) -> None:
    for kinds in report.as_json()["nights"]["night2"]["changes"].values():
        assert {kind: len(found) for kind, found in kinds["ids"].items()} == {
            kind: kinds[kind] for kind in kinds["ids"]
        }


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_asked_share_of_enrollments_changes(
    packages: dict[str, Files], before: str, after: str
) -> None:
    found = changes(packages[before], packages[after])["enrollments"]
    students = [row for row in packages[before]["enrollments"] if row["role"] == "student"]
    assert sum(map(len, found.values())) == round(0.02 * len(students))


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("users", "primaryOrgSourcedId"),
        ("roles", "orgSourcedId"),
        ("enrollments", "schoolSourcedId"),
    ],
)
def test_no_school_loses_three_in_a_hundred(
    packages: dict[str, Files], before: str, after: str, file: str, column: str
) -> None:
    lost = drops(packages[before], packages[after], file, column)
    assert lost
    assert all(count < 0.03 * had for count, had in lost)


def test_all_kinds_of_changes_happen(packages: dict[str, Files]) -> None:
    old, new = ({row["sourcedId"]: row for row in packages[n]["users"]} for n in NIGHTS[:2])
    both = old.keys() & new.keys()
    changed = {
        column for key in both for column in new[key] if new[key][column] != old[key][column]
    }
    assert {"familyName", "preferredGivenName", "grades", "email", "phone"} <= changed


def test_agents_are_named_on_both_sides(packages: dict[str, Files]) -> None:
    links = {
        (row["sourcedId"], other)
        for row in packages["night4"]["users"]
        for other in row["agentSourcedIds"].split(",")
        if other
    }
    assert links == {(other, one) for one, other in links}


def test_siblings_share_guardians(packages: dict[str, Files]) -> None:
    guardians = [row for row in packages["night1"]["users"] if row["sourcedId"][:4] == "par-"]
    assert any("," in row["agentSourcedIds"] for row in guardians)


def test_some_people_have_equal_names(packages: dict[str, Files]) -> None:
    users = packages["night1"]["users"]
    names = Counter((row["givenName"], row["familyName"]) for row in users)
    assert names.most_common(1)[0][1] > 1


def test_users_are_primary_once_at_an_org(packages: dict[str, Files]) -> None:
    roles = packages["night4"]["roles"]
    places = Counter((row["userSourcedId"], row["orgSourcedId"]) for row in roles)
    assert set(places.values()) == {1}


@pytest.mark.parametrize("night", NIGHTS)
def test_everybody_has_a_role_where_they_belong(packages: dict[str, Files], night: str) -> None:
    posts = {(row["userSourcedId"], row["orgSourcedId"]) for row in packages[night]["roles"]}
    users = packages[night]["users"]
    assert {(row["sourcedId"], row["primaryOrgSourcedId"]) for row in users} <= posts


def test_telephone_numbers_are_fictional(packages: dict[str, Files]) -> None:
    numbers = {row[c] for row in packages["night4"]["users"] for c in ("phone", "sms") if row[c]}
    assert all(re.fullmatch(r"970-555-01\d\d", number) for number in numbers)


def test_mail_goes_to_example_org(packages: dict[str, Files]) -> None:
    mails = {row["email"] for row in packages["night4"]["users"]}
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z]+\.example\.org", mail) for mail in mails)


def test_a_student_is_about_as_old_as_the_grade_says(packages: dict[str, Files]) -> None:
    born = {row["sourcedId"]: row["birthDate"] for row in packages["night1"]["demographics"]}
    for row in packages["night1"]["users"]:
        if row["sourcedId"] in born:
            turned = int(row["grades"]) + 5
            assert f"{2026 - turned - 1}-09-01" <= born[row["sourcedId"]] < f"{2026 - turned}-09-01"


def test_classes_hold_no_more_than_a_section(packages: dict[str, Files]) -> None:
    rows = [row for row in packages["night1"]["enrollments"] if row["role"] == "student"]
    assert max(Counter(row["classSourcedId"] for row in rows).values()) <= 25


def test_every_class_has_one_primary_teacher(packages: dict[str, Files]) -> None:
    rows = [row for row in packages["night1"]["enrollments"] if row["primary"] == "true"]
    assert Counter(row["classSourcedId"] for row in rows) == dict.fromkeys(
        ids(packages["night1"]["classes"]), 1
    )


def test_a_large_district_has_all_grades() -> None:
    grades = first_night(SynthOptions(students=4000)).students["grades"]
    assert set(grades) == {"KG", *(f"{grade:02d}" for grade in range(1, 13))}


def test_no_change_is_no_change(tmp_path: Path) -> None:
    write_district(tmp_path, SynthOptions(students=50, change=0))
    assert _contents(tmp_path / "night1") == _contents(tmp_path / "night2")


def test_a_large_district_is_told_in_counts(tmp_path: Path) -> None:
    report = write_district(tmp_path, SynthOptions(students=5001)).as_json()
    assert set(report["nights"]["night2"]["changes"]["users"]) == {"added", "removed", "changed"}


@settings(max_examples=15)
@given(st.integers(10, 400), st.floats(0.001, 0.5), st.integers(0, 99))
def test_any_district_stays_whole(
    tmp_path_factory: pytest.TempPathFactory, students: int, change: float, seed: int
) -> None:
    out = tmp_path_factory.mktemp("any")
    options = SynthOptions(students, days=3, change=change, seed=seed)
    report = write_district(out, options)
    before, after = (read_package(night.path) for night in report.nights[1:])
    assert dangling(after) == []
    for file, column in (("users", "primaryOrgSourcedId"), ("enrollments", "schoolSourcedId")):
        lost = drops(before, after, file, column)
        assert all(count < 20 or count < 0.03 * had for count, had in lost)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "night2").mkdir()
    with pytest.raises(SynthRefused, match="night2 exists already; name an empty folder"):
        write_district(tmp_path, SynthOptions(students=20))


def test_a_file_is_no_place_for_a_district(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(SynthRefused, match="notes is a file; name a folder"):
        write_district(tmp_path / "notes", SynthOptions(students=20))


def test_progress_is_told_night_by_night(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []

    def watch(what: str, done: int, total: int | None = None) -> None:
        seen.append((what, done, total))

    write_district(tmp_path, SynthOptions(students=20), watch)
    assert seen == [("nights", 0, 2), ("nights", 1, 2), ("nights", 2, 2)]
