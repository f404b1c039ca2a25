"""What becomes of goals in an amended IEP: proven the same, or for a person to decide."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.iep.fates import Fate, GoalFate, match_goals, text_digest
from schemas.iep.header import Student
from schemas.iep.iep import Iep
from schemas.iep.transition import AnnualGoal, PostsecondaryGoal
from schemas.ilp.goals import TransitionArea
from schemas.ilp.values import Identifier

BUDGET = "Given a monthly income, the student will prepare a budget within 20 dollars."
GEAR = "At the school shop, the student will put on all safety gear without prompts."


def iep(**goals: str) -> Iep:
    annual = tuple(AnnualGoal(id=id_, statement=text) for id_, text in goals.items())
    return _iep(annual_goals=annual)


def _iep(**parts: Any) -> Iep:
    student = Student(identifiers=(Identifier(system="local", value="S-1"),))
    return Iep(id="I-1", student=student, **parts)


def fate(old: Iep, new: Iep, goal: str) -> GoalFate:
    return next(one for one in match_goals(old, new) if one.goal == goal)


def test_same_id_and_same_words_are_the_same_goal() -> None:
    assert fate(iep(A=BUDGET), iep(A=BUDGET), "A").now == ("A",)


def test_spacing_and_case_do_not_make_another_goal() -> None:
    loud = f"  {BUDGET.upper()}".replace(" ", "  ")

    assert fate(iep(A=BUDGET), iep(A=loud), "A").fate is Fate.KEPT


def test_a_goal_with_a_new_id_is_kept_by_its_unique_words() -> None:
    assert fate(iep(A=BUDGET), iep(Z=BUDGET), "A") == GoalFate(
        "A", Fate.KEPT, ("Z",), "new id, words that one goal alone has"
    )


def test_swapped_ids_follow_the_words() -> None:
    swapped = iep(A=GEAR, B=BUDGET)

    assert fate(iep(A=BUDGET, B=GEAR), swapped, "A").now == ("B",)


def test_words_that_two_goals_share_prove_nothing() -> None:
    found = fate(iep(A=BUDGET, B=BUDGET), iep(Y=BUDGET, Z=BUDGET), "A")

    assert found.fate is not Fate.KEPT


def test_the_same_words_under_another_area_are_not_the_same_goal() -> None:
    def one(area: TransitionArea) -> Iep:
        return _iep(postsecondary_goals=(PostsecondaryGoal(id="P", statement=GEAR, area=area),))

    found = fate(one(TransitionArea.EMPLOYMENT), one(TransitionArea.EDUCATION_TRAINING), "P")

    assert found.fate is Fate.REWORDED


def test_another_number_is_another_goal() -> None:
    found = fate(iep(A=BUDGET), iep(A=BUDGET.replace("20", "50")), "A")

    assert (found.fate, found.now) == (Fate.REWORDED, ("A",))


def test_a_reworded_goal_with_a_new_id_is_found_by_likeness() -> None:
    new = iep(Z="Given an income of one month, the student will prepare a written budget.", B=GEAR)

    assert fate(iep(A=BUDGET, B=GEAR), new, "A") == GoalFate(
        "A", Fate.REWORDED, ("Z",), "one goal of the new version is like it"
    )


def test_a_split_goal_names_its_parts() -> None:
    both = "The student will prepare a monthly budget and plan a trip by public transport."
    parts = iep(
        A="The student will prepare a monthly budget.", B="Plan a trip by public transport."
    )

    found = fate(iep(A=both), parts, "A")

    assert (found.fate, found.now) == (Fate.SPLIT, ("A", "B"))


def test_merged_goals_name_the_goal_that_holds_them() -> None:
    old = iep(A="Prepare a monthly budget.", B="Plan a trip by public transport.")
    new = iep(A="Prepare a monthly budget and plan a trip by public transport.")

    assert [(one.fate, one.now) for one in match_goals(old, new)] == [(Fate.MERGED, ("A",))] * 2


def test_a_goal_without_anything_like_it_is_dropped() -> None:
    assert fate(iep(A=BUDGET, B=GEAR), iep(B=GEAR), "A").fate is Fate.DROPPED


def test_a_goal_that_went_into_a_kept_one_is_merged() -> None:
    whole = iep(A="Prepare a monthly budget and compare prices.", B="Compare prices.")

    assert fate(whole, iep(A="Prepare a monthly budget and compare prices."), "B") == GoalFate(
        "B", Fate.MERGED, ("A",), "its words stand in a goal with those of others"
    )


@pytest.mark.parametrize("ids", ["AB", "BA"])
def test_fates_come_in_the_order_of_the_old_version(ids: str) -> None:
    old = iep(**dict.fromkeys(ids, GEAR))

    assert [one.goal for one in match_goals(old, iep())] == list(ids)


def test_the_digest_of_words_ignores_what_carries_no_meaning() -> None:
    assert text_digest("Budget  within\n20") == text_digest("budget within 20")
