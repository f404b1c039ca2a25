"""A source that delivers nothing any more: nothing waits for it, and nothing rests on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, make_home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER, Row, at, edited, gone, state

TEACHER = "tch-2201"
LATER = at("2026-11-27")
RETIRE = ("source", "retire", "sis", "--reason", "we changed systems")


def _without_lupes_teacher(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["userSourcedId"] != TEACHER]


@pytest.fixture(scope="module")
def changed(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A district that changed its system a week ago; there the teacher has other classes."""
    folder = tmp_path_factory.mktemp("changed")
    home = make_home(folder / "home", NOW=at("2026-11-20"))
    home.night(district / "night1")
    for account, person in (("lee", TEACHER), ("mia", MOTHER), ("lupe", LUPE)):
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    new = edited(district / "night1", folder / "new", "enrollments", _without_lupes_teacher)
    assert home("source", "add", "new", "--kind", "oneroster-csv", "--path", new).status == 0
    assert home.run("new", NOW=LATER)["state"] == "done"
    home.checkpoint("changed")
    return home


@pytest.fixture
def home(changed: Home) -> Home:
    changed.rewind("changed")
    return changed


def sees(home: Home, who: str, now: str = LATER) -> bool:
    return home("student", "show", LOCAL_ID, OPERATOR=who, NOW=now).status == 0


def last_event(home: Home) -> dict[str, Any]:
    words = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
    event: dict[str, Any] = json.loads(home.value(words))
    return event


def test_nobody_waits_for_a_retired_source(home: Home) -> None:
    (before, told) = (home(*RETIRE, "--dry-run", "--json", NOW=LATER), home(*RETIRE, "--json"))
    assert (before.json["fresh"], before.json["dry_run"]) == (True, True)
    listed = {one["name"]: one["retired_at"] for one in home("source", "list", "--json").json}
    assert listed == {"new": None, "sis": told.json["retired_at"]}


def test_what_it_told_opens_nothing_more(home: Home) -> None:
    assert sees(home, "lee", at("2026-11-21"))
    assert home(*RETIRE).status == 0
    assert not sees(home, "lee", at("2026-11-28"))
    assert not sees(home, "mia")  # whom the new system calls somebody else, until that is decided
    assert sees(home, "lupe")


def test_it_keeps_nobody_who_left_the_new_source(home: Home, district: Path) -> None:
    assert home(*RETIRE).status == 0
    gone(district / "night1", home.folder.parent / "new", LUPE)
    home.run("new", NOW=at("2026-11-28"))
    assert state(home, LUPE) == "missing"


def test_with_its_last_source_a_district_has_no_roster(home: Home) -> None:
    assert home("source", "retire", "new", "--reason", "neither").status == 0
    told = home(*RETIRE, NOW=LATER)
    assert "staff see nothing" in told.out


def test_restoring_makes_all_of_it_as_it_was(home: Home) -> None:
    before = home.all()
    assert home(*RETIRE).status == 0
    assert home("source", "restore", "sis", "--reason", "mistaken").status == 0
    assert home.all() == before
    assert sees(home, "lee", at("2026-11-21"))


def test_a_retired_source_has_no_nights(home: Home) -> None:
    assert home(*RETIRE).status == 0
    assert mistake(home("sync", "run", "sis"), "sis is retired", "source restore sis")


def test_a_dry_run_changes_nothing_and_is_on_the_log_as_one(home: Home) -> None:
    before = home.all()
    told = home(*RETIRE, "--dry-run")
    assert "would" in told.out
    assert home.all() == before
    assert last_event(home)["request"] == "source retire sis --dry-run"


def test_who_retired_what_and_why_is_on_the_log(home: Home) -> None:
    assert home(*RETIRE).status == 0
    event = last_event(home)
    assert (event["request"], event["reason"]) == ("source retire sis", "we changed systems")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("retire", "other"), "no source 'other'"),
        (("restore", "sis"), "is not retired"),
    ],
)
def test_what_cannot_be_is_a_sentence(home: Home, words: tuple[str, str], told: str) -> None:
    assert mistake(home("source", *words, "--reason", "x"), told)
