"""What the student did: work, service and activities, latest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from schemas.ilp.entry import Dated
from schemas.ilp.experiences import Experience, ServiceLearning
from schemas.ilp.goals import StepStatus
from schemas.ilp.plan import Plan
from service.portfolio.pages.words import called, figure, known, listed, span, spelled

_HELD: Final = frozenset({StepStatus.COMPLETED, StepStatus.IN_PROGRESS})


def experiences(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Work, service and membership."""
    told = sorted(_told(plan), key=lambda one: _latest(one[0]), reverse=True)
    taken.update(one.id for one, _ in told)
    return [known(when=span(one.start, one.end), **values) for one, values in told]


def activities(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Career activities that are done, with what the student thought of them."""
    held = plan.activities
    every = (*held.self_exploration, *held.career_exploration, *held.career_planning)
    done = [one for one in every if one.status is StepStatus.COMPLETED]
    done.sort(key=_latest, reverse=True)
    taken.update(one.id for one in done)
    return [
        known(
            when=span(one.start, one.end),
            title=one.title,
            line=listed((spelled(one.type.value), _hours(one.hours))),
            words=one.reflection,
        )
        for one in done
    ]


def hours(plan: Plan) -> Decimal:
    """All hours of work and service that were done, or are under way."""
    held = plan.experiences
    every: tuple[Experience | ServiceLearning, ...] = (
        *held.work_based_learning,
        *held.community_experiences,
        *held.service_learning,
    )
    return sum((one.hours for one in every if one.hours and one.status in _HELD), Decimal(0))


def _told(plan: Plan) -> Iterator[tuple[Dated, dict[str, Any]]]:
    held = plan.experiences
    for one in held.work_based_learning:
        yield from _with_status(one, spelled(one.kind.value))
    for two in held.community_experiences:
        yield from _with_status(two, "Community experience")
    for three in held.service_learning:
        yield from _service(three)
    for job in held.paid_work:
        weekly = f"{figure(job.hours_per_week)} hours a week" if job.hours_per_week else None
        yield job, known(title=job.role, where=called(job.employer), line=weekly)
    for club in held.extracurriculars:
        role = club.role or spelled(club.kind.value)
        yield club, known(title=role, where=called(club.organization))
    for other in held.outside_learning:
        yield other, known(title=other.title, where=called(other.provider), text=other.text)


def _with_status(one: Experience, title: str) -> Iterator[tuple[Dated, dict[str, Any]]]:
    if one.status in _HELD:
        yield (
            one,
            known(
                title=title,
                where=called(one.organization),
                line=_hours(one.hours),
                quote=one.evaluation,
                who=called(one.supervisor) if one.evaluation else None,
            ),
        )


def _service(one: ServiceLearning) -> Iterator[tuple[Dated, dict[str, Any]]]:
    if one.status in _HELD:
        yield (
            one,
            known(
                title="Service",
                where=called(one.organization),
                line=_hours(one.hours),
                text=listed((one.preparation, one.action), " "),
                words=one.reflection,
            ),
        )


def _hours(amount: Decimal | None) -> str | None:
    if not amount:
        return None
    return f"{figure(amount)} hour" if amount == 1 else f"{figure(amount)} hours"


def _latest(one: Dated) -> tuple[date, date]:
    """What is under way comes first, then by its end."""
    begun = one.start or date.min
    return (one.end or (date.max if one.start else date.min), begun)
