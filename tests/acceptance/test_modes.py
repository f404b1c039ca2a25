"""What a district lives through: leavers, pauses, holds, overrides, rows that wait."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from support.cli import Home, changed_tables
from support.nights import (
    LUPE,
    at,
    attachment,
    edited,
    gone,
    missing,
    plan_states,
    record_id,
    setting,
    state,
    students,
)
from support.packages import read_rows

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


# A changed mapping


def test_a_changed_mapping_infers_no_removal(home: Home, district: Path) -> None:
    # As after an update of the program: last night's mapping was another one.
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("UPDATE source SET recipe_digest = 'older'")
    report = home.night(district / "night2")
    assert (report["state"], missing(report)) == ("done", {})
    assert home.night(district / "night4")["state"] == "done"
