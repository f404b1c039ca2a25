"""What a printed portfolio says: plain values, made once for paper and screen alike.

Texts stay what the student wrote; nothing here is markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from mappings.carriage import Carried, read_table
from mappings.resume.v1.resume import full_name
from schemas.ilp.plan import Plan
from service.portfolio.pages import aims, lived, made, studied
from service.portfolio.pages.words import called, figure, grade, known, listed


@cache
def table() -> dict[str, Carried]:
    """What becomes of each element on the page."""
    return dict(read_table(files("service.portfolio.pages") / "elements.toml"))


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages say, and the entries of the plan that they show."""

    content: dict[str, Any]
    taken: frozenset[str]


_AIM: Final = 160
_STATEMENT: Final = 400
"""Letters for which there is room on the cover; what is longer stands on the pages after it."""

_PROGRAMS: Final = 3


def pages_of(plan: Plan, mark: str) -> Pages:
    """The pages of a plan; `mark` says for whom, when and why they were made."""
    taken: set[str] = set()
    words = made.statement(plan, taken) or ""
    on_cover = words if len(words) <= _STATEMENT else None
    content = known(
        lang=_language(plan),
        title=listed((full_name(plan.profile.name_and_grade), "Portfolio"), ": "),
        cover=_cover(plan, on_cover, taken),
        about=known(
            statement=None if on_cover else words,
            interests=studied.interests(plan, taken),
            **aims.strengths(plan, taken),
        ),
        goals=aims.goals(plan, taken),
        later=aims.later(plan, taken),
        credits=studied.credits(plan, taken),
        courses=studied.courses(plan, taken),
        record=studied.record(plan, taken),
        experiences=lived.experiences(plan, taken),
        activities=lived.activities(plan, taken),
        work=made.work(plan, taken),
        reflections=made.reflections(plan, taken),
        awards=made.awards(plan, taken),
        references=made.references(plan, taken),
        mark=mark,
    )
    return Pages(content, frozenset(taken))


def _language(plan: Plan) -> str:
    header = plan.profile.header
    return header.language if header and header.language else "en"


def _cover(plan: Plan, statement: str | None, taken: set[str]) -> dict[str, Any]:
    named, header = plan.profile.name_and_grade, plan.profile.header
    place = max(plan.profile.enrollments, key=lambda one: one.school_year, default=None)
    taken.update(one.id for one in (named, header, place) if one)
    return known(
        name=full_name(named),
        line=listed(
            (
                grade(named.grade_level) if named else None,
                f"Class of {named.graduation_year}" if named and named.graduation_year else None,
            )
        ),
        school=called(place.school) if place else None,
        district=called(place.district) if place else None,
        programs=_programs([one.name for one in place.programs] if place else []),
        aim=_shortened(aims.first(plan) or ""),
        statement=statement,
        glance=list(_glance(plan)),
    )


def _programs(names: list[str]) -> list[str]:
    """The first few programs, and how many there are besides."""
    more = len(names) - _PROGRAMS
    return [*names[:_PROGRAMS], *([f"and {more} more"] if more > 0 else [])]


def _shortened(text: str) -> str:
    """A goal for the cover; where it does not fit, it goes on among the goals."""
    if len(text) <= _AIM:
        return text
    return f"{text[:_AIM].rsplit(maxsplit=1)[0]} ..."


def _glance(plan: Plan) -> Iterator[dict[str, str]]:
    """Up to three figures that sum the portfolio up; none that are nothing."""
    wanted = plan.courses.requirement_map
    earned = sum((one.earned for one in wanted.lines), Decimal(0)) if wanted else Decimal(0)
    held = lived.hours(plan)
    honors = len(plan.strengths.accomplishments)
    for value, word in (
        (earned, "credits earned"),
        (held, "hours of work and service"),
        (Decimal(honors), "award or certificate" if honors == 1 else "awards and certificates"),
    ):
        if value:
            yield {"value": str(figure(value)), "word": word}
