"""Care over longer stretches: mappings that change, identifiers taken back, files that grow old."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.cli import Home, make_home
from support.hamlet import Hamlet, Town

from service.store.database import open_engine, writing
from service.store.tables import ROSTER, source


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = make_home(tmp_path_factory.mktemp("care"))
    made.checkpoint("empty")
    return made


@pytest.fixture
def town(empty: Home) -> Town:
    empty.rewind("empty")
    return Town(empty)


@pytest.fixture
def hamlet() -> Hamlet:
    hamlet = Hamlet()
    hamlet.student("a", "Ann", "Bee", identifier="111", email="a@example.org")
    return hamlet


def as_if_mapped_by_an_older_program(home: Home) -> None:
    """The source was accepted by another mapping, which knew nothing of e-mail."""
    with writing(open_engine(f"sqlite:///{home.database}")) as connection:
        connection.execute(sa.update(source).values(recipe_digest="older"))
        connection.execute(sa.update(ROSTER["person"]).values(email=None))


def test_a_new_mapping_reaches_rows_that_did_not_change(town: Town, hamlet: Hamlet) -> None:
    town.night(hamlet)
    as_if_mapped_by_an_older_program(town.home)
    assert town.night(hamlet)["state"] == "done"
    assert town.person("a", "email") == "a@example.org"


def test_who_leaves_on_the_night_of_a_new_mapping_goes_missing_on_the_next(
    town: Town, hamlet: Hamlet
) -> None:
    town.night(hamlet)
    as_if_mapped_by_an_older_program(town.home)
    hamlet.drop("a")
    town.night(hamlet)
    assert town.person("a", "state") == "active"
    hamlet.put("orgs", "s2", name="Two, renamed")
    town.night(hamlet)
    hamlet.put("users", "o1", phone="970-555-0101")
    town.night(hamlet)
    assert town.person("a", "state") == "missing"


def test_a_number_that_is_taken_back_finds_nobody(town: Town, hamlet: Hamlet) -> None:
    town.night(hamlet)
    hamlet.put("users", "a", identifier="222")
    town.night(hamlet)
    assert town.home("student", "show", "222").status == 0
    assert town.home("student", "show", "111").status == 1


def test_a_link_that_ends_during_additions_ends_on_the_next_normal_night(
    town: Town, hamlet: Hamlet
) -> None:
    hamlet.person("p", "guardian", "Pat Bee", "s1")
    hamlet.put("users", "a", agentSourcedIds="p")
    town.night(hamlet)
    hamlet.put("users", "a", agentSourcedIds="")
    hamlet.write(town.home.delivery)
    town.home.run("sis", SYNC__MODE="additions-only")
    town.home.run("sis")
    assert town.home.value("SELECT state FROM relation") == "missing"


def shelved(home: Home) -> set[Path]:
    return {path for path in (home.folder / ".planbridge/shelf").rglob("*") if path.is_file()}


def test_old_deliveries_leave_the_shelf_and_tonights_stays(town: Town, hamlet: Hamlet) -> None:
    town.night(hamlet)
    month = time.time() - 40 * 86_400
    for path in shelved(town.home):
        os.utime(path, (month, month))
    old = shelved(town.home)
    hamlet.put("users", "a", phone="970-555-0101")
    town.night(hamlet)
    assert len(old & shelved(town.home)) < len(old)
    assert town.night(hamlet)["state"] == "quiet"


def test_a_source_can_be_corrected(town: Town, tmp_path: Path) -> None:
    words = ("source", "add", "sis", "--kind", "oneroster-csv", "--path", str(tmp_path))
    assert town.home(*words).status == 1
    assert town.home(*words, "--replace").status == 0
    assert town.home("source", "list", "--json").json[0]["settings"]["path"] == str(tmp_path)


def test_settings_that_cannot_be_right_are_refused_at_once(town: Town) -> None:
    words = ("source", "add", "api", "--kind", "oneroster-rest", "--base-url")
    answer = town.home(*words, "ftp://sis.example.org", "--client-id", "x")
    assert answer.status == 1
    assert "base_url" in answer.err or "ftp" in answer.err
