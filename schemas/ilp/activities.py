"""Activities of the three phases of career development (`ilp-content.md` §3.4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.ilp.entry import About, Area, Dated, Entry, Line, Prose, Ref
from schemas.ilp.goals import StepStatus
from schemas.ilp.values import Hours, Link, PersonRef
from schemas.meta import Code, Element, PrivacyClass


class Phase(StrEnum):
    """The three phases of building career readiness."""

    SELF_EXPLORATION = "self-exploration"
    CAREER_EXPLORATION = "career-exploration"
    CAREER_PLANNING_AND_MANAGEMENT = "career-planning-and-management"


class ActivityType(StrEnum):
    """What was done; our own list."""

    INTEREST_INVENTORY = "interest-inventory"
    SKILLS_INVENTORY = "skills-inventory"
    VALUES_INVENTORY = "values-inventory"
    STRENGTHS_INVENTORY = "strengths-inventory"
    PERSONALITY_INVENTORY = "personality-inventory"
    LEARNING_STYLE_INVENTORY = "learning-style-inventory"
    OCCUPATION_RESEARCH = "occupation-research"
    LABOR_MARKET_RESEARCH = "labor-market-research"
    CAREER_FAIR = "career-fair"
    GUEST_SPEAKER = "guest-speaker"
    INFORMATIONAL_INTERVIEW = "informational-interview"
    JOB_SHADOW = "job-shadow"
    INDUSTRY_TOUR = "industry-tour"
    COLLEGE_VISIT = "college-visit"
    PROGRAM_RESEARCH = "program-research"
    RESUME_WRITING = "resume-writing"
    COVER_LETTER = "cover-letter"
    MOCK_INTERVIEW = "mock-interview"
    JOB_APPLICATION = "job-application"
    EMPLOYABILITY_LESSON = "employability-lesson"
    FINANCIAL_LITERACY_LESSON = "financial-literacy-lesson"
    COLLEGE_APPLICATION_WORKSHOP = "college-application-workshop"
    FINANCIAL_AID_WORKSHOP = "financial-aid-workshop"
    APPRENTICESHIP_SEARCH = "apprenticeship-search"
    OTHER = "other"


class Activity(Dated):
    """An activity of one phase: what, when, for how long, and what came of it."""

    phase: Phase
    type: ActivityType
    title: Line
    status: StepStatus
    hours: Hours | None = None
    reflection: Prose | None = None
    goals: tuple[Ref, ...] = ()
    evidence: tuple[Ref, ...] = ()
    verified_by: PersonRef | None = None


class SelfExploration(Activity):
    """Builds knowledge of the student's own interests, skills and values."""

    phase: Literal[Phase.SELF_EXPLORATION]


class CareerExploration(Activity):
    """Ties interests and skills to careers, courses and pathways."""

    phase: Literal[Phase.CAREER_EXPLORATION]


class CareerPlanning(Activity):
    """Job search, application and employability: planning and managing a career."""

    phase: Literal[Phase.CAREER_PLANNING_AND_MANAGEMENT]


class AdvisingSession(Entry):
    """A counseling or advising meeting that was held."""

    on: date
    participants: Annotated[tuple[PersonRef, ...], Field(min_length=1)]
    topics: tuple[Line, ...] = ()
    outcome: Prose | None = None
    minutes: Annotated[int, Field(ge=0, le=1440)] | None = None


class InformationKind(StrEnum):
    """What was bookmarked."""

    OCCUPATION = "occupation"
    CLUSTER = "cluster"
    PROGRAM = "program"
    INSTITUTION = "institution"


class SavedInformation(Entry):
    """Career information that the student bookmarked, with notes."""

    kind: InformationKind
    title: Line
    code: Code | None = None
    link: Link | None = None
    saved_on: date | None = None
    notes: Prose | None = None


class Activities(Area):
    """What the student did and plans to do, by phase."""

    self_exploration: Annotated[
        tuple[SelfExploration, ...],
        Element("ACT.01", PrivacyClass.EDU),
        About("Self-exploration activity", "0..*", "S/X"),
    ] = ()
    career_exploration: Annotated[
        tuple[CareerExploration, ...],
        Element("ACT.02", PrivacyClass.EDU),
        About("Career exploration activity", "0..*", "S/X"),
    ] = ()
    career_planning: Annotated[
        tuple[CareerPlanning, ...],
        Element("ACT.03", PrivacyClass.EDU),
        About("Career planning and management activity", "0..*", "S/X/E"),
    ] = ()
    advising_sessions: Annotated[
        tuple[AdvisingSession, ...],
        Element("ACT.04", PrivacyClass.EDU),
        About("Counseling or advising session", "0..*", "C"),
    ] = ()
    saved_information: Annotated[
        tuple[SavedInformation, ...],
        Element("ACT.05", PrivacyClass.EDU),
        About("Career information saved", "0..*", "S/X"),
    ] = ()
