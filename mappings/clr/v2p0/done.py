"""Badges for what was done: activities, experiences, projects and the plan itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mappings.clr.v2p0.badge import Badge, Outcome
from mappings.clr.v2p0.learned import aligned_to, name_of, said_by
from schemas.ilp.activities import Activity
from schemas.ilp.artifacts import Capstone
from schemas.ilp.experiences import (
    Experience,
    Extracurricular,
    ExtracurricularKind,
    OutsideLearning,
    PaidWork,
    ServiceLearning,
    WorkBasedKind,
    WorkBasedLearning,
)
from schemas.ilp.goals import StepStatus
from schemas.ilp.plan import Plan
from schemas.ilp.reviews import CompletionMark

_HELD = "Took part as described, for the hours named."
_STATUS = {StepStatus.COMPLETED: "Completed", StepStatus.IN_PROGRESS: "InProgress"}
"""Statuses of what a learner record may hold; a planned or cancelled step is in neither."""

_MEMBERS = frozenset({ExtracurricularKind.CLUB, ExtracurricularKind.LEADERSHIP})


def done(plan: Plan) -> Iterator[Badge]:
    """The badges for doing, in the order of the plan."""
    acts, lived = plan.activities, plan.experiences
    phases = {
        "ACT.01": acts.self_exploration,
        "ACT.02": acts.career_exploration,
        "ACT.03": acts.career_planning,
    }
    for element, activities in phases.items():
        yield from (
            _activity(element, one) for one in activities if one.status is StepStatus.COMPLETED
        )
    yield from (_capstone(one) for one in plan.artifacts.capstones if one.completed)
    yield from (_work(one) for one in lived.work_based_learning if one.status in _STATUS)
    yield from (_service(one) for one in lived.service_learning if one.status in _STATUS)
    yield from (
        _experience("EXP.03", "Fieldwork", "community experience", one)
        for one in lived.community_experiences
        if one.status in _STATUS
    )
    yield from (_extracurricular(one) for one in lived.extracurriculars)
    yield from (_job(one) for one in lived.paid_work)
    yield from (_outside(one) for one in lived.outside_learning)
    mark = plan.reviews.completion
    yield from (_completion(one) for one in (mark,) if one and one.met)


def _hours(hours: Decimal | None, name: str = "Hours") -> tuple[Outcome, ...]:
    return () if hours is None else (Outcome(name, "ext:Hours", f"{hours:f}"),)


def _state(status: StepStatus) -> tuple[Outcome, ...]:
    return (Outcome("Status", "Status", status=_STATUS[status]),)


def _activity(element: str, one: Activity) -> Badge:
    kind = one.type.value.replace("-", " ")
    return Badge(
        element=element,
        entry=one.id,
        kind="ext:CareerActivity",
        name=one.title,
        description=f"A career activity: {kind}.",
        criteria=_HELD,
        tags=(one.phase.value, one.type.value, *said_by(one, verified=bool(one.verified_by))),
        start=one.start,
        end=one.end,
        narrative=one.reflection,
        results=_hours(one.hours),
    )


def _capstone(one: Capstone) -> Badge:
    return Badge(
        element="ART.05",
        entry=one.id,
        kind="ext:Capstone",
        name=one.title,
        description=one.description,
        criteria="The project was carried out and its result shown.",
        tags=said_by(one),
        awarded=one.completed,
        narrative=one.result,
    )


def _work(one: WorkBasedLearning) -> Badge:
    named = "".join(part.capitalize() for part in one.kind.value.split("-"))
    kind = "Fieldwork" if one.kind is WorkBasedKind.OTHER else f"ext:{named}"
    what = "work-based learning" if one.kind is WorkBasedKind.OTHER else one.kind.value
    return _experience("EXP.01", kind, what.replace("-", " "), one)


def _experience(element: str, kind: str, what: str, one: Experience) -> Badge:
    where = name_of(one.organization)
    return Badge(
        element=element,
        entry=one.id,
        kind=kind,
        name=f"{what.capitalize()} at {where}",
        description=f"Time spent with {where}: {what}.",
        criteria=_HELD,
        alignment=aligned_to(one.occupation),
        creator=where,
        tags=said_by(one, verified=bool(one.verified_by)),
        start=one.start,
        end=one.end,
        narrative=one.evaluation,
        results=(*_state(one.status), *_hours(one.hours)),
    )


def _service(one: ServiceLearning) -> Badge:
    parts = {"Preparation": one.preparation, "Action": one.action, "Reflection": one.reflection}
    words = "\n\n".join(f"{name}: {text}" for name, text in parts.items() if text)
    where = name_of(one.organization)
    return Badge(
        element="EXP.02",
        entry=one.id,
        kind="CommunityService",
        name=f"Service with {where}",
        description=f"Community service with {where}.",
        criteria=_HELD,
        creator=where,
        tags=said_by(one, verified=bool(one.verified_by)),
        start=one.start,
        end=one.end,
        narrative=words or None,
        results=(*_state(one.status), *_hours(one.hours)),
    )


def _extracurricular(one: Extracurricular) -> Badge:
    where = name_of(one.organization)
    return Badge(
        element="EXP.04",
        entry=one.id,
        kind="Membership" if one.kind in _MEMBERS else "CoCurricular",
        name=str(where),
        description=f"Taking part outside class: {one.kind.value}.",
        criteria="Took part as described.",
        tags=(one.kind.value, *said_by(one)),
        start=one.start,
        end=one.end,
        role=one.role,
    )


def _job(one: PaidWork) -> Badge:
    where = name_of(one.employer)
    return Badge(
        element="EXP.05",
        entry=one.id,
        kind="ext:Employment",
        name=f"{one.role} at {where}",
        description=f"Paid work at {where}.",
        criteria="Held the job for the time named.",
        creator=where,
        tags=said_by(one),
        start=one.start,
        end=one.end,
        role=one.role,
        results=_hours(one.hours_per_week, "Hours a week"),
    )


def _outside(one: OutsideLearning) -> Badge:
    return Badge(
        element="EXP.06",
        entry=one.id,
        kind="LearningProgram",
        name=one.title,
        description=one.text or "Learning outside school.",
        criteria="Took part as described.",
        creator=name_of(one.provider),
        tags=said_by(one),
        start=one.start,
        end=one.end,
    )


def _completion(one: CompletionMark) -> Badge:
    return Badge(
        element="REV.06",
        entry=one.id,
        kind="ext:PlanCompletion",
        name="Individualized Learning Plan completed",
        description="The requirement to keep a learning plan is met.",
        criteria="As the district judged.",
        awarded=one.on,
    )
