"""What makes an entry count: its school year, its status, signatures that still hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from support.ilp_entries import changed, entry, plan_with

from schemas.ilp.rules import Outcome
from schemas.profiles.check import check_profile
from schemas.profiles.model import Profile, ProfileRule, shipped

TODAY = date(2026, 11, 20)


def said(rule: dict[str, Any], plan: Any, grade: int = 9) -> Outcome:
    """What one rule says."""
    facts = {"id": "X-01", "asks": "x", "source": "x", "grades": (9,), **rule}
    profile = shipped("generic").model_copy(update={"rules": (ProfileRule.model_validate(facts),)})
    return check_profile(profile, plan, grade, TODAY)[0].outcome


def review(on: date) -> Any:
    return plan_with({"REV.01": [entry("review", on=on, school_year=2027, plan_version=1)]})


def test_last_years_review_is_none_of_this_year() -> None:
    yearly = {"need": [["REV.01"]], "yearly": ["REV.01"]}
    days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 11, 21))
    assert [said(yearly, review(day)) for day in days] == ["not-met", "met", "not-met"]


def test_a_yearly_rule_asks_only_in_its_grades() -> None:
    yearly = {"need": [["REV.01"]], "yearly": ["REV.01"], "grades": (8, 10)}
    assert said(yearly, plan_with(), 9) is Outcome.NOT_APPLICABLE
    assert said(yearly, plan_with(), 10) is Outcome.NOT_MET


def test_what_was_due_before_stays_due() -> None:
    assert said({"need": [["GOA.01"]], "grades": (9,)}, plan_with(), 12) is Outcome.NOT_MET


def test_a_dropped_goal_does_not_count() -> None:
    goal = entry("goal", text="Pilot", status="dropped")
    plan = plan_with({"GOA.01": [goal]})
    assert said({"need": [["GOA.01"]]}, plan) is Outcome.NOT_MET


def signed(*roles: str, version: int = 3) -> dict[str, Any]:
    said = {"person": {"name": "Ada"}, "decision": "approved", "method": "wet"}
    seen = {"on": date(2026, 9, 1), "plan_version": version, "elements": ("STR.05",)}
    return {"REV.02": [entry(f"sign-{role.lower()}", role=role, **said, **seen) for role in roles]}


APPROVED = {"need": [["REV.02"]], "signers": ["S", "F"]}


def test_all_who_have_to_sign_have_to() -> None:
    assert said(APPROVED, plan_with(signed("S"))) is Outcome.NOT_MET
    assert said(APPROVED, plan_with(signed("S", "F"))) is Outcome.MET


def test_a_signature_lapses_when_what_was_signed_changes() -> None:
    hobby = entry("hobby", text="Chess", changed=changed(plan_version=3))
    plan = plan_with({**signed("S", "F", version=2), "STR.05": [hobby]})
    assert said(APPROVED, plan) is Outcome.NOT_MET


def test_what_was_signed_in_its_grade_stays_signed() -> None:
    hobby = entry("hobby", text="Chess", changed=changed(plan_version=3))
    plan = plan_with({**signed("S", "F", version=2), "STR.05": [hobby]})
    assert said({**APPROVED, "grades": (8,)}, plan, 11) is Outcome.MET


def test_who_has_no_iep_is_not_asked_for_it() -> None:
    rule = {"need": [["SUP.03"]], "when": "iep"}
    assert said(rule, plan_with()) is Outcome.NOT_APPLICABLE


def test_whether_there_is_an_iep_may_not_be_told() -> None:
    rule = {"need": [["SUP.03"]], "when": "iep"}
    plan = plan_with(withheld=("SUP.03", "GOA.09"))
    assert said(rule, plan) is Outcome.CANNOT_TELL


def test_without_a_plan_nothing_is_held() -> None:
    assert said({"need": [["GOA.01"]]}, None) is Outcome.NOT_MET


def test_every_profile_says_where_it_comes_from() -> None:
    profiles: list[Profile] = [shipped("WA"), shipped("NJ")]
    assert [bool(one.sources) for one in profiles] == [True, True]
    assert [one.verified for one in profiles] == [True, False]
