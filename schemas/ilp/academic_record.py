"""Academic record: what the SIS knows; the plan only reads it (`ilp-content.md` §3.6)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.ilp.courses import AdvancedKind
from schemas.ilp.entry import About, Area, Dated, Entry, Line, Prose, Ref
from schemas.ilp.values import Count, Credits, GradeLevel, Number, OrganizationRef, SchoolYear
from schemas.meta import Code, Element, PrivacyClass


class CourseTaken(Entry):
    """One line of the transcript; `planned` is the planned course that it fulfills."""

    title: Line
    course: Code | None = None
    sced: Code | None = None
    school: OrganizationRef | None = None
    school_year: SchoolYear
    term: Line | None = None
    grade_level: GradeLevel | None = None
    mark: Line | None = None
    credits_attempted: Credits | None = None
    credits_earned: Credits | None = None
    planned: Ref | None = None


class GradeSummary(Entry):
    """Grade point average, rank and credits as of a day."""

    gpa: Number | None = None
    scale: Line | None = None
    weighted: bool | None = None
    rank: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    class_size: Count | None = None
    credits_total: Credits | None = None
    as_of: date


class RecoveryKind(StrEnum):
    """Why a course or program was taken again or in addition."""

    REMEDIATION = "remediation"
    CREDIT_RECOVERY = "credit-recovery"


class Recovery(Dated):
    """Remediation or recovery of credit."""

    kind: RecoveryKind
    title: Line
    course: Code | None = None
    school_year: SchoolYear | None = None
    outcome: Prose | None = None


class AdvancedCredit(Entry):
    """Dual-enrollment, AP or IB credit that was earned."""

    kind: AdvancedKind
    title: Line
    course: Ref | None = None
    institution: OrganizationRef | None = None
    credits: Credits | None = None
    score: Line | None = None
    earned_on: date | None = None


class ArtsProgress(Entry):
    """Evidence of progress in the visual and performing arts."""

    discipline: Line
    text: Prose
    school_year: SchoolYear | None = None
    evidence: tuple[Ref, ...] = ()


class AttendanceSummary(Entry):
    """Days enrolled and present in a school year; kept only where a program asks for it."""

    school_year: SchoolYear
    days_enrolled: Count
    days_present: Count
    as_of: date

    @model_validator(mode="after")
    def _present_while_enrolled(self) -> Self:
        if self.days_present > self.days_enrolled:
            raise ValueError("more days present than enrolled")
        return self


class AcademicRecord(Area):
    """Courses, marks and credits from the student information system."""

    courses_taken: Annotated[
        tuple[CourseTaken, ...],
        Element("REC.01", PrivacyClass.EDU),
        About("Courses taken with marks and credits", "0..*", "D"),
    ] = ()
    grade_summaries: Annotated[
        tuple[GradeSummary, ...],
        Element("REC.02", PrivacyClass.EDU),
        About("GPA, rank, credits total", "0..*", "D"),
    ] = ()
    recoveries: Annotated[
        tuple[Recovery, ...],
        Element("REC.03", PrivacyClass.EDU),
        About("Remediation / credit recovery", "0..*", "D"),
    ] = ()
    advanced_credits: Annotated[
        tuple[AdvancedCredit, ...],
        Element("REC.04", PrivacyClass.EDU),
        About("Dual/concurrent, AP, IB credit earned", "0..*", "D"),
    ] = ()
    arts_progress: Annotated[
        tuple[ArtsProgress, ...],
        Element("REC.05", PrivacyClass.EDU),
        About("Progress in visual and performing arts", "0..*", "D/S"),
    ] = ()
    attendance: Annotated[
        AttendanceSummary | None,
        Element("REC.06", PrivacyClass.EDU),
        About("Attendance summary", "0..1", "D"),
    ] = None
