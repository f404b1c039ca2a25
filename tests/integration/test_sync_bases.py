"""Last night's rows, kept as a whole and as what changed since, always say what was accepted."""

from __future__ import annotations

import pytest
from support.cli import Home, make_home
from support.hamlet import Hamlet, Town

from service.store.database import open_engine
from service.store.migrate import downgrade

DELTAS = "SELECT run, rows FROM base_delta WHERE file = 'users' ORDER BY run"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A folder after `planbridge init`."""
    made = make_home(tmp_path_factory.mktemp("bases"), NOW="2026-11-20T00:00:00Z")
    made.checkpoint("empty")
    return made


@pytest.fixture
def town(empty: Home, hamlet: Hamlet) -> Town:
    """A town of three students that has seen its first night."""
    empty.rewind("empty")
    made = Town(empty)
    for key, name in (("a", "Ann"), ("b", "Bob"), ("c", "Cas")):
        hamlet.student(key, name, "Bee", identifier=f"1{key}")
    made.night(hamlet)
    return made


@pytest.fixture
def hamlet() -> Hamlet:
    return Hamlet()


def test_a_night_of_few_changes_keeps_the_changes_alone(town: Town, hamlet: Hamlet) -> None:
    hamlet.put("users", "a", givenName="Anna")
    town.night(hamlet)
    assert town.home.query(DELTAS) == [(2, 1)]


def test_the_night_after_compares_with_the_changes(town: Town, hamlet: Hamlet) -> None:
    hamlet.put("users", "a", givenName="Anna")
    town.night(hamlet)
    hamlet.put("users", "b", givenName="Bobby")
    assert town.night(hamlet)["counts"]["person"]["updated"] == 1


def test_who_left_on_a_night_of_few_changes_may_come_back(town: Town, hamlet: Hamlet) -> None:
    hamlet.drop("c")
    town.night(hamlet)
    hamlet.student("c", "Cas", "Bee", identifier="1c")
    assert town.night(hamlet)["counts"]["person"]["revived"] == 1


def test_the_same_rows_in_another_order_are_a_quiet_night(town: Town, hamlet: Hamlet) -> None:
    hamlet.put("users", "a", givenName="Anna")
    town.night(hamlet)
    hamlet.files["users"] = dict(reversed(hamlet.files["users"].items()))
    assert town.night(hamlet)["state"] == "quiet"


def test_a_row_that_waits_adds_nothing_to_the_changes(town: Town, hamlet: Hamlet) -> None:
    hamlet.put("users", "a", enabledUser="perhaps")
    town.night(hamlet)
    told = town.home.query(DELTAS)
    hamlet.put("users", "b", givenName="Bobby")
    town.night(hamlet)
    town.night(hamlet)
    assert town.home.query(DELTAS) == [*told, (3, 1)]


def test_an_older_program_looks_at_every_row_again(town: Town, hamlet: Hamlet) -> None:
    hamlet.put("users", "a", givenName="Anna")
    town.night(hamlet)
    engine = open_engine(f"sqlite:///{town.home.database}")
    downgrade(engine, "0011")
    engine.dispose()
    assert town.home.query("SELECT recipe_digest FROM source") == [("",)]
