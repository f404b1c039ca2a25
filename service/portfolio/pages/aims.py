"""What the student brings and aims at: strengths, goals with their steps, the years after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mappings.labels import label_of
from schemas.ilp.goals import (
    ActionStep,
    CareerGoal,
    Goal,
    GoalStatus,
    PostsecondaryGoal,
    StepStatus,
)
from schemas.ilp.plan import Plan
from service.portfolio.pages.words import called, day, known, listed, school_year, spelled

_DONE: Final = {
    StepStatus.COMPLETED: "done",
    StepStatus.IN_PROGRESS: "under way",
    StepStatus.PLANNED: "to do",
}
_GRADE_AFTER: Final = 13


def first(plan: Plan) -> str | None:
    """The goal for the cover: the first career goal that stands, else one for after school."""
    aims: tuple[Goal, ...] = (*plan.goals.career_goals, *plan.goals.postsecondary_goals)
    standing = [one for one in aims if one.status is GoalStatus.CURRENT]
    careers = [one for one in standing if isinstance(one, CareerGoal)]
    return next((one.text for one in _by_priority(careers or standing)), None)


def strengths(plan: Plan, taken: set[str]) -> dict[str, Any]:
    """Skills, abilities, interests and values in the student's own words."""
    held = plan.strengths
    ranked = sorted(held.interests, key=lambda one: one.rank or 1000)
    groups = (held.skills, held.abilities, ranked, held.work_values, held.hobbies)
    for group in (*groups, held.learning_preferences):
        taken.update(one.id for one in group)
    return known(
        skills=[known(name=one.name, level=one.level) for one in held.skills],
        abilities=[one.text for one in held.abilities],
        likes=[one.text for one in ranked],
        values=[one.value for one in held.work_values],
        hobbies=[one.text for one in held.hobbies],
        learning=[one.text for one in held.learning_preferences],
    )


def goals(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """The goals that stand or were achieved, each with its steps, by kind and priority."""
    return [_goal(plan, kind, one, taken) for kind, one in _shown(plan)]


def later(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Programs planned for the years after high school."""
    programs = sorted(plan.courses.postsecondary_programs, key=lambda one: one.year)
    taken.update(one.id for one in programs)
    return [
        known(
            year=f"Year {one.year - _GRADE_AFTER + 1}",
            program=one.program,
            line=listed((called(one.institution), one.term)),
        )
        for one in programs
    ]


def _shown(plan: Plan) -> Iterator[tuple[str, Goal]]:
    held = plan.goals
    kinds: tuple[tuple[str, Iterable[Goal]], ...] = (
        ("Career", held.career_goals),
        ("After high school", held.postsecondary_goals),
        ("Learning", held.academic_goals),
        ("Personal", held.personal_goals),
        ("Activities", held.extracurricular_goals),
        ("Service", held.service_goals),
    )
    for kind, group in kinds:
        for one in _by_priority(group):
            if one.status in (GoalStatus.CURRENT, GoalStatus.ACHIEVED):
                yield kind, one


def _by_priority(group: Iterable[Goal]) -> list[Goal]:
    return sorted(group, key=lambda one: one.priority or 100)


def _goal(plan: Plan, kind: str, one: Goal, taken: set[str]) -> dict[str, Any]:
    steps = [step for step in plan.goals.action_steps if step.goal.root == one.id]
    shown = [step for step in steps if step.status in _DONE]
    taken.update((one.id, *(step.id for step in shown)))
    return known(
        kind=kind,
        text=one.text,
        line=listed(tuple(_facts(one))),
        achieved="achieved" if one.status is GoalStatus.ACHIEVED else None,
        steps=[_step(step) for step in shown],
    )


def _facts(one: Goal) -> Iterator[str | None]:
    if isinstance(one, CareerGoal):
        yield label_of(one.occupation)
        yield label_of(one.cluster)
    if isinstance(one, PostsecondaryGoal):
        yield called(one.institution) or spelled(one.destination.value)
        yield one.start_term
    year = school_year(getattr(one, "school_year", None))
    yield f"by {day(one.target_date)}" if one.target_date else year


def _step(one: ActionStep) -> dict[str, Any]:
    due = f"due {day(one.due)}" if one.due else None
    when = day(one.completed) if one.status is StepStatus.COMPLETED else due
    return known(text=one.text, state=_DONE[one.status], when=when)
