"""What the Team decided for the time after school, and on which grounds."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.iep.values import Item, ItemId, ProviderKind
from schemas.ilp.entry import Line, Prose
from schemas.ilp.goals import TransitionArea
from schemas.ilp.values import Count, Number, SchoolYear
from schemas.meta import Code, Record


class Preferences(Record):
    """Strengths, preferences and interests, and how they were learned (34 CFR 300.43(a)(2))."""

    strengths: tuple[Prose, ...] = ()
    preferences: tuple[Prose, ...] = ()
    interests: tuple[Prose, ...] = ()
    student_vision: Prose | None = None
    parent_vision: Prose | None = None
    gathered_on: date | None = None
    gathered_by: Prose | None = None


class AssessmentKind(StrEnum):
    """What an age-appropriate transition assessment looks at."""

    INTEREST = "interest"
    APTITUDE = "aptitude"
    SKILLS = "skills"
    ADAPTIVE = "adaptive"
    SITUATIONAL = "situational"
    SELF_DETERMINATION = "self-determination"
    FUNCTIONAL_VOCATIONAL = "functional-vocational"
    OTHER = "other"


class TransitionAssessment(Item):
    """An assessment, and the postsecondary goals that rest on it (34 CFR 300.320(b)(1)).

    `source` says who ran it: the school, a career information system, an agency.
    """

    name: Line
    kind: AssessmentKind | None = None
    administered_on: date | None = None
    administered_by: Line | None = None
    source: Line | None = None
    summary: Prose | None = None
    informs: tuple[ItemId, ...] = ()


class IepGoal(Item):
    """A goal of the IEP in the Team's words; links from the plan name its `id`."""

    statement: Prose


class PostsecondaryGoal(IepGoal):
    """A measurable postsecondary goal in one area (34 CFR 300.320(b)(1)).

    `countable` and `occurs_after_exit` are the source's own findings on whether it can be counted
    and lies after high school; absent means that the source does not say.
    """

    area: TransitionArea
    countable: bool | None = None
    occurs_after_exit: bool | None = None
    reviewed_on: date | None = None


class NotApplicable(Record):
    """The Team's recorded decision that an area needs no goal; a missing goal decides nothing."""

    area: TransitionArea
    decided_on: date | None = None
    rationale: Prose | None = None


class AnnualGoalKind(StrEnum):
    """What an annual goal is about; the spelling of Ed-Fi 6.1's four types and CEDS' third."""

    ACADEMIC = "academic"
    FUNCTIONAL = "functional"
    TRANSITION = "transition"
    TRANSITION_ACADEMIC = "transition-academic"
    TRANSITION_FUNCTIONAL = "transition-functional"


class AnnualGoal(IepGoal):
    """A measurable annual goal and the postsecondary goals that it `supports`.

    `schedule` says when progress is reported (34 CFR 300.320(a)(2) and (3)).
    """

    kind: AnnualGoalKind | None = None
    supports: tuple[ItemId, ...] = ()
    baseline: Prose | None = None
    target: Prose | None = None
    measure: Prose | None = None
    schedule: Line | None = None
    start: date | None = None
    end: date | None = None
    responsible: Line | None = None


class ServiceCategory(StrEnum):
    """The six kinds of transition services (34 CFR 300.43(a)(2)); the last two are conditional."""

    INSTRUCTION = "instruction"
    RELATED_SERVICES = "related-services"
    COMMUNITY_EXPERIENCES = "community-experiences"
    EMPLOYMENT_ADULT_LIVING = "employment-adult-living"
    DAILY_LIVING_SKILLS = "daily-living-skills"
    FUNCTIONAL_VOCATIONAL_EVALUATION = "functional-vocational-evaluation"


class Dose(Record):
    """How much of a service: so long each time, so often in an interval, as codes tell it."""

    duration: Count | None = None
    duration_interval: Code | None = None
    frequency: Number | None = None
    frequency_interval: Code | None = None


class Service(Item):
    """A service that the IEP prescribes, and the postsecondary goals that it `supports`.

    `code` is what a standard calls the service where it has a code; such codes do not tell the
    category. `frequency` is in words, as "5 x 45 min per week"; `dose` says the same in codes.
    """

    category: ServiceCategory | None = None
    code: Code | None = None
    description: Prose | None = None
    frequency: Line | None = None
    dose: Dose | None = None
    location: Code | None = None
    start: date | None = None
    end: date | None = None
    provider: ProviderKind | None = None
    agency: ItemId | None = None
    special_education: bool | None = None
    related_service: bool | None = None
    supports: tuple[ItemId, ...] = ()


class ServiceDelivery(Item):
    """That a service was given on a day; `service` is the prescription it carries out."""

    delivered_on: date
    code: Code | None = None
    service: ItemId | None = None


class CourseYear(Record):
    """The course of study of one school year (34 CFR 300.320(b)(2))."""

    school_year: SchoolYear
    grade_level: Line | None = None
    courses: Annotated[tuple[Line, ...], Field(min_length=1)]


class ExitType(StrEnum):
    """How special education is expected to end."""

    REGULAR_DIPLOMA = "regular-diploma"
    ALTERNATE_DIPLOMA = "alternate-diploma"
    CERTIFICATE = "certificate"
    MAXIMUM_AGE = "maximum-age"
    OTHER = "other"


class ExpectedExit(Record):
    """When and how the student is expected to leave; a diploma or age calls for a summary."""

    expected_on: date | None = None
    type: ExitType | None = None
    summary_due: bool | None = None
