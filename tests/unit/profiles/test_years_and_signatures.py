"""What makes an entry count: its school year, its status, signatures that still hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.ilp_entries import changed, entry, grade, plan_with

from schemas.ilp.redaction import redact, view_of
from schemas.ilp.rules import Outcome
from schemas.meta import PrivacyClass
from schemas.profiles.check import check_profile
from schemas.profiles.model import Profile, ProfileRule, shipped

TODAY = date(2026, 11, 20)
WITHOUT_SPED = view_of(frozenset(PrivacyClass) - {PrivacyClass.SPED})


def said(rule: dict[str, Any], plan: Any, year: int = 9, adult: bool | None = None) -> Outcome:
    """What one rule says of a plan in the year of a grade."""
    facts = {"id": "X-01", "asks": "x", "source": "x", "grades": (9,), **rule}
    profile = shipped("generic").model_copy(update={"rules": (ProfileRule.model_validate(facts),)})
    return check_profile(profile, plan, year, TODAY, adult)[0].outcome


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


def test_a_signature_lapses_when_what_was_signed_is_gone() -> None:
    signatures = [{**one, "entries": ("hobby",)} for one in signed("S", "F")["REV.02"]]
    assert said(APPROVED, plan_with({"REV.02": signatures})) is Outcome.NOT_MET


def test_where_something_signed_is_hidden_nobody_can_tell() -> None:
    signatures = [{**one, "elements": ("STR.05", "SUP.03")} for one in signed("S", "F")["REV.02"]]
    linked = entry("linked", plan_type="iep", status="active", changed=changed(5))
    plan = plan_with({"REV.02": signatures, "SUP.03": [linked]})
    assert said(APPROVED, plan) is Outcome.NOT_MET
    assert said(APPROVED, redact(plan, WITHOUT_SPED)) is Outcome.CANNOT_TELL


def test_a_signature_on_what_is_shown_is_told_to_all() -> None:
    shown = redact(plan_with(signed("S", "F")), WITHOUT_SPED)
    assert said(APPROVED, shown) is Outcome.MET


def test_a_parent_signs_for_a_minor_only() -> None:
    rule = {"need": [["REV.02"]], "signers": ["S"], "signers_for_minors": ["F"]}
    alone, both = plan_with(signed("S")), plan_with(signed("S", "F"))
    assert [said(rule, alone, adult=one) for one in (True, False)] == ["met", "not-met"]
    assert said(rule, both, adult=False) is Outcome.MET


def test_without_a_birth_date_a_missing_parent_is_not_told() -> None:
    rule = {"need": [["REV.02"]], "signers": ["S"], "signers_for_minors": ["F"]}
    assert said(rule, plan_with(signed("S"))) is Outcome.CANNOT_TELL
    assert said(rule, plan_with(signed("C"))) is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("Level 2", "not-met"),
        ("3", "not-applicable"),
        ("Basic", "cannot-tell"),
        ("1 to 2", "cannot-tell"),
        (None, "cannot-tell"),
    ],
)
def test_a_level_in_words_tells_nothing(level: str | None, told: str) -> None:
    facts = {"test": "State test", "subject": "Mathematics", "level": level}
    weak = entry("weak", taken_on=date(2025, 5, 2), grade_level=grade("08"), **facts)
    rule = {"need": [["CRS.01"]], "when": "middle-school-mathematics-below-3"}
    assert said(rule, plan_with({"ASM.05": [weak]})) == told


def test_courses_beyond_those_shown_are_not_missing() -> None:
    course = entry("art", title="Art", status="planned", grade_level=grade("09"))
    sced = {"sced": {"set": "SCED", "code": "05101"}}
    rule = {"need": [["CRS.01"]], "courses": {"sced_subject_area": "02", "grades": (9,)}}
    plan = plan_with({"CRS.01": [course | sced]}, withheld=("CRS.01.others",))
    assert said(rule, plan) is Outcome.CANNOT_TELL


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
