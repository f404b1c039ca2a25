"""Each rule across elements, met and not met; withheld elements leave it untold."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.ilp_entries import TODAY, changed, entry, grade, plan_with

from schemas.ilp.plan import Plan
from schemas.ilp.rules import RULES, Outcome, check_plan


def outcomes(rule: str, plan: Plan, on: date = TODAY) -> list[Outcome]:
    return [result.outcome for result in check_plan(plan, on) if result.rule == rule]


def reasons(rule: str, plan: Plan) -> list[str]:
    return [result.reason for result in check_plan(plan, TODAY) if result.rule == rule]


def course(**values: Any) -> dict[str, Any]:
    return entry("course", title="Art", grade_level=grade("09"), status="planned", **values)


def requirements(**credits: str) -> dict[str, Any]:
    numbers = {"needed": "3", "earned": "1", "planned": "1", "gap": "1", **credits}
    return entry("map", diploma="Diploma", lines=({"id": "arts", "name": "Arts", **numbers},))


def career_goal(**values: Any) -> dict[str, Any]:
    return entry("goal", **{"text": "Work", "status": "current", **values})


def sign_off(role: str = "S", plan_version: int = 2, **values: Any) -> dict[str, Any]:
    common = {"role": role, "person": {"name": "Signer"}, "decision": "approved"}
    seen = {"on": date(2026, 9, 1), "method": "wet", "plan_version": plan_version}
    return entry(f"sign-{role}", **{**common, **seen, "elements": ("GOA.01",), **values})


def activities(**values: Any) -> dict[str, list[dict[str, Any]]]:
    common = {"type": "other", "title": "Day", "status": "completed", "start": TODAY, **values}
    phases = {
        "ACT.01": "self-exploration",
        "ACT.02": "career-exploration",
        "ACT.03": "career-planning-and-management",
    }
    return {id_: [entry(phase, phase=phase, **common)] for id_, phase in phases.items()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_something_of_every_plan(rule: Any) -> None:
    assert outcomes(rule.id, plan_with())


def test_1_is_met_when_courses_point_to_lines() -> None:
    plan = plan_with({"CRS.01": [course(requirement="arts")], "CRS.03": [requirements()]})
    assert outcomes("ILP-1", plan) == [Outcome.MET]


def test_1_is_not_met_by_a_course_for_an_unknown_requirement() -> None:
    plan = plan_with({"CRS.01": [course(requirement="music")], "CRS.03": [requirements()]})
    assert reasons("ILP-1", plan) == ["no requirement music in the map"]


def test_1_is_not_met_by_a_wrong_gap() -> None:
    plan = plan_with({"CRS.03": [requirements(gap="2")]})
    assert outcomes("ILP-1", plan) == [Outcome.NOT_MET]


def test_1_is_not_met_by_a_negative_gap() -> None:
    plan = plan_with({"CRS.03": [requirements(planned="5", gap="-3")]})
    assert reasons("ILP-1", plan) == ["requirement arts has the gap -3, not 0"]


def test_1_is_met_by_a_gap_of_nothing_when_more_is_planned_than_needed() -> None:
    plan = plan_with({"CRS.03": [requirements(planned="5", gap="0")]})
    assert outcomes("ILP-1", plan) == [Outcome.MET]


def test_2_is_met_by_a_goal_with_a_course() -> None:
    plan = plan_with({"GOA.01": [career_goal()], "CRS.01": [course(goals=("goal",))]})
    assert outcomes("ILP-2", plan) == [Outcome.MET]


def test_2_is_not_met_by_a_goal_without_course() -> None:
    plan = plan_with({"GOA.01": [career_goal()], "CRS.01": [course()]})
    assert outcomes("ILP-2", plan) == [Outcome.NOT_MET]


def test_2_does_not_count_a_dropped_course() -> None:
    dropped = course(goals=("goal",)) | {"status": "dropped"}
    plan = plan_with({"GOA.01": [career_goal()], "CRS.01": [dropped]})
    assert outcomes("ILP-2", plan) == [Outcome.NOT_MET]


def test_2_asks_nothing_of_a_goal_that_is_no_longer_current() -> None:
    plan = plan_with({"GOA.01": [career_goal(status="achieved")]})
    assert outcomes("ILP-2", plan) == [Outcome.MET]


def test_2_is_not_asked_before_grade_9() -> None:
    plan = plan_with({"GOA.01": [career_goal()]}, grade_code="08")
    assert outcomes("ILP-2", plan) == [Outcome.NOT_APPLICABLE]


def test_2_cannot_be_told_without_a_numbered_grade() -> None:
    plan = plan_with({"GOA.01": [career_goal()]}, grade_code="UG")
    assert outcomes("ILP-2", plan) == [Outcome.CANNOT_TELL]


def test_3_is_met_by_an_activity_in_each_phase() -> None:
    assert outcomes("ILP-3", plan_with(activities())) == [Outcome.MET]


def test_3_is_not_met_for_each_phase_without_activity() -> None:
    assert outcomes("ILP-3", plan_with()) == [Outcome.NOT_MET] * 3


def test_3_does_not_count_what_is_older_than_two_years() -> None:
    old = plan_with(activities(start=date(2024, 9, 30)))
    assert outcomes("ILP-3", old) == [Outcome.NOT_MET] * 3


def test_3_counts_what_is_just_within_two_years() -> None:
    recent = plan_with(activities(start=date(2024, 10, 1)))
    assert outcomes("ILP-3", recent) == [Outcome.MET]


def test_3_does_not_count_what_is_yet_to_come() -> None:
    coming = plan_with(activities(start=date(2026, 10, 2)))
    assert outcomes("ILP-3", coming) == [Outcome.NOT_MET] * 3


def test_3_does_not_count_what_was_cancelled() -> None:
    assert Outcome.MET not in outcomes("ILP-3", plan_with(activities(status="cancelled")))


def review(**values: Any) -> dict[str, Any]:
    return entry("review", on=TODAY, school_year=2027, **values)


def test_4_is_met_by_a_review_that_names_its_version() -> None:
    assert outcomes("ILP-4", plan_with({"REV.01": [review(plan_version=3)]})) == [Outcome.MET]


def test_4_is_not_met_by_a_review_without_version() -> None:
    assert outcomes("ILP-4", plan_with({"REV.01": [review()]})) == [Outcome.NOT_MET]


def test_4_is_not_met_by_a_review_of_a_version_yet_to_come() -> None:
    plan = plan_with({"REV.01": [review(plan_version=4)]})
    assert reasons("ILP-4", plan) == ["the plan has no version 4"]


def test_4_is_met_while_the_signed_goal_stands() -> None:
    plan = plan_with({"GOA.01": [career_goal(changed=changed(2))], "REV.02": [sign_off()]})
    assert outcomes("ILP-4", plan) == [Outcome.MET]


def test_4_is_not_met_once_a_signed_goal_changed() -> None:
    plan = plan_with({"GOA.01": [career_goal(changed=changed(3))], "REV.02": [sign_off()]})
    assert reasons("ILP-4", plan) == ["lapsed: GOA.01 changed since"]


def test_4_asks_nothing_of_a_refusal() -> None:
    refusal = sign_off(decision="declined")
    plan = plan_with({"GOA.01": [career_goal(changed=changed(3))], "REV.02": [refusal]})
    assert outcomes("ILP-4", plan) == [Outcome.MET]


def test_4_is_not_met_by_an_approval_of_a_version_yet_to_come() -> None:
    plan = plan_with({"REV.02": [sign_off(plan_version=4)]})
    assert reasons("ILP-4", plan) == ["the plan has no version 4"]


def test_4_is_not_met_once_a_signed_goal_is_gone() -> None:
    plan = plan_with({"GOA.01": [career_goal()], "REV.02": [sign_off(entries=("goal", "other"))]})
    assert reasons("ILP-4", plan) == ["lapsed: other changed since"]


def test_4_is_untold_where_signatures_may_be_withheld() -> None:
    plan = plan_with({"GOA.01": [career_goal()], "REV.02": [sign_off()]}, withheld=("ACC.01",))
    assert outcomes("ILP-4", plan) == [Outcome.CANNOT_TELL]


def test_4_is_met_when_only_the_iep_team_added_to_what_was_signed() -> None:
    theirs = career_goal(changed=changed(3, kind="I")) | {"id": "theirs"}
    plan = plan_with({"GOA.01": [career_goal(), theirs], "REV.02": [sign_off()]})
    assert outcomes("ILP-4", plan) == [Outcome.MET]


def test_4_is_met_when_something_unsigned_changed() -> None:
    signed = sign_off(elements=("CRS.01",))
    plan = plan_with({"GOA.01": [career_goal(changed=changed(3))], "REV.02": [signed]})
    assert outcomes("ILP-4", plan) == [Outcome.MET]


def test_4_asks_only_for_the_last_approval_of_a_role() -> None:
    first, last = sign_off(plan_version=1), sign_off(plan_version=3) | {"id": "sign-again"}
    plan = plan_with({"GOA.01": [career_goal(changed=changed(3))], "REV.02": [first, last]})
    assert outcomes("ILP-4", plan) == [Outcome.MET]


def reworded() -> dict[str, Any]:
    return career_goal(version=2, text="Other work", earlier=(career_goal(),))


def history(goal_version: int = 1) -> dict[str, Any]:
    line = {"goal": "goal", "goal_version": goal_version, "text": "Work"}
    return entry("history", **line, until=TODAY, reason="Changed my mind")


def test_5_is_met_by_a_reworded_goal_with_history() -> None:
    plan = plan_with({"GOA.01": [reworded()], "GOA.08": [history()]})
    assert outcomes("ILP-5", plan) == [Outcome.MET]


def test_5_is_not_met_by_a_reworded_goal_without_history() -> None:
    assert outcomes("ILP-5", plan_with({"GOA.01": [reworded()]})) == [Outcome.NOT_MET]


def test_5_is_not_met_by_history_of_another_version() -> None:
    plan = plan_with({"GOA.01": [reworded()], "GOA.08": [history(goal_version=2)]})
    assert outcomes("ILP-5", plan) == [Outcome.NOT_MET]


def test_5_is_not_met_by_a_dropped_goal_without_history() -> None:
    plan = plan_with({"GOA.01": [career_goal(status="dropped")]})
    assert reasons("ILP-5", plan) == ["nothing says why the goal was dropped"]


def test_6_is_met_when_special_education_is_withheld_whole() -> None:
    plan = plan_with(withheld=("ACC.01", "ACC.02", "GOA.09", "SUP.03"))
    assert outcomes("ILP-6", plan) == [Outcome.MET]


def test_6_is_not_met_when_it_is_withheld_in_part() -> None:
    plan = plan_with(withheld=("ACC.01", "ACC.02", "GOA.09"))
    assert reasons("ILP-6", plan) == ["withheld in part: SUP.03 could still appear"]


def test_6_is_not_asked_of_a_whole_plan() -> None:
    assert outcomes("ILP-6", plan_with()) == [Outcome.NOT_APPLICABLE]


def aid(**values: Any) -> dict[str, Any]:
    return entry("aid", form="fafsa", status="filed", on=TODAY, **values)


def test_7_is_met_by_status_and_date() -> None:
    assert outcomes("ILP-7", plan_with({"FIN.03": [aid()]})) == [Outcome.MET]


def test_7_is_not_met_by_words_of_a_reason() -> None:
    plan = plan_with({"FIN.03": [aid(changed=changed(reason="Income was too high"))]})
    assert outcomes("ILP-7", plan) == [Outcome.NOT_MET]


def test_7_looks_at_earlier_versions_too() -> None:
    before = aid(changed=changed(reason="Income was too high"))
    plan = plan_with({"FIN.03": [aid(earlier=(before,)) | {"version": 2}]})
    assert outcomes("ILP-7", plan) == [Outcome.NOT_MET]


@pytest.mark.parametrize(
    ("rule", "element"),
    [
        (rule.id, element)
        for rule in RULES
        for element in rule.elements
        if rule.id != "ILP-6" and element not in ("PRO.02", "PRO.04")
    ],
)
def test_a_withheld_element_leaves_its_rule_untold(rule: str, element: str) -> None:
    assert outcomes(rule, plan_with(withheld=(element,))) == [Outcome.CANNOT_TELL]
