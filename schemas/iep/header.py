"""Whose IEP it is, in which version, and how that version came about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.iep.values import ItemId
from schemas.ilp.entry import Line, Prose
from schemas.ilp.values import Identifier
from schemas.meta import Code, Record

HoursPerWeek = Annotated[Decimal, Field(ge=0, le=168, max_digits=6, decimal_places=3)]
"""Hours a week."""


class Student(Record):
    """The student, by identifiers. The birth date confirms a match; no name is kept.

    Identifier systems are `local` (the SIS), `state`, or whatever the source says.
    """

    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    birth_date: date | None = None
    grade_level: Line | None = None
    school: Line | None = None
    district: Line | None = None


class IepType(StrEnum):
    """Why this version was written (34 CFR 300.324)."""

    INITIAL = "initial"
    ANNUAL = "annual"
    AMENDMENT = "amendment"


class IepStatus(StrEnum):
    """Whether the source calls the IEP in force."""

    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"


class ApprovalRoute(StrEnum):
    """How the Team decided: at a meeting, or in writing without one (34 CFR 300.324(a)(4))."""

    MEETING = "meeting"
    WRITTEN_AMENDMENT = "written-amendment"


class Header(Record):
    """Dates and decisions of this version.

    `start` and `end` bound the days on which it is in effect, both included; `finalized` is the
    day on which the Team approved it. `prior_written_notice` is the id of the notice of
    34 CFR 300.503.
    """

    type: IepType | None = None
    status: IepStatus | None = None
    start: date | None = None
    end: date | None = None
    finalized: date | None = None
    amended: date | None = None
    last_evaluated: date | None = None
    evaluation_due: date | None = None
    last_reviewed: date | None = None
    review_due: date | None = None
    meeting_id: ItemId | None = None
    meeting_date: date | None = None
    route: ApprovalRoute | None = None
    prior_written_notice: ItemId | None = None
    amendment_reason: Prose | None = None


class Program(Record):
    """Participation in special education, where the source tells of it beside or without an IEP."""

    name: Line
    type: Code | None = None
    education_organization: Line | None = None
    begin: date | None = None
    end: date | None = None
    reason_exited: Code | None = None
    exit_date: date | None = None
    exit_reason: Code | None = None
    exit_explained: Prose | None = None
    setting: Code | None = None
    hours_per_week: HoursPerWeek | None = None
    school_hours_per_week: HoursPerWeek | None = None


class TeamRole(StrEnum):
    """The members of an IEP Team (34 CFR 300.321(a))."""

    PARENT = "parent"
    REGULAR_EDUCATION_TEACHER = "regular-education-teacher"
    SPECIAL_EDUCATION_TEACHER = "special-education-teacher"
    AGENCY_REPRESENTATIVE = "public-agency-representative"
    EVALUATION_INTERPRETER = "evaluation-interpreter"
    OTHER = "other"
    STUDENT = "student"


class TeamMember(Record):
    """A role on the Team that met, and whether that member attended."""

    role: TeamRole
    attended: bool | None = None


class Event(Record):
    """A dated step under IDEA, such as an annual review (Ed-Fi 6.1 `ideaEvents`, early access)."""

    id: ItemId
    type: Code
    begin: date
    end: date | None = None
    compliance: Code | None = None
    reason: Code | None = None
    narrative: Prose | None = None
