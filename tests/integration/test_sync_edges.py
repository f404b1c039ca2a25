"""Nights on which a person could be mistaken for another, lost or half forgotten."""

from __future__ import annotations

import shutil
import stat

import pytest
from support.cli import Home, make_home
from support.hamlet import Hamlet, Town

from service.cli.session import operator


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A folder after `planbridge init`."""
    made = make_home(tmp_path_factory.mktemp("edges"), PUBLISH__FOLDER="outbox")
    made.checkpoint("empty")
    return made


@pytest.fixture
def town(empty: Home) -> Town:
    empty.rewind("empty")
    shutil.rmtree(empty.folder / "outbox", ignore_errors=True)
    return Town(empty)


@pytest.fixture
def hamlet() -> Hamlet:
    return Hamlet()


def decide(town: Town, verdict: str) -> int:
    """Answer the first question of who is who."""
    return town.home("matches", "decide", "1", verdict, "--reason", "asked the school").status


# Ids given to somebody else


def test_an_id_given_to_somebody_with_another_state_id_waits(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Ann", "Bee", userIds="{State:S1}")
    town.night(hamlet)
    hamlet.put("users", "a", givenName="Zoe", familyName="Quux", userIds="{State:S2}")
    assert town.night(hamlet)["state"] == "held"
    assert town.person("a", "given_name") == "Ann"


# A plan drawn up on a day of another mode


def test_what_was_planned_on_a_normal_day_lets_nobody_go_on_another(
    town: Town, hamlet: Hamlet
) -> None:
    hamlet.student("a", "Ann", "Bee", identifier="111")
    town.night(hamlet)
    hamlet.drop("a")
    hamlet.write(town.home.delivery)
    assert town.home("sync", "plan", "sis").status == 2
    town.home.run("sis", SYNC__MODE="additions-only")
    assert town.person("a", "state") == "active"


# Several records of one person


def test_a_guardians_link_ends_although_the_guardian_has_two_records(
    town: Town, hamlet: Hamlet
) -> None:
    for key, school in (("g1", "s1"), ("g2", "s2")):
        hamlet.person(key, "guardian", "Gus Parent", school, identifier="G9")
    hamlet.student("kid", "Sue", "Parent", identifier="111", agentSourcedIds="g2")
    town.night(hamlet)
    hamlet.put("users", "kid", agentSourcedIds="")
    town.night(hamlet)
    assert town.home.query("SELECT state FROM relation") == [("missing",)]


def test_who_leads_a_person_may_leave_and_the_other_record_still_speaks(
    town: Town, hamlet: Hamlet
) -> None:
    hamlet.student("a", "Ann", "Bee", identifier="111")
    hamlet.student("b", "Ann", "Bee", "s2", identifier="111")
    town.night(hamlet)
    hamlet.drop("a")
    town.night(hamlet)
    query = "SELECT sourced_id, present FROM crosswalk WHERE sourced_id IN ('a', 'b') ORDER BY 1"
    assert town.home.query(query) == [("a", 0), ("b", 1)]


def test_records_that_are_split_become_two_people(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Ann", "Bee", identifier="111", email="a@example.org")
    hamlet.student("b", "Ann", "Bee", "s2", identifier="111")
    town.night(hamlet)
    hamlet.put("users", "b", identifier="222", email="b@example.org")
    town.night(hamlet)
    assert town.person("a", "email") == "a@example.org"
    assert town.person("b", "email") == "b@example.org"
    assert [town.pupil_of(f"e-{key}") for key in "ab"] == [town.record("a"), town.record("b")]


def test_nobody_is_asked_about_a_record_that_gave_way(town: Town, hamlet: Hamlet) -> None:
    for key, number in (("a", "111"), ("b", "222"), ("c", "333")):
        hamlet.student(key, "Ann", "Bee", identifier=number)
        town.night(hamlet)
        if key == "b":
            assert decide(town, "--same") == 0
        hamlet.drop(key)
    query = "SELECT candidate_id FROM match_candidate WHERE state = 'open'"
    assert town.home.query(query) == [(town.record("a"),)]


@pytest.fixture
def united(town: Town, hamlet: Hamlet) -> Town:
    """Two students, one with a plan, of whom the source says later that they are one."""
    hamlet.student("a", "Ann", "Bee", identifier="111")
    hamlet.student("b", "Ann", "Bee", "s2", identifier="222")
    town.night(hamlet)
    town.plan("222")
    hamlet.put("users", "b", identifier="111")
    town.night(hamlet)
    return town


def test_classes_follow_who_turns_out_to_be_one_person(united: Town) -> None:
    assert united.pupil_of("e-b") == united.pupil_of("e-a")


def test_a_plan_follows_who_turns_out_to_be_one_person_once_somebody_agrees(united: Town) -> None:
    assert decide(united, "--same") == 0
    assert united.plans() == [(united.record("a"), "attached")]


def test_a_second_source_empties_nothing_by_its_silence(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Ann", "Bee", userIds="{State:S1}", email="a@example.org")
    town.night(hamlet)
    other = Hamlet(others=0)
    other.student("x", "Ann", "Bee", userIds="{State:S1}")
    where = town.home.folder / "second"
    town.home("source", "add", "second", "--kind", "oneroster-csv", "--path", where)
    town.night(other, source="second")
    assert town.record("x") == town.record("a")
    assert town.person("a", "email") == "a@example.org"


# Joining two records


def test_who_is_joined_with_somebody_gone_stays(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Mar", "Lopez", identifier="111")
    town.night(hamlet)
    hamlet.student("b", "Maria", "Lopes", identifier="111")
    town.night(hamlet)
    hamlet.drop("b")
    town.night(hamlet)
    assert (decide(town, "--same"), town.person("a", "state")) == (0, "active")


@pytest.fixture
def come_back(town: Town, hamlet: Hamlet) -> Town:
    """Somebody with a plan was let go and is back under another number, by which nobody knows."""
    hamlet.student("a", "Mar", "Lopez", identifier="111", email="m@example.org")
    town.night(hamlet)
    town.plan("111")
    hamlet.drop("a")
    town.night(hamlet)
    town.night(hamlet, later=20)
    hamlet.student("b", "Mar", "Lopez", identifier="555", email="m@example.org")
    town.night(hamlet)
    return town


def test_joining_who_came_back_attaches_the_plan_again(come_back: Town) -> None:
    assert decide(come_back, "--same") == 0
    assert come_back.plans() == [(come_back.record("b"), "attached")]


def test_two_plans_are_not_joined_into_one_that_hides_the_other(come_back: Town) -> None:
    come_back.plan("555")
    assert decide(come_back, "--same") == 1
    assert len({person for person, _ in come_back.plans()}) == 2


# Decisions between a plan and its application


def test_a_decision_is_not_undone_by_a_plan_drawn_up_before(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Ann", "Bee", identifier="111", email="first@example.org")
    town.night(hamlet)
    town.home("access", "link", "ann", "a", "--reason", "her own account")
    words = ("student", "set", "a", "email", "ours@example.org", "--reason", "mine")
    assert town.home(*words, OPERATOR="ann").status == 0
    hamlet.put("users", "a", email="second@example.org")
    town.night(hamlet)
    hamlet.put("users", "a", email="third@example.org")
    hamlet.write(town.home.delivery)
    number = town.home("sync", "plan", "sis", "--json").json["plan"]
    town.home("conflicts", "decide", "1", "--ours")
    assert town.home("sync", "apply", number).status == 1
    assert town.home.query("SELECT state FROM conflict") == [("ours",)]


# Plans are students'


@pytest.mark.parametrize(("number", "system"), [("P7", "state"), ("G9", "identifier/family")])
def test_a_plan_is_not_given_to_a_guardian(
    number: str, system: str, town: Town, hamlet: Hamlet
) -> None:
    hamlet.person("g", "guardian", "Gus Parent", "s1", identifier="G9", userIds="{State:P7}")
    town.night(hamlet)
    assert (town.plan(number, system).status, town.plans()) == (1, [])


def test_a_plan_of_somebody_let_go_is_detached(town: Town, hamlet: Hamlet) -> None:
    hamlet.student("a", "Ann", "Bee", identifier="111")
    town.night(hamlet)
    hamlet.drop("a")
    town.night(hamlet)
    town.night(hamlet, later=20)
    assert (town.plan("111").status, town.plans()) == (0, [(town.record("a"), "detached")])


# What others can read


def test_the_database_is_its_owners_alone(town: Town) -> None:
    assert stat.S_IMODE(town.home.database.stat().st_mode) == 0o600


def test_districts_that_share_a_folder_overwrite_nothing(town: Town, hamlet: Hamlet) -> None:
    town.night(hamlet)
    where = town.home.delivery
    town.home("access", "appoint", operator(), "--reason", "the board", TENANT="another")
    town.home("source", "add", "sis", "--kind", "oneroster-csv", "--path", where, TENANT="another")
    town.home("sync", "run", "sis", TENANT="another")
    assert len(list((town.home.folder / "outbox").iterdir())) == 2
