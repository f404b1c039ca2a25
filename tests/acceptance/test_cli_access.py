"""Who may see what, from the command line."""

from __future__ import annotations

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID

from service.cli.session import operator

TEACHER, MOTHER = "tch-2201", "par-0084"


@pytest.fixture
def custodian(home: Home) -> Home:
    """The operator is the custodian of records."""
    assert home("access", "appoint", operator(), "--reason", "board minutes").status == 0
    return home


def test_the_table_of_one_role(home: Home) -> None:
    found = home("access", "table", "--role", "TCH", "--json").json
    assert list(found) == ["TCH"]
    assert found["TCH"]["accommodations"]["read"] == "LEI & IMPL"


def test_the_table_explains_its_codes(home: Home) -> None:
    out = home("access", "table").out
    assert "IMPL" in out
    assert "99.31(a)(1)" in out


def test_a_teacher_of_the_student_reads_career_goals(home: Home) -> None:
    found = home("access", "can", TEACHER, "read", LOCAL_ID, "careerGoals", "--json").json
    assert found["allowed"]
    assert found["rules"] == ["TCH.careerGoals.read:LEI"]
    assert found["basis"] == ["99.31(a)(1)(i)(A)"]
    assert "GOA.01" in found["fields"]


def test_not_by_a_roster_that_is_old(home: Home) -> None:
    words = ("access", "can", TEACHER, "read", LOCAL_ID, "careerGoals", "--json")
    assert not home(*words, "--at", "2026-11-24").json["allowed"]


def test_a_parent_of_a_minor_reads_what_a_teacher_may_not(home: Home) -> None:
    allowed = {
        who: home("access", "can", who, "read", LOCAL_ID, "disability", "--json").json["allowed"]
        for who in (MOTHER, TEACHER)
    }
    assert allowed == {MOTHER: True, TEACHER: False}


def test_a_parent_of_an_adult_no_longer(home: Home) -> None:
    words = ("access", "can", MOTHER, "read", LOCAL_ID, "profile", "--json")
    days = ("2029-12-19T12:00:00-07:00", "2029-12-21T12:00:00-07:00")
    assert [home(*words, "--at", day).json["allowed"] for day in days] == [True, False]


def test_a_denial_tells_its_rule_only_to_the_custodian(home: Home) -> None:
    assert home("access", "link", "ms-b", TEACHER, "--reason", "minutes").status == 0
    words = ("access", "can", "ms-b", "read", LOCAL_ID, "contacts", "--json")
    assert "rules" not in home(*words, OPERATOR="ms-b").json
    assert home(*words).json["rules"] == ["default"]


def test_what_others_may_is_not_for_everybody(home: Home) -> None:
    assert home("access", "link", "ms-b", TEACHER, "--reason", "minutes").status == 0
    told = {
        home("access", "can", who, "read", student, "iepLink", OPERATOR="ms-b").err
        for who in (MOTHER, "nobody-at-all")
        for student in (LOCAL_ID, "nobody-else")
    }
    assert len(told) == 1
    words = ("access", "can", MOTHER, "read", LOCAL_ID, "iepLink")
    assert mistake(home(*words, OPERATOR="somebody"), "no account here")


def test_questions_are_on_the_log(home: Home) -> None:
    assert home("access", "who", LOCAL_ID, "profile").status == 0
    last = home("audit", "show", "--count", "1000", "--json").json[-1]
    assert (last["action"], last["request"]) == ("read", "access who")


def test_why_is_for_the_custodian(home: Home) -> None:
    assert home("access", "link", "ms-b", TEACHER, "--reason", "minutes").status == 0
    answer = home("access", "why", TEACHER, "read", LOCAL_ID, "workSamples", OPERATOR="ms-b")
    assert mistake(answer, "may not know that")


def test_why_names_what_is_unmet(custodian: Home) -> None:
    words = ("access", "why", TEACHER, "read", LOCAL_ID, "workSamples", "--json")
    found = custodian(*words).json
    unmet = {one["rule"]: one for one in found["unmet"]}
    assert unmet["TCH.workSamples.read:LEI&SHD"] == {
        "rule": "TCH.workSamples.read:LEI&SHD",
        "role_held": True,
        "codes": ["SHD"],
    }


def test_why_not_for_a_purpose_that_nobody_lists(custodian: Home) -> None:
    words = ("access", "why", MOTHER, "read", LOCAL_ID, "profile", "--purpose", "marketing")
    assert "G5: no purpose of use" in custodian(*words).out


def test_who_lists_everybody_by_rule(custodian: Home) -> None:
    found = custodian("access", "who", LOCAL_ID, "disability", "--json").json
    rules = {rule.partition(".")[0] for one in found for rule in one["rules"]}
    assert rules == {"PAR", "STU"}
    assert len(found) == 3


def test_who_of_a_section_that_teachers_read(custodian: Home) -> None:
    found = custodian("access", "who", LOCAL_ID, "careerGoals", "--json").json
    assert "TCH.careerGoals.read:LEI" in {rule for one in found for rule in one["rules"]}


def test_who_is_called_by_name_where_there_is_no_account(custodian: Home) -> None:
    said = custodian("access", "who", LOCAL_ID, "disability").out
    assert f"Guadalupe Herrera ({LOCAL_ID})" in said
    assert "Mia Herrera" in said


@pytest.mark.parametrize(
    "words",
    [
        ("can", "nobody", "read", LOCAL_ID, "profile"),
        ("can", "tch-2201", "eat", LOCAL_ID, "profile"),
        ("can", "tch-2201", "read", LOCAL_ID, "soul"),
        ("can", "tch-2201", "read", "nobody", "profile"),
        ("can", "tch-2201", "read", LOCAL_ID, "profile", "--at", "yesterday"),
        ("appoint", "me", "--role", "TCH", "--reason", "x"),
        ("table", "--role", "XXX"),
    ],
)
def test_mistakes_end_in_a_sentence(home: Home, words: tuple[str, ...]) -> None:
    assert mistake(home("access", *words))
