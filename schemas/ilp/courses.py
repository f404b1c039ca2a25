"""Course plan: what the student means to take and must take (`ilp-content.md` §3.5)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ilp.entry import About, Area, Entry, EntryId, Line, Prose, Ref
from schemas.ilp.values import CreditBalance, Credits, GradeLevel, OrganizationRef, SchoolYear
from schemas.meta import Code, Element, PrivacyClass, Record


class CourseStatus(StrEnum):
    """How firm a planned course is."""

    PLANNED = "planned"
    REQUESTED = "requested"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    DROPPED = "dropped"


class PlannedCourse(Entry):
    """A course planned for one grade and term.

    `requirement` is the `id` of a line of the requirement map; `goals` are the goals it serves.
    """

    title: Line
    course: Code | None = None
    sced: Code | None = None
    grade_level: GradeLevel
    school_year: SchoolYear | None = None
    term: Line | None = None
    credits: Credits | None = None
    requirement: EntryId | None = None
    status: CourseStatus
    alternates: tuple[Ref, ...] = ()
    goals: tuple[Ref, ...] = ()


class FirstYearPlan(Entry):
    """The grade-9 courses proposed in grade 8, out of the planned courses."""

    courses: Annotated[tuple[Ref, ...], Field(min_length=1)]
    proposed_on: date | None = None


class RequirementAuthority(StrEnum):
    """Who set a graduation requirement."""

    STATE = "state"
    LOCAL = "local"


class RequirementLine(Record):
    """One graduation requirement in credits; the gap is what nothing covers yet, never negative."""

    id: EntryId
    name: Line
    authority: RequirementAuthority | None = None
    needed: Credits
    earned: Credits
    planned: Credits
    gap: CreditBalance


class RequirementMap(Entry):
    """How earned and planned credits meet the requirements of the chosen diploma."""

    diploma: Line
    pathway: Code | None = None
    lines: tuple[RequirementLine, ...] = ()


class PathwayOption(Entry):
    """A graduation pathway that the student will use."""

    text: Prose
    code: Code | None = None


class AdvancedKind(StrEnum):
    """How a course goes beyond high school or ahead of grade."""

    AP = "ap"
    IB = "ib"
    DUAL_CREDIT = "dual-credit"
    CONCURRENT_ENROLLMENT = "concurrent-enrollment"
    ACADEMIC_ACCELERATION = "academic-acceleration"
    CTE = "cte"


class AdvancedOption(Entry):
    """An advanced, dual-credit or career and technical option, and the course that takes it up."""

    kind: AdvancedKind
    text: Prose | None = None
    course: Ref | None = None


class ClusterChoice(Entry):
    """The career cluster of study and the academic focus within it."""

    cluster: Code
    pathway: Code | None = None
    focus: Line | None = None


class AlignedChoice(Entry):
    """Electives and extracurricular activities that were chosen to serve a goal."""

    goal: Ref | None = None
    choices: Annotated[tuple[Ref, ...], Field(min_length=1)]
    note: Prose | None = None


class PostsecondaryProgram(Entry):
    """A program planned for the first years after high school; year 13 is the first of them."""

    year: Annotated[int, Field(ge=13, le=20)]
    program: Line
    program_code: Code | None = None
    institution: OrganizationRef | None = None
    term: Line | None = None


class ScheduleFlexibility(Entry):
    """Released time or another departure from the usual class schedule."""

    text: Prose
    periods: tuple[Line, ...] = ()


class PlannedAssessment(Entry):
    """A voluntary exam that the student plans to take."""

    test: Line
    code: Code | None = None
    grade_level: GradeLevel | None = None
    on: date | None = None


class SupportCourse(Entry):
    """A course or intervention added because a standard is not met yet."""

    title: Line
    reason: Prose
    course: Ref | None = None


class Courses(Area):
    """The course plan through high school and into the years after."""

    planned_courses: Annotated[
        tuple[PlannedCourse, ...],
        Element("CRS.01", PrivacyClass.EDU),
        About("Planned course", "1..*", "S/C"),
    ] = ()
    first_year_plan: Annotated[
        FirstYearPlan | None,
        Element("CRS.02", PrivacyClass.EDU),
        About("First-year high school plan", "1 set", "S/C"),
    ] = None
    requirement_map: Annotated[
        RequirementMap | None,
        Element("CRS.03", PrivacyClass.EDU),
        About("Graduation requirement map", "1", "D/C"),
    ] = None
    pathway_options: Annotated[
        tuple[PathwayOption, ...],
        Element("CRS.04", PrivacyClass.EDU),
        About("Graduation pathway option", "0..*", "S/C"),
    ] = ()
    advanced_options: Annotated[
        tuple[AdvancedOption, ...],
        Element("CRS.05", PrivacyClass.EDU),
        About("Advanced and dual-credit options", "0..*", "S/C"),
    ] = ()
    cluster_choice: Annotated[
        ClusterChoice | None,
        Element("CRS.06", PrivacyClass.EDU),
        About("Career cluster / major", "0..1", "S"),
    ] = None
    aligned_choices: Annotated[
        tuple[AlignedChoice, ...],
        Element("CRS.07", PrivacyClass.EDU),
        About("Electives and extracurricular choices aligned with goals", "0..*", "S"),
    ] = ()
    postsecondary_programs: Annotated[
        tuple[PostsecondaryProgram, ...],
        Element("CRS.08", PrivacyClass.EDU),
        About("Postsecondary course/program plan", "0..*", "S"),
    ] = ()
    schedule_flexibility: Annotated[
        tuple[ScheduleFlexibility, ...],
        Element("CRS.09", PrivacyClass.EDU),
        About("Schedule flexibility", "0..*", "C"),
    ] = ()
    planned_assessments: Annotated[
        tuple[PlannedAssessment, ...],
        Element("CRS.10", PrivacyClass.EDU),
        About("Voluntary assessments planned", "0..*", "S"),
    ] = ()
    support_courses: Annotated[
        tuple[SupportCourse, ...],
        Element("CRS.11", PrivacyClass.EDU),
        About("Additional support courses", "0..*", "C/T"),
    ] = ()
