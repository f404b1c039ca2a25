"""What a district lives through in a year: leavers, pauses, holds, overrides, a new school year."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, changed_tables, make_home
from support.nights import Row, edited, setting, without
from support.packages import read_package, read_rows

LUPE = "stu-0001052"
FILES_OF_STUDENTS = ("users", "roles", "enrollments", "demographics", "results")


def at(day: str) -> str:
    """Two in the morning of a day."""
    return f"{day}T02:00:00Z"


@pytest.fixture(scope="module")
def district(fixtures: Path) -> Path:
    return fixtures / "district"


@pytest.fixture(scope="module")
def started(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The district after its first night, with four students' plans."""
    made = make_home(tmp_path_factory.mktemp("years"), NOW=at("2026-11-20"))
    assert made.night(district / "night1")["state"] == "done"
    assert made("plan", "import", district.parent / "plans").status == 0
    made.checkpoint("first")
    return made


@pytest.fixture
def home(started: Home) -> Iterator[Home]:
    started.rewind("first")
    yield started
    (started.folder / "planbridge.toml").write_text("")


def gone(package: Path, target: Path, *students: str) -> Path:
    """A package without some students and all that is theirs."""

    def theirs(row: Row) -> bool:
        keys = ("sourcedId", "userSourcedId", "studentSourcedId")
        return any(row.get(key) in students for key in keys)

    for file in FILES_OF_STUDENTS:
        edited(package, target, file, lambda rows: [row for row in rows if not theirs(row)])
    return target


def students(package: Path, count: int) -> list[str]:
    ids = [row["sourcedId"] for row in read_rows(package / "users.csv")]
    return [one for one in ids if one.startswith("stu-")][:count]


def state(home: Home, sourced_id: str) -> str:
    query = "SELECT p.state FROM person p JOIN crosswalk c ON c.record_id = p.id"
    return str(home.value(f"{query} WHERE c.entity = 'person' AND c.sourced_id = ?", sourced_id))


def record_id(home: Home, sourced_id: str) -> str:
    query = "SELECT record_id FROM crosswalk WHERE entity = 'person' AND sourced_id = ?"
    return str(home.value(query, sourced_id))


def attachment(home: Home, sourced_id: str) -> str:
    query = "SELECT attachment FROM ilp_plan WHERE person_id = ?"
    return str(home.value(query, record_id(home, sourced_id)))


def missing(report: dict[str, Any]) -> dict[str, int]:
    counts = report["counts"].items()
    return {entity: one["missing"] for entity, one in counts if one["missing"]}


def plan_states(home: Home) -> list[str]:
    return [row[0] for row in home.query("SELECT state FROM plan ORDER BY number")]


# Calendar modes


def test_additions_only_lets_nobody_go(home: Home, district: Path) -> None:
    report = home.night(district / "night2", NOW=at("2026-11-21"), SYNC__MODE="additions-only")
    assert report["counts"]["person"]["added"] == 8
    assert missing(report) == {}


@pytest.mark.parametrize("later", ["night2", "night4"])
def test_who_left_meanwhile_goes_missing_on_the_next_normal_night(
    later: str, home: Home, district: Path
) -> None:
    home.night(district / "night2", NOW=at("2026-11-21"), SYNC__MODE="additions-only")
    report = home.night(district / later, NOW=at("2026-11-22"))
    kinds = ("person", "role", "demographics", "enrollment", "supplement")
    assert [missing(report).get(kind) for kind in kinds] == [7, 7, 2, 16, 6]


def test_a_second_night_of_additions_changes_nothing(home: Home, district: Path) -> None:
    home.night(district / "night2", NOW=at("2026-11-21"), SYNC__MODE="additions-only")
    report = home.night(district / "night2", NOW=at("2026-11-22"), SYNC__MODE="additions-only")
    assert report["state"] == "quiet"


def test_a_paused_night_does_nothing(home: Home, district: Path) -> None:
    before = home.held()
    report = home.night(district / "night2", SYNC__MODE="paused")
    assert (report["state"], report["exit_status"]) == ("paused", 0)
    assert home.held() == before


def test_the_calendar_picks_the_mode_of_a_day(home: Home, district: Path) -> None:
    (home.folder / "planbridge.toml").write_text(
        '[[sync.calendar]]\nfirst = 2026-12-20\nlast = 2027-01-03\nmode = "paused"\n'
    )
    days = ("2026-12-19", "2026-12-20", "2027-01-03", "2027-01-04")
    modes = [home.night(district / "night2", NOW=at(day))["mode"] for day in days]
    assert modes == ["normal", "paused", "paused", "normal"]


# Leaving and coming back


def test_who_is_not_delivered_goes_missing_and_keeps_the_plan(
    home: Home, district: Path, tmp_path: Path
) -> None:
    home.night(gone(district / "night1", tmp_path / "n", LUPE), NOW=at("2026-11-21"))
    assert (state(home, LUPE), attachment(home, LUPE)) == ("missing", "attached")


@pytest.mark.parametrize(
    ("day", "then"), [("2026-12-04", ("missing", "attached")), ("2026-12-05", ("detached",) * 2)]
)
def test_the_missing_are_let_go_after_missing_days(
    day: str, then: tuple[str, str], home: Home, district: Path, tmp_path: Path
) -> None:
    home.night(gone(district / "night1", tmp_path / "n", LUPE), NOW=at("2026-11-21"))
    home.run("sis", NOW=at(day))
    assert (state(home, LUPE), attachment(home, LUPE)) == then


def test_who_reappears_is_the_same_record_with_the_plan(
    home: Home, district: Path, tmp_path: Path
) -> None:
    before = record_id(home, LUPE)
    home.night(gone(district / "night1", tmp_path / "n", LUPE), NOW=at("2026-11-21"))
    home.run("sis", NOW=at("2026-12-20"))
    home.night(district / "night1", NOW=at("2026-12-21"))
    assert record_id(home, LUPE) == before
    assert (state(home, LUPE), attachment(home, LUPE)) == ("active", "attached")


def test_who_reappears_under_another_id_is_known_by_identifier(
    home: Home, district: Path, tmp_path: Path
) -> None:
    before = record_id(home, LUPE)
    home.night(gone(district / "night1", tmp_path / "n", LUPE), NOW=at("2026-11-21"))
    home.run("sis", NOW=at("2026-12-20"))
    renamed = shutil.copytree(district / "night1", tmp_path / "renamed")
    for file in renamed.iterdir():
        file.write_text(file.read_text("utf-8").replace(LUPE, "stu-back"), "utf-8")
    home.night(renamed, NOW=at("2026-12-21"))
    assert record_id(home, "stu-back") == before
    assert (state(home, "stu-back"), attachment(home, "stu-back")) == ("active", "attached")


def test_no_roster_event_touches_what_a_plan_says(
    home: Home, district: Path, tmp_path: Path
) -> None:
    before = home.query("SELECT * FROM ilp_plan_version")
    home.night(gone(district / "night1", tmp_path / "n", LUPE), NOW=at("2026-11-21"))
    home.run("sis", NOW=at("2026-12-20"))
    home.night(district / "rollover", NOW=at("2027-08-16"))
    home.run("sis", NOW=at("2027-09-16"))
    assert home.query("SELECT * FROM ilp_plan_version") == before


# Holds and overrides


def test_a_cleaner_delivery_supersedes_a_hold(home: Home, district: Path, tmp_path: Path) -> None:
    many = students(district / "night1", 30)
    assert home.night(gone(district / "night1", tmp_path / "n", *many))["state"] == "held"
    assert home.night(district / "night2")["state"] == "done"
    assert plan_states(home) == ["applied", "superseded", "applied"]


def test_a_hold_keeps_serving_last_nights_data(home: Home, district: Path, tmp_path: Path) -> None:
    before = home.held()
    home.night(gone(district / "night1", tmp_path / "n", *students(district / "night1", 30)))
    assert changed_tables(before, home.held()) == set()


def test_an_override_lets_one_plan_pass(home: Home, district: Path, tmp_path: Path) -> None:
    held = home.night(gone(district / "night1", tmp_path / "n", *students(district / "night1", 30)))
    report = home("sync", "apply", held["plan"], "--allow-held", "a school closed", "--json").json
    assert (report["state"], report["accepted_because"]) == ("done", "a school closed")
    assert home.value("SELECT override FROM plan ORDER BY number DESC") == "a school closed"


def test_an_override_ends_with_its_plan(home: Home, district: Path, tmp_path: Path) -> None:
    many = students(district / "night1", 60)
    held = home.night(gone(district / "night1", tmp_path / "a", *many[:30]))
    assert home("sync", "apply", held["plan"], "--allow-held", "a school closed").status == 0
    assert home.night(gone(district / "night1", tmp_path / "b", *many))["exit_status"] == 3


def test_ids_that_were_given_to_other_people_are_held(
    home: Home, district: Path, tmp_path: Path
) -> None:
    other = {LUPE: "stu-0001053", "stu-0001053": LUPE}
    package = edited(district / "night1", tmp_path / "n", "users", lambda rows: [
        row | {"sourcedId": other.get(row["sourcedId"], row["sourcedId"])} for row in rows
    ])  # fmt: skip
    before = home.held()
    (hold,) = home.night(package)["holds"]
    assert (hold["code"], hold["count"]) == ("ids.other-person", 2)
    assert changed_tables(before, home.held()) == set()


# The same night again


@pytest.mark.parametrize("again", ["as it is", "zipped anew", "in another order"])
def test_the_same_night_again_changes_nothing(
    again: str, home: Home, district: Path, tmp_path: Path
) -> None:
    home.night(district / "night2")
    before = home.held()
    if again == "zipped anew":
        home.deliver(zipped_folder(district / "night2", tmp_path / "zipped"))
    elif again == "in another order":
        for file in ("users", "enrollments", "roles"):
            edited(district / "night2", tmp_path / "n", file, lambda rows: rows[::-1])
        home.deliver(tmp_path / "n")
    assert home.run("sis")["state"] == "quiet"
    assert changed_tables(before, home.held()) <= {"base", "source"}


def zipped_folder(package: Path, target: Path) -> Path:
    """A folder with a zip of the package, its files in reverse order and freshly dated."""
    target.mkdir()
    with zipfile.ZipFile(target / "night.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.iterdir(), reverse=True):
            archive.writestr(zipfile.ZipInfo(file.name, (2027, 1, 1, 3, 4, 6)), file.read_bytes())
    return target


# Rows that wait


def test_a_rejected_row_is_applied_when_mended(home: Home, district: Path, tmp_path: Path) -> None:
    enrollment = read_rows(district / "night1" / "enrollments.csv")[0]["sourcedId"]
    bad = setting(enrollment, beginDate="8/17/2026", endDate="2027-05-01")
    first = home.night(edited(district / "night1", tmp_path / "a", "enrollments", bad))
    good = setting(enrollment, endDate="2027-05-01")
    second = home.night(edited(district / "night1", tmp_path / "b", "enrollments", good))
    assert (first["waiting"], second["waiting"]) == (1, 0)
    query = "SELECT end_date FROM enrollment WHERE sourced_id = ?"
    assert home.value(query, enrollment) == "2027-05-01"


def test_a_row_that_waits_is_counted_every_night(
    home: Home, district: Path, tmp_path: Path
) -> None:
    enrollment = read_rows(district / "night1" / "enrollments.csv")[0]["sourcedId"]
    bad = setting(enrollment, beginDate="8/17/2026")
    home.night(edited(district / "night1", tmp_path / "n", "enrollments", bad))
    assert [home.run("sis")["waiting"] for _ in range(2)] == [1, 1]


def test_a_reference_resolves_when_its_record_comes(
    home: Home, district: Path, tmp_path: Path
) -> None:
    new = {"sourcedId": "cls-late", "title": "Late class"}
    courses = read_rows(district / "night1" / "classes.csv")
    enrollment = read_rows(district / "night1" / "enrollments.csv")[0]["sourcedId"]
    moved = edited(
        district / "night1",
        tmp_path / "n",
        "enrollments",
        setting(enrollment, classSourcedId="cls-late"),
    )
    assert home.night(moved)["waiting"] == 1
    edited(moved, moved, "classes", lambda rows: [*rows, courses[0] | new])
    assert home.night(moved)["waiting"] == 0
    query = "SELECT c.title FROM enrollment e JOIN class c ON c.id = e.class_id"
    assert home.value(f"{query} WHERE e.sourced_id = ?", enrollment) == "Late class"


# A new school year


@pytest.fixture(scope="module")
def rolled(
    started: Home, district: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, dict[str, Any]]:
    """Another home, after the night in which the new year begins."""
    made = make_home(tmp_path_factory.mktemp("rollover"), NOW=at("2026-11-20"))
    made.night(district / "night1")
    made("plan", "import", district.parent / "plans")
    made.night(district / "night2")
    made.night(district / "night4")
    return made, made.night(district / "rollover", NOW=at("2027-08-16"))


def test_a_new_school_year_is_not_held(rolled: tuple[Home, dict[str, Any]]) -> None:
    assert (rolled[1]["state"], rolled[1]["holds"]) == ("done", [])


@pytest.mark.parametrize(
    ("file", "entity"),
    [
        ("users", "person"),
        ("roles", "role"),
        ("classes", "class"),
        ("enrollments", "enrollment"),
        ("academicSessions", "academic_session"),
    ],
)
def test_the_new_year_replaces_the_old_one(
    file: str, entity: str, rolled: tuple[Home, dict[str, Any]], district: Path
) -> None:
    expected = json.loads((district / "expected.json").read_text("utf-8"))["nights"]["rollover"]
    change, counts = expected["changes"][file], rolled[1]["counts"][entity]
    assert (counts["added"], counts["missing"]) == (change["added"], change["removed"])


def test_everybody_is_a_grade_up(rolled: tuple[Home, dict[str, Any]], district: Path) -> None:
    home, _ = rolled
    before, after = (read_package(district / night)["users"] for night in ("night4", "rollover"))
    old = {row["sourcedId"]: row["grades"] for row in before if row["grades"]}
    stayed = {row["sourcedId"]: row["grades"] for row in after if row["sourcedId"] in old}
    assert all(int(grade) == int(old[key]) + 1 for key, grade in stayed.items())
    query = "SELECT sourced_id, grades FROM person WHERE state = 'active' AND grades IS NOT NULL"
    held = {key: json.loads(grades)[0] for key, grades in home.query(query)}
    assert {key: held[key] for key in stayed} == stayed


def test_seniors_leave_and_keep_their_plans(
    rolled: tuple[Home, dict[str, Any]], district: Path
) -> None:
    home, _ = rolled
    users = read_rows(district / "night4" / "users.csv")
    seniors = [row["sourcedId"] for row in users if row["grades"] == "12"]
    assert {state(home, one) for one in seniors} == {"missing"}
    assert home.value("SELECT count(*) FROM ilp_plan") == 4


def test_nobody_else_leaves_but_their_families(
    rolled: tuple[Home, dict[str, Any]], district: Path
) -> None:
    home, _ = rolled
    tonight = {row["sourcedId"] for row in read_rows(district / "rollover" / "users.csv")}
    query = "SELECT sourced_id FROM person WHERE state != 'active'"
    assert not {key for (key,) in home.query(query)} & tonight


def test_the_night_after_is_quiet(rolled: tuple[Home, dict[str, Any]]) -> None:
    assert rolled[0].run("sis", NOW=at("2027-08-17"))["state"] == "quiet"


def test_old_years_delivery_after_the_new_one_is_held(
    rolled: tuple[Home, dict[str, Any]], district: Path
) -> None:
    home, _ = rolled
    home.checkpoint("rolled")
    report = home.night(district / "night4", NOW=at("2027-08-18"))
    home.rewind("rolled")
    assert (report["exit_status"], report["holds"][0]["code"]) == (3, "year.backwards")


# Several sources


@pytest.fixture
def two(home: Home, district: Path, tmp_path: Path) -> tuple[Home, Path]:
    """A second source with three students of the first under ids of its own, and one more."""
    package = tmp_path / "second"
    users = read_rows(district / "night1" / "users.csv")
    shared = [row for row in users if row["userIds"] and row["grades"]][:3]
    shutil.copytree(district / "night1", package)
    kept = {row["sourcedId"] for row in shared}
    for file in package.glob("*.csv"):
        if file.stem not in {"manifest", "orgs", "academicSessions", "users", "roles"}:
            file.unlink()
    manifest(package)
    edited(package, package, "roles", lambda rows: [
        row | {"sourcedId": f"B-{row['sourcedId']}", "userSourcedId": f"B-{row['userSourcedId']}"}
        for row in rows if row["userSourcedId"] in kept
    ])  # fmt: skip
    edited(package, package, "users", lambda rows: [
        row | {"sourcedId": f"B-{row['sourcedId']}", "identifier": "", "agentSourcedIds": "",
               "primaryOrgSourcedId": ""}
        for row in rows if row["sourcedId"] in kept
    ])  # fmt: skip
    home("source", "add", "second", "--kind", "oneroster-csv", "--path", package)
    return home, package


def manifest(package: Path) -> None:
    """Say in the manifest which files there are."""
    file = package / "manifest.csv"
    lines = file.read_text("utf-8").splitlines()
    named = {f"file.{one.stem}" for one in package.glob("*.csv")}
    kept = [
        f"{key},absent" if key.startswith("file.") and key not in named else f"{key}{comma}{value}"
        for key, comma, value in (line.partition(",") for line in lines)
    ]
    file.write_text("\n".join(kept) + "\n", "utf-8")


def test_one_person_from_two_sources_is_known_by_state_id(two: tuple[Home, Path]) -> None:
    home, package = two
    before = home.value("SELECT count(*) FROM person")
    assert home.run("second")["state"] == "done"
    ids = [row["sourcedId"] for row in read_rows(package / "users.csv")]
    assert [record_id(home, one) for one in ids] == [record_id(home, one[2:]) for one in ids]
    assert home.value("SELECT count(*) FROM person") == before


def test_who_leaves_one_source_stays_while_the_other_delivers(
    two: tuple[Home, Path], district: Path, tmp_path: Path
) -> None:
    home, package = two
    home.run("second")
    one = read_rows(package / "users.csv")[0]["sourcedId"][2:]
    home.night(gone(district / "night1", tmp_path / "n", one))
    assert state(home, one) == "active"


def test_who_leaves_both_sources_goes_missing(
    two: tuple[Home, Path], district: Path, tmp_path: Path
) -> None:
    home, package = two
    home.run("second")
    one = read_rows(package / "users.csv")[0]["sourcedId"]
    home.night(gone(district / "night1", tmp_path / "n", one[2:]))
    edited(package, package, "users", without(one))
    edited(package, package, "roles", lambda rows: [r for r in rows if r["userSourcedId"] != one])
    home.run("second")
    assert state(home, one) == "missing"


# A changed mapping


def test_a_changed_mapping_infers_no_removal(home: Home, district: Path) -> None:
    # As after an update of the program: last night's mapping was another one.
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("UPDATE source SET recipe_digest = 'older'")
    report = home.night(district / "night2")
    assert (report["state"], missing(report)) == ("done", {})
    assert home.night(district / "night4")["state"] == "done"
