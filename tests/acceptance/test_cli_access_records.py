"""Consents, restrictions, holds, requests and emergencies, from the command line."""

from __future__ import annotations

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID

MOTHER, FATHER, TEACHER, PRINCIPAL = "par-0084", "par-0085", "tch-2201", "prn-4003"
CONSENT = (
    *("--regime", "FERPA_99_30", "--signer", MOTHER, "--recipient", "MEN"),
    *("--section", "careerGoals", "--purpose", "mentoring", "--signed", "2026-11-18"),
    *("--expires", "2027-06-30", "--evidence", "binder 3"),
)
WHY = ("--reason", "board minutes of June")


@pytest.fixture
def custodian(home: Home) -> Home:
    """The operator is the custodian of records, who made the database."""
    return home


def may(home: Home, who: str, section: str = "profile") -> bool:
    return bool(home("access", "can", who, "read", LOCAL_ID, section, "--json").json["allowed"])


def made(home: Home, *words: str) -> str:
    """The id of what a command recorded."""
    answer = home(*words, "--json")
    assert answer.status == 0, answer
    return str(answer.json["id"])


def test_a_consent_is_listed_until_it_is_revoked(custodian: Home) -> None:
    consent = made(custodian, "consent", "add", LOCAL_ID, *CONSENT)
    (row,) = custodian("consent", "list", LOCAL_ID, "--json").json
    assert (row["state"], row["capacity"], row["sections"]) == (
        "in force",
        "parent",
        ["careerGoals"],
    )
    assert custodian("consent", "revoke", consent, *WHY).status == 0
    (row,) = custodian("consent", "list", LOCAL_ID, "--json").json
    assert row["state"] == "revoked"


def test_a_teacher_cannot_sign_for_a_student(custodian: Home) -> None:
    words = [TEACHER if word == MOTHER else word for word in CONSENT]
    answer = custodian("consent", "add", LOCAL_ID, *words)
    assert mistake(answer, "signer", "does not hold the FERPA rights")


def test_who_has_no_account_records_nothing(home: Home) -> None:
    assert mistake(
        home("consent", "add", LOCAL_ID, *CONSENT, OPERATOR="somebody"), "no account here"
    )


def test_a_restriction_bars_at_once_and_ends(custodian: Home) -> None:
    assert may(custodian, FATHER)
    words = ("--document", "court-order", "--evidence", "case 12", *WHY)
    order = made(custodian, "restriction", "add", LOCAL_ID, FATHER, *words)
    assert (may(custodian, FATHER), may(custodian, MOTHER)) == (False, True)
    assert custodian("restriction", "list", "--json").json[0]["evidence"] == "court-order: case 12"
    assert custodian("restriction", "end", order, *WHY).status == 0
    assert may(custodian, FATHER)


def test_a_hold_is_lifted_once(custodian: Home) -> None:
    hold = made(custodian, "hold", "add", LOCAL_ID, *WHY)
    assert custodian("hold", "list", "--json").json[0]["in_force"]
    assert custodian("hold", "lift", hold, *WHY).status == 0
    assert mistake(custodian("hold", "lift", hold, *WHY), "ended on")


def test_an_opt_out_stays_until_it_is_taken_back(custodian: Home) -> None:
    refusal = made(custodian, "optout", "add", LOCAL_ID)
    assert mistake(custodian("optout", "add", LOCAL_ID), "opted out already")
    assert custodian("optout", "list", "--json").json[0]["valid_to"] is None
    assert custodian("optout", "end", refusal, *WHY).status == 0


def test_a_request_has_45_days(custodian: Home) -> None:
    request = made(custodian, "request", "add", LOCAL_ID, "inspection", "--by", MOTHER)
    (row,) = custodian("request", "list", "--json").json
    assert row["days_left"] == 45
    (row,) = custodian("request", "list", "--json", NOW="2027-01-14T18:00:00Z").json
    assert row["days_left"] == -10
    assert custodian("request", "answer", request, "given", *WHY).status == 0
    assert custodian("request", "list", "--json").json == []


def test_an_inspection_is_due_before_the_meeting(custodian: Home) -> None:
    words = ("request", "add", LOCAL_ID, "inspection", "--by", MOTHER, "--meeting", "2026-12-01")
    assert custodian(*words).status == 0
    assert custodian("request", "list", "--json").json[0]["days_left"] == 10


def test_the_roster_tells_what_a_linked_account_is(custodian: Home) -> None:
    assert custodian("access", "link", "principal", PRINCIPAL, *WHY).status == 0
    assert may(custodian, "principal", "directory")


def test_a_principal_breaks_the_glass_and_is_reviewed(custodian: Home) -> None:
    assert custodian("access", "link", "principal", PRINCIPAL, *WHY).status == 0
    words = ("access", "break-glass", LOCAL_ID, "iepLink", "--reason", "found collapsed in class 4")
    assert not may(custodian, "principal", "iepLink")
    grant = str(custodian(*words, "--json", OPERATOR="principal").json["id"])
    assert may(custodian, "principal", "iepLink")
    assert [row["id"] for row in custodian("access", "review", "--json").json] == [grant]
    assert custodian("access", "review", grant, *WHY).status == 0
    assert not may(custodian, "principal", "iepLink")


def test_a_custodian_has_no_glass_to_break(custodian: Home) -> None:
    words = ("access", "break-glass", LOCAL_ID, "iepLink", "--reason", "curious about this one")
    assert mistake(custodian(*words), "holds no role for this student")


def test_a_district_chooses_step_by_step(custodian: Home) -> None:
    assert mistake(custodian("access", "choose", "--state", "CO", *WHY), "no time zone")
    words = ("access", "choose", "--zone", "America/Denver", "--state", "CO", *WHY)
    assert custodian(*words).status == 0
    found = custodian("access", "choose", "--grace-days", "3", "--json", *WHY).json
    assert (found["zone"], found["state"], found["grace_days"]) == ("America/Denver", "CO", 3)


def test_an_agreement_opens_what_it_names(custodian: Home) -> None:
    words = ("agreement", "add", "vendor", "--role", "CIS", "--exception", "a1")
    more = ("--purpose", "career-guidance", "--section", "profile", "--to", "2027-06-30")
    rest = ("--destroy-by", "2027-09-30", "--terms", "contract 7", "--direct-control")
    agreement = made(custodian, *words, *more, *rest, "--no-redisclosure")
    assert custodian("agreement", "list", "--json").json[0]["sections"] == ["profile"]
    assert custodian("agreement", "end", agreement, *WHY).status == 0


def test_a_student_at_college_holds_the_rights(custodian: Home) -> None:
    assert may(custodian, MOTHER)
    fact = made(custodian, "standing", "add", LOCAL_ID, "postsecondary", "--evidence", "letter")
    assert not may(custodian, MOTHER)
    assert custodian("standing", "end", fact, *WHY).status == 0
    assert may(custodian, MOTHER)


@pytest.mark.parametrize(
    "words",
    [
        ("consent", "revoke", "consent-9"),
        ("consent", "list", "nobody"),
        ("restriction", "end", "x", *WHY),
        ("request", "add", LOCAL_ID, "gossip", "--by", MOTHER),
        ("request", "add", LOCAL_ID, "inspection", "--by", TEACHER),
        ("request", "add", LOCAL_ID, "inspection", "--by", MOTHER, "--meeting", "soon"),
        ("standing", "add", LOCAL_ID, "genius", "--evidence", "letter"),
        ("hold", "add", TEACHER, *WHY),
        ("access", "review", "break_glass-1", *WHY),
        ("access", "choose", "--zone", "UTC", "--overlay", "absent.toml", *WHY),
    ],
)
def test_mistakes_end_in_a_sentence(custodian: Home, words: tuple[str, ...]) -> None:
    assert mistake(custodian(*words))


def test_a_list_calls_students_by_name_and_number(custodian: Home) -> None:
    made(custodian, "request", "add", LOCAL_ID, "inspection", "--by", MOTHER)
    assert {"Guadalupe", "(0001052)", "Mia"} <= set(custodian("request", "list").out.split())
    (row,) = custodian("request", "list", "--json").json
    assert (row["student"], len(row["student_id"])) == ("Guadalupe Herrera (0001052)", 24)


def test_a_list_calls_nobody_by_name_to_whom_names_are_shut(custodian: Home) -> None:
    made(custodian, "hold", "add", LOCAL_ID, *WHY)
    later = {"NOW": "2027-06-20T18:00:00Z"}  # a roster so old tells staff nothing any more
    (row,) = custodian("hold", "list", "--json", **later).json
    assert row["student"] == row["student_id"]
