"""Progress notes: what was done for a linked goal, and by which rule an adjustment comes up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.iep_story import first_version

from schemas.ilp.document import read_document
from schemas.ilp.entry import AuthorKind, Change
from schemas.ilp.goals import GoalStatus
from schemas.ilp.plan import Plan
from service.iep.change import Version
from service.iep.checks.facts import StateLaw
from service.iep.progress import QUIET_DAYS, Note, course_adjustments, progress_notes

TODAY = date(2026, 6, 1)
NOW = Version("iep", 1, first_version())


@pytest.fixture
def plan(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
    return read_document(path.read_bytes())


def link(**values: Any) -> dict[str, Any]:
    told = {"id": "iep_link-1", "kind": "supports", "ilp_entry": "goal-career", "goal_id": "PSG-1"}
    return {**told, "made_at": "2026-05-30T00:00:00.000Z", **values}


def note(plan: Plan, today: date = TODAY, **values: Any) -> Note:
    (made,) = progress_notes(plan, [link(**values)], NOW, today)
    return made


def rules(made: Note) -> list[str]:
    return [one.rule for one in made.adjustments]


def test_what_was_completed_is_counted(plan: Plan) -> None:
    made = note(plan)
    assert (made.completed, made.hours, made.last) == (1, Decimal(3), date(2026, 4, 21))
    assert "Health careers fair" in [one.what for one in made.facts]


def test_what_is_planned_is_listed_and_not_counted(plan: Plan) -> None:
    planned = [one for one in note(plan).facts if one.status == "planned"]
    assert {one.entry for one in planned} == {"shadow-clinic", "step-shadow"}


@pytest.mark.parametrize(("days", "quiet"), [(QUIET_DAYS, False), (QUIET_DAYS + 1, True)])
def test_a_goal_grows_quiet(plan: Plan, days: int, quiet: bool) -> None:
    today = date.fromordinal(date(2026, 4, 21).toordinal() + days)
    made = note(plan, today)
    assert made.quiet is quiet
    assert rules(made) == (["quiet"] if quiet else [])


def test_a_goal_that_the_student_gave_up_comes_up(plan: Plan) -> None:
    goal = plan.goals.career_goals[0].model_copy(update={"status": GoalStatus.DROPPED})
    goals = plan.goals.model_copy(update={"career_goals": (goal,)})
    assert rules(note(plan.model_copy(update={"goals": goals}))) == ["changed"]


def test_a_goal_that_was_reworded_since_comes_up(plan: Plan) -> None:
    goal = plan.goals.career_goals[0]
    later = Change(
        author="the student",
        kind=AuthorKind.STUDENT,
        source="planbridge",
        at=datetime.fromisoformat("2026-05-31T00:00:00+00:00"),
        plan_version=5,
    )
    goals = plan.goals.model_copy(update={"career_goals": (goal.revised(later, text="Nurse."),)})
    assert rules(note(plan.model_copy(update={"goals": goals}))) == ["changed"]


def test_a_goal_that_is_gone_comes_up(plan: Plan) -> None:
    assert rules(note(plan, ilp_entry="goal-gone")) == ["gone"]


def test_a_replaced_goal_asks_for_nothing(plan: Plan) -> None:
    assert rules(note(plan, date(2027, 6, 1), kind="replaced_by")) == []


def test_links_to_goals_that_are_not_in_the_version_have_no_note(plan: Plan) -> None:
    assert progress_notes(plan, [link(goal_id="PSG-9")], NOW, TODAY) == []


def test_courses_that_part_are_an_adjustment(plan: Plan) -> None:
    found = course_adjustments(plan, NOW, date(2026, 11, 1), StateLaw(16))
    assert [one.rule for one in found] == ["courses"]
    assert "Algebra II" in found[0].why
