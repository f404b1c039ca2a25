"""A new school year, and one district with two sources."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, make_home
from support.nights import (
    at,
    edited,
    gone,
    record_id,
    state,
    without,
)
from support.packages import read_package, read_rows

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
