"""Ties, IEP Teams, deputies, accounts and shared items, from the command line."""

from __future__ import annotations

import json

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID

MOTHER, TEACHER, PRINCIPAL = "par-0084", "tch-2201", "prn-4003"
WHY = ("--reason", "board minutes of June")
LATER = ("--to", "2026-12-20")


def may(home: Home, who: str, section: str, *more: str) -> bool:
    words = ("access", "can", who, "read", LOCAL_ID, section, *more, "--json")
    return bool(home(*words).json["allowed"])


def made(home: Home, *words: str) -> str:
    """The id of what a command recorded."""
    answer = home(*words, "--json")
    assert answer.status == 0, answer
    return str(answer.json["id"])


def linked(home: Home, account: str, person: str) -> str:
    """An account that is this person."""
    assert home("access", "link", account, person, *WHY).status == 0
    return account


def events(home: Home) -> list[str]:
    """What the audit log calls the requests so far."""
    return [one["request"] for one in home("audit", "show", "--json").json if "request" in one]


def test_a_tie_is_listed_until_it_ends(home: Home) -> None:
    words = ("tie", "add", LOCAL_ID, "counselor", PRINCIPAL, "--evidence", "duty roster")
    tie = made(home, *words, *WHY)
    assert may(home, PRINCIPAL, "contacts")
    assert home("tie", "list", "--json").json[0]["kind"] == "counselor"
    assert home("tie", "end", tie, *WHY).status == 0
    assert not home("tie", "list", LOCAL_ID, "--json").json[0]["in_force"]


def test_a_team_has_versions(home: Home) -> None:
    words = ("team", "add-version", LOCAL_ID, "--agency", PRINCIPAL, *WHY)
    made(home, *words, "--member", TEACHER)
    assert may(home, TEACHER, "disability")
    made(home, *words)
    assert not may(home, TEACHER, "disability")
    versions = [row["version"] for row in home("team", "list", LOCAL_ID, "--all", "--json").json]
    assert versions == [1, 1, 2]


def test_a_deputy_stands_in_for_a_teacher(home: Home) -> None:
    account = made(home, "account", "add", "substitute", *WHY)
    assert not may(home, account, "careerGoals")
    deputy = made(home, "deputy", "add", account, TEACHER, *LATER, *WHY)
    assert may(home, account, "careerGoals")
    assert home("deputy", "list", "--json").json[0]["in_force"]
    assert home("deputy", "end", deputy, *WHY).status == 0
    assert not may(home, account, "careerGoals")


def test_a_client_gets_scopes_and_loses_them(home: Home) -> None:
    made(home, "account", "add", "vendor", "--role", "CIS", "--name", "Careers", *WHY)
    scope = ("vendor", "read", "profile")
    made(home, "account", "grant", *scope, *WHY)
    made(home, "account", "source", "vendor", "ASM.01", *WHY)
    row = next(one for one in home("account", "list", "--json").json if one["id"] == "vendor")
    assert (row["scopes"], row["sources"]) == (["profile:read:*"], ["ASM.01"])
    assert home("account", "revoke", *scope, *WHY).status == 0
    assert mistake(home("account", "revoke", *scope, *WHY), "not on record")


def test_an_account_is_suspended_and_restored(home: Home) -> None:
    teacher = linked(home, "ms-b", TEACHER)
    assert home("account", "suspend", teacher, *WHY).status == 0
    assert not may(home, teacher, "careerGoals")
    assert home("account", "restore", teacher, *WHY).status == 0
    assert may(home, teacher, "careerGoals")


def test_a_student_shares_a_goal_and_takes_it_back(home: Home) -> None:
    pupil = linked(home, "pupil", LOCAL_ID)
    document = json.loads(home.value("SELECT document FROM ilp_plan_version LIMIT 1"))
    item = document["plan"]["goals"]["career_goals"][0]["id"]
    words = ("item", "share", LOCAL_ID, "careerGoals", item, TEACHER, "--json")
    share = str(home(*words, OPERATOR=pupil).json["id"])
    assert home("item", "shares", LOCAL_ID, "--json").json[0]["item_id"] == item
    assert home("item", "take-back", share, OPERATOR=pupil).status == 0


def test_an_elements_consent_opens_this_element(home: Home) -> None:
    mentor = made(home, "account", "add", "coach", *WHY)
    made(home, "tie", "add", LOCAL_ID, "mentor", mentor, "--evidence", "phone call")
    papers = ("--regime", "FERPA_99_30", "--signer", MOTHER, "--purpose", "mentoring")
    times = ("--signed", "2026-11-18", "--expires", "2027-06-30", "--evidence", "binder 3")
    element = ("--element", "person.given_name", "--recipient", mentor)
    made(home, "consent", "add", LOCAL_ID, *papers, *times, *element)
    words = ("access", "can", mentor, "read", LOCAL_ID, "directory", "--purpose", "mentoring")
    assert home(*words, "--json").json["fields"] == ["person.given_name"]


def test_what_was_recorded_and_what_was_refused_is_on_the_log(home: Home) -> None:
    teacher = linked(home, "ms-b", TEACHER)
    words = ("tie", "add", LOCAL_ID, "counselor", PRINCIPAL, "--evidence", "wish")
    assert mistake(home(*words, OPERATOR=teacher), "may not record")
    assert events(home).count("tie.add") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("tie", "add", LOCAL_ID, "friend", TEACHER, "--evidence", "x"),
        ("tie", "end", "tie-9", *WHY),
        ("team", "add-version", LOCAL_ID, "--agency", "nobody", *WHY),
        ("team", "list", "nobody"),
        ("deputy", "add", "nobody", TEACHER, *LATER, *WHY),
        ("deputy", "end", "deputy-9", *WHY),
        ("account", "add", "x", "--role", "TCH", *WHY),
        ("account", "suspend", "nobody", *WHY),
        ("account", "grant", "nobody", "read", "profile", *WHY),
        ("item", "share", LOCAL_ID, "careerGoals", "none", TEACHER),
        ("item", "take-back", "item_share-1"),
        ("item", "owner", LOCAL_ID, "careerGoals", "none", TEACHER, *WHY),
        ("consent", "revoke", "consent-9"),
    ],
)
def test_mistakes_end_in_a_sentence(home: Home, words: tuple[str, ...]) -> None:
    assert mistake(home(*words))
