"""How the elements of a plan become sentences: what was written, and hardly a word more.

Nothing is turned into a measurable goal here; that wording is the Team's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from schemas.codes.lists import code_lists, find_terms
from schemas.ilp.activities import Activity
from schemas.ilp.assessments import ExamResult, InventoryResult
from schemas.ilp.courses import CourseStatus
from schemas.ilp.entry import Entry
from schemas.ilp.experiences import Experience
from schemas.ilp.goals import CareerGoal, Goal, GoalStatus, PostsecondaryGoal, StepStatus
from schemas.ilp.plan import Plan
from schemas.ilp.supports import SourcePlan
from schemas.ilp.values import ScaleScore
from schemas.meta import Code
from service.iep.feed.draft import Sentence, is_own, long_day, source_of, span
from service.iep.suggest import area_of

EVIDENCE: Final = frozenset(
    {"PRO.05", "CRS.01", "CRS.06", "SUP.01", "SUP.02", "SUP.04", "ACC.01", "ACC.02"}
    | {f"STR.0{number}" for number in range(1, 9)}
    | {f"ASM.0{number}" for number in range(1, 7)}
    | {f"GOA.0{number}" for number in (1, 2, 3, 4, 7)}
    | {f"ACT.0{number}" for number in range(1, 4)}
    | {f"EXP.0{number}" for number in (1, 2, 3, 5, 6)}
)
"""The elements that a draft is made of."""

FRAME: Final = frozenset({"PRO.01", "PRO.02", "PRO.03", "PRO.04"})
"""The elements that say whose plan it is, and from which school."""


def sentences_of(plan: Plan) -> Iterator[Sentence]:
    """Every sentence that a plan gives, part by part."""
    for phrases in _PHRASES:
        yield from phrases(plan)


def _say(path: str, element: str, entry: Entry, text: str, **more: Any) -> Sentence:
    return Sentence(path, text, source_of(element, entry), **more)


def _quote(path: str, element: str, entry: Entry, text: str, **more: Any) -> Sentence:
    """A text that is the student's own, where the student wrote it."""
    return _say(path, element, entry, text, quoted=is_own(entry), **more)


def _joined(*parts: object) -> str | None:
    """What is known of these, as one note; terms of our own lists without their hyphens."""
    words = (str(part).replace("-", " ") if isinstance(part, StrEnum) else part for part in parts)
    return ", ".join(str(word) for word in words if word) or None


def _strengths(plan: Plan) -> Iterator[Sentence]:
    held, path = plan.strengths, "preferences.strengths"
    for skill in held.skills:
        yield _say(path, "STR.01", skill, skill.name, note=_joined(skill.level))
    for ability in held.abilities:
        note = _score(ability.score) if ability.score else None
        yield _quote(path, "STR.02", ability, ability.text, note=note)
    for one in held.accomplishments:
        note = _joined(one.kind, one.issuer and one.issuer.name)
        yield _say(path, "STR.06", one, one.title, note=note)


def _preferences(plan: Plan) -> Iterator[Sentence]:
    held, path = plan.strengths, "preferences.preferences"
    for liking in held.learning_preferences:
        yield _quote(path, "STR.07", liking, liking.text)
    for value in held.work_values:
        yield _say(path, "STR.04", value, value.value, note="matters in work")
    for need in held.needs:
        note = f"what helps: {need.help}" if need.help else None
        yield _quote(path, "STR.08", need, need.barrier, note=note)


def _interests(plan: Plan) -> Iterator[Sentence]:
    for interest in plan.strengths.interests:
        yield _quote("preferences.interests", "STR.03", interest, interest.text)
    for hobby in plan.strengths.hobbies:
        yield _quote("preferences.interests", "STR.05", hobby, hobby.text)


def _vision(plan: Plan) -> Iterator[Sentence]:
    intent = plan.profile.statement_of_intent
    if intent is not None:
        yield _quote("preferences.student_vision", "PRO.05", intent, intent.text)


_INVENTORIES: Final = {
    "ASM.01": "interest",
    "ASM.02": "aptitude",
    "ASM.03": "work values",
    "ASM.04": "strengths",
}


def _assessments(plan: Plan) -> Iterator[Sentence]:
    for element, kind in _INVENTORIES.items():
        for entry in plan.entries(element):
            if isinstance(entry, InventoryResult):
                yield _say("assessments", element, entry, _inventory(entry), note=kind)
    for element in ("ASM.05", "ASM.06"):
        for entry in plan.entries(element):
            if isinstance(entry, ExamResult):
                yield _say("assessments", element, entry, _exam(entry), note="academic")


def _inventory(one: InventoryResult) -> str:
    version = f", version {one.instrument_version}" if one.instrument_version else ""
    results = [*map(_score, one.scores), *filter(None, (one.result_code, one.summary))]
    return _with_results(f"{one.instrument}{version}", results)


def _exam(one: ExamResult) -> str:
    results = [*map(_score, one.scores), *filter(None, (one.level,))]
    return _with_results(one.test, results)


def _with_results(name: str, results: list[str]) -> str:
    return f"{name}: {'; '.join(results)}" if results else name


def _score(score: ScaleScore) -> str:
    top = f" of {_number(score.maximum)}" if score.maximum is not None else ""
    level = f" ({score.level})" if score.level else ""
    return f"{score.scale} {_number(score.value)}{top}{level}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _after_school(plan: Plan) -> Iterator[Sentence]:
    goals = (("GOA.01", plan.goals.career_goals), ("GOA.02", plan.goals.postsecondary_goals))
    for element, held in goals:
        for goal in held:
            if goal.status is GoalStatus.CURRENT:
                path, area = "postsecondary_goals.statement", area_of(goal)
                yield _quote(path, element, goal, goal.text, note=_aim(goal), area=area)


def _aim(goal: Goal) -> str | None:
    """Occupation, cluster, place and program that a goal names, by their titles."""
    if isinstance(goal, CareerGoal):
        return _joined(_title(goal.occupation), _title(goal.cluster))
    if isinstance(goal, PostsecondaryGoal):
        where = goal.institution.name if goal.institution else None
        return _joined(goal.destination, where)
    return None


def _title(code: Code | None) -> str | None:
    if code is None:
        return None
    lists = tuple(one for one in code_lists() if one.set == code.set)
    term = next(find_terms(lists, code.code), None)
    return term.title if term else None


def _year_goals(plan: Plan) -> Iterator[Sentence]:
    goals = (("GOA.03", plan.goals.academic_goals), ("GOA.04", plan.goals.personal_goals))
    for element, held in goals:
        for goal in held:
            if goal.status is GoalStatus.CURRENT:
                measure = f"measured by: {goal.measure}" if goal.measure else None
                due = f"by {long_day(goal.target_date)}" if goal.target_date else None
                path, area = "annual_goals.statement", area_of(goal)
                note = _joined(measure, due)
                yield _quote(path, element, goal, goal.text, note=note, area=area)
    for step in plan.goals.action_steps:
        if step.status is not StepStatus.CANCELLED:
            due = f"due {long_day(step.due)}" if step.due else None
            note = _joined(step.status, due)
            yield _quote("annual_goals.statement", "GOA.07", step, step.text, note=note)


def _experiences(plan: Plan) -> Iterator[Sentence]:
    held, path = plan.experiences, "services.description"
    named: tuple[tuple[str, tuple[Experience, ...]], ...] = (
        ("EXP.01", held.work_based_learning),
        ("EXP.03", held.community_experiences),
    )
    for element, entries in named:
        for one in entries:
            if one.status is not StepStatus.CANCELLED:
                what = getattr(one, "kind", "community experience").replace("-", " ")
                text = (
                    f"{what[:1].upper()}{what[1:]} at {one.organization.name or 'an organization'}"
                )
                yield _say(path, element, one, text, note=_when(one))
    for served in held.service_learning:
        text = f"Service at {served.organization.name or 'an organization'}"
        yield _say(path, "EXP.02", served, text, note=_when(served))
    for job in held.paid_work:
        text = f"{job.role} at {job.employer.name or 'an employer'}"
        yield _say(path, "EXP.05", job, text, note=span(job.start, job.end) or None)
    for learned in held.outside_learning:
        yield _say(path, "EXP.06", learned, learned.title, note=span(learned.start, learned.end))


def _activities(plan: Plan) -> Iterator[Sentence]:
    held = plan.activities
    named: tuple[tuple[str, tuple[Activity, ...]], ...] = (
        ("ACT.01", held.self_exploration),
        ("ACT.02", held.career_exploration),
        ("ACT.03", held.career_planning),
    )
    for element, entries in named:
        for one in entries:
            if one.status is not StepStatus.CANCELLED:
                yield _say("services.description", element, one, one.title, note=_when(one))


def _when(one: Any) -> str | None:
    """Status, days and hours of something done or planned."""
    count = _number(one.hours) if one.hours else ""
    hours = f"{count} hour{'' if count == '1' else 's'}" if count else None
    return _joined(one.status, span(one.start, one.end), hours)


def _courses(plan: Plan) -> Iterator[Sentence]:
    over = (CourseStatus.DROPPED, CourseStatus.COMPLETED)  # what is done is the transcript's
    planned = [one for one in plan.courses.planned_courses if one.status not in over]
    for one in sorted(planned, key=lambda course: (course.school_year or 0, course.id)):
        note = _joined(one.status, one.term)
        path, year = "course_of_study.courses", one.school_year
        yield _say(path, "CRS.01", one, one.title, note=note, year=year)
    choice = plan.courses.cluster_choice
    if choice is not None:
        text = choice.focus or _title(choice.cluster) or choice.cluster.code
        note = _title(choice.cluster)
        yield _say("course_of_study.courses", "CRS.06", choice, f"Focus: {text}", note=note)


_PLANS: Final = {SourcePlan.IEP: "IEP", SourcePlan.SECTION_504: "Section 504 plan"}


def _supports(plan: Plan) -> Iterator[Sentence]:
    held, path = plan.supports, "accommodations.description"
    for copied in held.copied_accommodations:
        yield _say(
            path, "ACC.02", copied, copied.text, note=f"from the {_PLANS[copied.plan]} in force"
        )
    for wish in held.accommodations:
        note = "; ".join((f"need: {wish.need}", f"at {wish.setting}", wish.status))
        yield _quote(path, "ACC.01", wish, wish.accommodation, note=note)
    for service in held.support_services:
        yield _say(path, "SUP.02", service, service.text, note=span(service.start, service.end))


def _people(plan: Plan) -> Iterator[Sentence]:
    for agency in plan.supports.community_resources:
        name = agency.organization.name or "An agency"
        yield _say("agencies.name", "SUP.04", agency, name, note=agency.text)
    for adult in plan.supports.supportive_adults:
        if adult.person.name:
            note = _joined(adult.relation, "may be invited")
            yield _say("team", "SUP.01", adult, adult.person.name, note=note)


_PHRASES: Final[tuple[Callable[[Plan], Iterator[Sentence]], ...]] = (
    _vision,
    _strengths,
    _preferences,
    _interests,
    _assessments,
    _after_school,
    _year_goals,
    _experiences,
    _activities,
    _courses,
    _supports,
    _people,
)
