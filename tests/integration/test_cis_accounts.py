"""Whose an account of a career system is: asked wherever it is not certain, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from support.cis_results import ADA, BEN, Career

STRANGER = {"student_id": "", "account_id": "x9", "given_name": "Adaa", "family_name": "Ash"}


def test_an_account_without_identifier_is_never_tied_by_machine(career: Career) -> None:
    career.say(STRANGER, "e1", email="ash@example.org")
    report = career.night()
    assert career.saved("ada") == []
    assert report["questions"] == 1
    [found] = career.matches()
    assert "same e-mail" in found["reasons"]
    assert found["candidate"] == "Ada Ash"


def test_an_e_mail_alone_is_not_even_a_suggestion(career: Career) -> None:
    other = STRANGER | {"given_name": "Zygmunt", "family_name": "Quist"}
    career.say(other, "e1", email="ash@example.org")
    career.night()
    assert career.matches() == []


def test_a_decision_ties_the_account_and_merges_what_it_said(career: Career) -> None:
    career.say(STRANGER, "e1")
    career.night()
    [found] = career.matches()
    answer = career.home("matches", "decide", found["number"], "--same", "--reason", "I know her")
    assert answer.status == 0, answer
    assert career.titles("ada") == ["Nurse"]
    career.say(STRANGER, "e2", title="Midwife")
    career.night()
    assert len(career.saved("ada")) == 2


def test_a_night_with_somebody_who_waits_is_quiet_too(career: Career) -> None:
    career.say(STRANGER, "e1")
    career.night()
    assert career.again()["state"] == "quiet"
    career.say(ADA, "e2")
    assert career.night()["questions"] == 0
    assert len(career.matches()) == 1


def test_different_people_stay_different(career: Career) -> None:
    career.say(STRANGER, "e1")
    career.night()
    [found] = career.matches()
    career.home("matches", "decide", found["number"], "--different", "--reason", "her sister")
    career.again()
    assert career.matches() == []
    assert career.saved("ada") == []


def test_a_known_number_under_another_name_is_asked_about(career: Career) -> None:
    career.say(ADA | {"given_name": "Zygmunt", "family_name": "Quist"}, "e1")
    career.night()
    assert career.saved("ada") == []
    assert [one["candidate"] for one in career.matches()] == ["Ada Ash"]


def test_accounts_that_are_merged_there_lose_nothing_here(career: Career) -> None:
    one, two = ADA | {"account_id": "a1"}, ADA | {"account_id": "a2"}
    career.say(one, "e1")
    career.say(two, "e2", title="Midwife")
    career.night()
    career.rows = []
    career.say(two, "e1")
    career.say(two, "e3", title="Doula")
    report = career.night()
    assert career.titles("ada") == ["Doula", "Midwife", "Nurse"]
    assert _split(report) == []


def test_an_account_that_is_split_there_loses_nothing_here(career: Career) -> None:
    both = ADA | {"account_id": "a1"}
    career.say(both, "e1")
    career.say(both, "e2", title="Midwife")
    career.night()
    career.rows = []
    career.say(both, "e1")
    career.say(BEN | {"account_id": "a3"}, "e2", title="Midwife")
    report = career.night()
    assert career.titles("ada") == ["Midwife", "Nurse"]
    assert career.titles("ben") == ["Midwife"]
    assert _split(report) == [("a1 to a3", 1)]


def _split(report: dict[str, Any]) -> list[tuple[str, int]]:
    """The warnings that entries went to the account of somebody else."""
    listed = [one for one in report["findings"] if one["code"] == "cis.split"]
    return [(one["value"], one["count"]) for one in listed]


def test_what_an_account_keeps_saying_is_no_split(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.say(BEN | {"account_id": "a3"}, "e1")
    assert _split(career.night()) == []


def test_what_passes_to_an_account_of_nobody_is_a_split_too(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(STRANGER | {"given_name": "", "family_name": ""}, "e1")
    assert _split(career.night()) == [("a1 to x9", 1)]


def test_an_account_that_passes_to_somebody_else_is_asked_about(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(BEN | {"account_id": "a1"}, "e2", title="Midwife")
    career.night()
    assert career.titles("ada") == ["Nurse"]
    assert career.saved("ben") == []
    assert [one["candidate"] for one in career.matches()] == ["Ben Birch"]


CLEO = {"student_id": "300", "given_name": "Cleo", "family_name": "Cedar", "account_id": "a1"}


def test_words_that_still_wait_do_not_pass_on_with_an_accounts_number(career: Career) -> None:
    career.hamlet.student("cleo", "Cleo", "Cedar", identifier="300")
    career.roster()
    career.say(CLEO, "e1", title="Hers alone")
    career.night()
    career.rows = []
    career.say(BEN | {"account_id": "a1"}, "e1", title="Midwife")
    career.night()
    [found] = career.matches()
    assert career.home("matches", "decide", found["number"], "--same", "--reason", "x").status == 0
    assert career.titles("ben") == ["Midwife"]
    assert career.town.plan("300").status == 0
    career.again()
    assert career.titles("cleo") == ["Hers alone"]


def test_an_account_that_passed_to_somebody_else_waits_until_it_is_decided(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(BEN | {"account_id": "a1"}, "e2", title="Midwife")
    career.night()
    career.again()
    career.say(BEN | {"account_id": "a1"}, "e3", title="Doula")
    assert {one["code"] for one in career.night()["findings"]} == {"cis.waits-moved"}
    assert (career.saved("ben"), len(career.matches())) == ([], 1)


def test_an_account_that_comes_back_is_its_first_students_again(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(BEN | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.say(ADA | {"account_id": "a1"}, "e2", title="Doula")
    career.night()
    assert (career.titles("ada"), career.saved("ben")) == (["Doula", "Nurse"], [])


def test_without_identifiers_another_name_is_somebody_else(career: Career) -> None:
    career.say(STRANGER, "e1")
    career.night()
    [found] = career.matches()
    career.home("matches", "decide", found["number"], "--same", "--reason", "I know her")
    career.rows = []
    career.say(STRANGER | {"given_name": "Ben", "family_name": "Birch"}, "e2", title="Midwife")
    career.night()
    assert (career.titles("ada"), career.saved("ben")) == (["Nurse"], [])
    assert [one["candidate"] for one in career.matches()] == ["Ben Birch"]


@pytest.mark.parametrize("other", [BEN, ADA | {"birth_date": "2001-01-01"}])
def test_rows_of_one_account_about_somebody_else_go_to_nobody(
    career: Career, other: dict[str, str]
) -> None:
    career.say(ADA | {"account_id": "a1", "birth_date": "2012-01-01"}, "e1")
    career.say(other | {"account_id": "a1"}, "e2", title="Midwife")
    [found] = [one for one in career.night()["findings"] if one["code"] == "cis.other-student"]
    assert (found["value"], found["count"]) == ("a1", 1)
    assert (career.titles("ada"), career.saved("ben")) == (["Nurse"], [])


def test_one_name_that_changes_leaves_an_account_where_it_is(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "e1")
    career.night()
    career.rows = []
    career.say(ADA | {"account_id": "a1", "family_name": "Ash-Quist"}, "e2", title="Midwife")
    career.night()
    assert (career.titles("ada"), career.matches()) == (["Midwife", "Nurse"], [])


def test_two_accounts_that_number_alike_are_told(career: Career) -> None:
    career.say(ADA | {"account_id": "a1"}, "1")
    career.say(ADA | {"account_id": "a2"}, "1", title="Welder")
    [found] = career.night()["findings"]
    assert (found["code"], found["value"]) == ("cis.two-accounts", "a1 and a2")
