"""Profile: who the plan is for and what kind of plan it is (`ilp-content.md` §3.1)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ilp.entry import About, Area, Dated, Entry, Line, PlanVersion, Prose
from schemas.ilp.values import (
    GradeLevel,
    Identifier,
    Language,
    OrganizationRef,
    PersonRef,
    SchoolYear,
)
from schemas.meta import Code, Element, PrivacyClass, Record


class Identity(Entry):
    """The identifiers that tie the plan to the SIS, the state and the career system."""

    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class NameAndGrade(Entry):
    """The student's names, current grade and expected year of graduation."""

    legal_given_name: Line
    legal_middle_name: Line | None = None
    legal_family_name: Line
    preferred_given_name: Line | None = None
    preferred_family_name: Line | None = None
    grade_level: GradeLevel
    graduation_year: SchoolYear | None = None


class ProgramKind(StrEnum):
    """What a program within a school is."""

    CTE = "cte"
    DUAL_CREDIT = "dual-credit"
    EARLY_COLLEGE = "early-college"
    OTHER = "other"


class Program(Record):
    """A program in which the student takes part."""

    kind: ProgramKind
    name: Line
    code: Code | None = None


class SchoolEnrollment(Dated):
    """Enrollment in a school and its programs for one school year."""

    school: OrganizationRef
    district: OrganizationRef | None = None
    school_year: SchoolYear
    grade_level: GradeLevel | None = None
    programs: tuple[Program, ...] = ()


class PlanStatus(StrEnum):
    """How far the plan's current version has come."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class PlanStage(StrEnum):
    """Interim plans are renewed every year; the final one is that of the last year."""

    INTERIM = "interim"
    FINAL = "final"


class Header(Entry):
    """What plan this is: type, the state's own name, school year, status, version, language.

    `plan_version` counts versions of the whole plan; `version` counts those of this entry.
    """

    plan_type: Code
    local_name: Line | None = None
    school_year: SchoolYear
    status: PlanStatus
    stage: PlanStage | None = None
    plan_version: PlanVersion
    language: Language | None = None


class StatementOfIntent(Entry):
    """The student's declaration to graduate and on citizenship, attendance and study habits."""

    text: Prose
    intends_to_graduate: bool | None = None
    values_citizenship: bool | None = None
    values_attendance: bool | None = None
    values_study_habits: bool | None = None
    on: date


class AdvisoryRole(StrEnum):
    """As what an adult is responsible for the plan."""

    ADVISOR = "advisor"
    COUNSELOR = "counselor"
    CARING_ADULT = "caring-adult"
    OTHER = "other"


class AdvisoryAssignment(Dated):
    """An adult who is responsible for the plan for a time."""

    person: PersonRef
    role: AdvisoryRole
    start: date | None = None
    end: date | None = None


class Profile(Area):
    """Who the student is, and the head of the plan."""

    identity: Annotated[
        Identity | None,
        Element("PRO.01", PrivacyClass.DIR),
        About("Student identity", "1 (n ids)", "D"),
    ] = None
    name_and_grade: Annotated[
        NameAndGrade | None,
        Element("PRO.02", PrivacyClass.DIR),
        About("Name and grade", "1", "D"),
    ] = None
    enrollments: Annotated[
        tuple[SchoolEnrollment, ...],
        Element("PRO.03", PrivacyClass.EDU),
        About("School and program enrollment", "1..*", "D"),
    ] = ()
    header: Annotated[
        Header | None,
        Element("PRO.04", PrivacyClass.EDU),
        About("Plan header", "1", "S/C"),
    ] = None
    statement_of_intent: Annotated[
        StatementOfIntent | None,
        Element("PRO.05", PrivacyClass.EDU),
        About("Statement of intent", "0..1", "S"),
    ] = None
    advisory_assignments: Annotated[
        tuple[AdvisoryAssignment, ...],
        Element("PRO.06", PrivacyClass.EDU),
        About("Advisory assignment", "1..*", "D/C"),
    ] = ()
