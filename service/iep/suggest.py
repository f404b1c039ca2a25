"""Suggested links, scored with their reasons. Nothing here makes a link: people do.

Three things count: whether two goals are about the same area, the words that they share, and the
words of the occupation, cluster or program that the plan's goal names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from schemas.codes.lists import code_lists, find_terms
from schemas.iep.iep import Iep
from schemas.iep.transition import AnnualGoal, IepGoal, PostsecondaryGoal
from schemas.ilp.goals import (
    AcademicGoal,
    CareerGoal,
    Destination,
    Goal,
    GoalStatus,
    PersonalGoal,
    TransitionArea,
)
from schemas.ilp.goals import PostsecondaryGoal as AfterSchoolGoal
from schemas.ilp.plan import Plan
from schemas.meta import Code
from service.iep.change import plain

LEAST: Final = 40
"""Scores below this are not shown."""

_AREA: Final = 35
_TEXT: Final = 45
_CODE: Final = 20
_SHORT: Final = 4
_EVERYDAY: Final = frozenset(
    {"after", "before", "complete", "from", "goal", "graduation", "have", "high", "into", "school"}
    | {"student", "that", "their", "then", "they", "this", "will", "with", "within", "work", "year"}
)
_WORKING: Final = frozenset({Destination.EMPLOYMENT, Destination.MILITARY})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That two goals may belong together; `score` is of 100, `reasons` say what counted."""

    entry: str
    goal: str
    score: int
    reasons: tuple[str, ...]


def suggestions(plan: Plan, iep: Iep) -> list[Suggestion]:
    """Pairs of a current goal of the plan and a goal of the IEP, the likeliest first."""
    pairs = (
        _judged(ours, theirs, iep)
        for ours in plan.goals.every_goal()
        if ours.status is GoalStatus.CURRENT
        for theirs in iep.goals()
    )
    found = [one for one in pairs if one.score >= LEAST]
    return sorted(found, key=lambda one: (-one.score, one.entry, one.goal))


def area_of(goal: Goal) -> TransitionArea | None:
    """The area of the time after school that a goal of the plan is about, where it tells."""
    if isinstance(goal, CareerGoal):
        return TransitionArea.EMPLOYMENT
    if isinstance(goal, AfterSchoolGoal):
        works = goal.destination in _WORKING
        return TransitionArea.EMPLOYMENT if works else TransitionArea.EDUCATION_TRAINING
    if isinstance(goal, AcademicGoal):
        return TransitionArea.EDUCATION_TRAINING
    return TransitionArea.INDEPENDENT_LIVING if isinstance(goal, PersonalGoal) else None


def _judged(ours: Goal, theirs: IepGoal, iep: Iep) -> Suggestion:
    from rapidfuzz.fuzz import token_set_ratio

    score, reasons = 0.0, []
    area = area_of(ours)
    if area is not None and area in _areas(theirs, iep):
        score, reasons = _AREA, [f"both are about {area.replace('-', ' or ')}"]
    shared = sorted(_words(ours.text) & _words(theirs.statement))
    likeness = token_set_ratio(plain(ours.text), plain(theirs.statement)) if shared else 0
    if shared:
        score += _TEXT * likeness / 100
        reasons.append(f"both say {', '.join(shared)}")
    named = next(_named(ours, theirs), None)
    if named is not None:
        score += _CODE
        reasons.append(named)
    return Suggestion(ours.id, theirs.id, round(score), tuple(reasons))


def _areas(goal: IepGoal, iep: Iep) -> set[TransitionArea]:
    """The areas of an IEP's goal: its own, or those of the goals that it supports."""
    if isinstance(goal, PostsecondaryGoal):
        return {goal.area}
    served = set(goal.supports) if isinstance(goal, AnnualGoal) else set()
    return {one.area for one in iep.postsecondary_goals if one.id in served}


def _named(ours: Goal, theirs: IepGoal) -> Iterator[str]:
    """That the IEP's goal speaks of the occupation, cluster or program of the plan's goal."""
    for code in _codes(ours):
        for title in _titles(code):
            shared = sorted(_words(title) & _words(theirs.statement))
            if shared:
                yield f"{code.set} {code.code} ({title}) says {', '.join(shared)} too"


def _codes(goal: Goal) -> Iterator[Code]:
    for name in ("occupation", "cluster", "pathway", "program"):
        code = getattr(goal, name, None)
        if code is not None:
            yield code


def _titles(code: Code) -> list[str]:
    shipped = tuple(one for one in code_lists() if one.set == code.set)
    return list(dict.fromkeys(term.title for term in find_terms(shipped, code.code)))


def _words(text: str) -> set[str]:
    """The telling words of a text, in the singular as far as an `s` at the end shows it."""
    words = (word.removesuffix("s") for word in plain(text).split())
    return {word for word in words if len(word) >= _SHORT} - _EVERYDAY
