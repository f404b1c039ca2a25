"""The section `education`: one item for each school, college or program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from mappings.resume.v1.words import day, known, organization
from schemas.ilp.academic_record import GradeSummary
from schemas.ilp.plan import Plan
from schemas.ilp.profile import SchoolEnrollment


def education(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """The schools, latest first, then colleges and programs; `taken` learns whose entries went."""
    return [*_schools(plan, taken), *_colleges(plan, taken), *_programs(plan, taken)]


def _schools(plan: Plan, taken: set[str]) -> Iterator[dict[str, Any]]:
    years = sorted(plan.profile.enrollments, key=lambda one: one.school_year, reverse=True)
    latest = max(plan.academic_record.grade_summaries, key=lambda one: one.as_of, default=None)
    at_home = organization(years[0].school) if years else None
    for name, group in groupby(
        sorted(years, key=_place(years)), lambda one: organization(one.school)
    ):
        held = list(group)
        taken.update(one.id for one in held)
        current = name == at_home
        yield known(
            institution=name,
            area=", ".join(dict.fromkeys(each.name for one in held for each in one.programs)),
            startDate=day(_first(held)),
            endDate=day(_last(held)),
            score=_score(latest, taken) if current else None,
            courses=_courses(plan, name, taken, current=current),
        )


def _place(years: list[SchoolEnrollment]) -> Any:
    """Sorts enrollments so that those in one school stand together, schools by their last year."""
    names = list(dict.fromkeys(organization(one.school) for one in years))
    return lambda one: names.index(organization(one.school))


def _first(held: list[SchoolEnrollment]) -> date | None:
    return min((one.start for one in held if one.start), default=None)


def _last(held: list[SchoolEnrollment]) -> date | None:
    return max((one.end for one in held if one.end), default=None)


def _score(latest: GradeSummary | None, taken: set[str]) -> str | None:
    if latest is None or latest.gpa is None:
        return None
    taken.add(latest.id)
    top = f" / {latest.scale}" if latest.scale else ""
    return f"{latest.gpa:f}{top}"


def _courses(plan: Plan, school: str | None, taken: set[str], *, current: bool) -> list[str]:
    """The courses taken in a school; those of no school told go to the latest one."""
    mine = [
        one
        for one in plan.academic_record.courses_taken
        if organization(one.school) == school or (one.school is None and current)
    ]
    taken.update(one.id for one in mine)
    return list(dict.fromkeys(one.title for one in mine))


def _colleges(plan: Plan, taken: set[str]) -> Iterator[dict[str, Any]]:
    for one in plan.academic_record.advanced_credits:
        taken.add(one.id)
        kind = one.kind.value.replace("-", " ").capitalize()
        where = organization(one.institution)
        yield known(institution=where, area=one.title, studyType=kind, endDate=day(one.earned_on))


def _programs(plan: Plan, taken: set[str]) -> Iterator[dict[str, Any]]:
    for one in plan.experiences.outside_learning:
        taken.add(one.id)
        yield known(
            institution=organization(one.provider),
            area=one.title,
            studyType="Program",
            startDate=day(one.start),
            endDate=day(one.end),
            description=one.text,
        )
