"""What the student learns: interests as measured, credits against requirements, courses, record."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from schemas.ilp.assessments import InventoryResult
from schemas.ilp.courses import CourseStatus, PlannedCourse, RequirementLine
from schemas.ilp.plan import Plan
from schemas.ilp.values import ScaleScore
from service.portfolio.pages.words import called, day, figure, grade, known, listed, month

_STRONG: Final = 3
"""How many interests are drawn strong: a Holland code has three letters."""

_STATES: Final = {
    CourseStatus.COMPLETED: "done",
    CourseStatus.ENROLLED: "now",
    CourseStatus.PLANNED: "planned",
    CourseStatus.REQUESTED: "planned",
}


def interests(plan: Plan, taken: set[str]) -> dict[str, Any] | None:
    """The latest interest inventory, each area as a share of its own scale."""
    inventories = plan.assessments.interest_inventories
    latest = max(inventories, key=lambda one: one.taken_on, default=None)
    if latest is None or not latest.scores:
        return None
    taken.add(latest.id)
    strong = sorted(latest.scores, key=lambda one: one.value, reverse=True)[:_STRONG]
    return known(
        instrument=latest.instrument,
        when=day(latest.taken_on),
        code=latest.result_code,
        areas=[_area(one, latest, strong=one in strong) for one in latest.scores],
    )


def _area(one: ScaleScore, inventory: InventoryResult, *, strong: bool) -> dict[str, Any]:
    most = one.maximum or max(score.value for score in inventory.scores) or Decimal(1)
    least = one.minimum or Decimal(0)
    room = most - least
    share = (one.value - least) / room if room > 0 else Decimal(0)
    return {
        "name": one.scale,
        "value": figure(one.value),
        "most": figure(one.maximum),
        "share": float(min(max(share, Decimal(0)), Decimal(1))),
        "strong": strong,
    }


def credits(plan: Plan, taken: set[str]) -> dict[str, Any] | None:
    """Each requirement with what is earned, planned and open, and all together."""
    wanted = plan.courses.requirement_map
    if wanted is None or not wanted.lines:
        return None
    taken.add(wanted.id)
    most = max(_room(one) for one in wanted.lines) or Decimal(1)
    return {
        "diploma": wanted.diploma,
        "lines": [_line(one, most) for one in wanted.lines],
        "needed": figure(sum((one.needed for one in wanted.lines), Decimal(0))),
        "earned": figure(sum((one.earned for one in wanted.lines), Decimal(0))),
        "planned": figure(sum((one.planned for one in wanted.lines), Decimal(0))),
    }


def _room(one: RequirementLine) -> Decimal:
    return max(one.needed, one.earned + one.planned)


def _line(one: RequirementLine, most: Decimal) -> dict[str, Any]:
    gap = max(one.needed - one.earned - one.planned, Decimal(0))
    parts = {"earned": one.earned, "planned": one.planned, "open": gap}
    told = [f"{figure(amount)} {name}" for name, amount in parts.items() if amount]
    return {
        "name": one.name,
        "needed": figure(one.needed),
        "shares": {name: float(amount / most) for name, amount in parts.items()},
        "room": float(one.needed / most),
        "told": ", ".join(told) or "nothing needed",
    }


def courses(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """The course plan by grade, dropped courses left out."""
    grades: dict[str, list[PlannedCourse]] = defaultdict(list)
    for one in plan.courses.planned_courses:
        if one.status in _STATES:
            grades[one.grade_level.code].append(one)
            taken.add(one.id)
    return [
        {
            "grade": grade(held[0].grade_level) or code,
            "courses": [_course(one) for one in held],
        }
        for code, held in sorted(grades.items())
    ]


def _course(one: PlannedCourse) -> dict[str, Any]:
    return known(
        title=one.title, credits=figure(one.credits), term=one.term, state=_STATES[one.status]
    )


def record(plan: Plan, taken: set[str]) -> dict[str, Any]:
    """The latest grade point average, and credit earned ahead of school."""
    held = plan.academic_record
    latest = max(held.grade_summaries, key=lambda one: one.as_of, default=None)
    ahead = held.advanced_credits
    taken.update(one.id for one in (*ahead, *((latest,) if latest and latest.gpa else ())))
    average = None
    if latest is not None and latest.gpa is not None:
        scale = f" of {latest.scale}" if latest.scale else ""
        average = f"{figure(latest.gpa)}{scale}"
    return known(
        average=average,
        when=day(latest.as_of) if latest and average else None,
        ahead=[
            known(
                title=one.title,
                line=listed(
                    (
                        called(one.institution),
                        f"{figure(one.credits)} credits" if one.credits else None,
                        month(one.earned_on) if one.earned_on else None,
                    )
                ),
            )
            for one in ahead
        ],
    )
