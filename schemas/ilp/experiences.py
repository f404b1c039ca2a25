"""Experiences in work, service and community (`ilp-content.md` §3.9)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.ilp.entry import About, Area, Dated, Line, Prose, Ref
from schemas.ilp.goals import StepStatus
from schemas.ilp.values import Contact, Hours, OrganizationRef, PersonRef
from schemas.meta import Code, Element, PrivacyClass


class Experience(Dated):
    """Time spent, or planned, with an organization.

    How to reach the supervisor is another person's contact data, whatever the class of the rest.
    """

    organization: OrganizationRef
    status: StepStatus
    hours: Hours | None = None
    supervisor: PersonRef | None = None
    supervisor_contact: Annotated[Contact | None, Element(None, PrivacyClass.CON)] = None
    occupation: Code | None = None
    skills: tuple[Ref, ...] = ()
    goals: tuple[Ref, ...] = ()
    evaluation: Prose | None = None
    verified_by: PersonRef | None = None


class WorkBasedKind(StrEnum):
    """The kinds of work-based learning."""

    JOB_SHADOW = "job-shadow"
    INTERNSHIP = "internship"
    APPRENTICESHIP = "apprenticeship"
    PRE_APPRENTICESHIP = "pre-apprenticeship"
    COOPERATIVE_EDUCATION = "co-op"
    CLINICAL = "clinical"
    SCHOOL_BASED_ENTERPRISE = "school-based-enterprise"
    SIMULATED_WORKPLACE = "simulated-workplace"
    MENTORING = "mentoring"
    OTHER = "other"


class WorkBasedLearning(Experience):
    """A career-connected activity with an employer."""

    kind: WorkBasedKind


class ServiceLearning(Dated):
    """Service learning or community service: its parts, partner and hours."""

    organization: OrganizationRef
    status: StepStatus
    hours: Hours | None = None
    preparation: Prose | None = None
    action: Prose | None = None
    reflection: Prose | None = None
    goals: tuple[Ref, ...] = ()
    verified_by: PersonRef | None = None


class CommunityExperience(Experience):
    """An experience at a local business or agency."""


class ExtracurricularKind(StrEnum):
    """What an extracurricular activity is."""

    CLUB = "club"
    ATHLETICS = "athletics"
    ARTS = "arts"
    LEADERSHIP = "leadership"
    RECREATION = "recreation"
    VOLUNTEERING = "volunteering"
    OTHER = "other"


class Extracurricular(Dated):
    """Participation in a club, team, ensemble or the like."""

    organization: OrganizationRef
    kind: ExtracurricularKind
    role: Line | None = None
    start: date | None = None
    end: date | None = None


class PaidWork(Dated):
    """A job held."""

    employer: OrganizationRef
    role: Line
    hours_per_week: Hours | None = None


class OutsideLearning(Dated):
    """A program, camp or online course outside school."""

    title: Line
    provider: OrganizationRef | None = None
    text: Prose | None = None
    start: date | None = None
    end: date | None = None


class Experiences(Area):
    """What the student did beyond the classroom."""

    work_based_learning: Annotated[
        tuple[WorkBasedLearning, ...],
        Element("EXP.01", PrivacyClass.EDU),
        About("Work-based learning", "0..*", "S/E/T"),
    ] = ()
    service_learning: Annotated[
        tuple[ServiceLearning, ...],
        Element("EXP.02", PrivacyClass.EDU),
        About("Service learning / community service", "0..*", "S/E"),
    ] = ()
    community_experiences: Annotated[
        tuple[CommunityExperience, ...],
        Element("EXP.03", PrivacyClass.EDU),
        About("Community-based experience", "0..*", "S/E"),
    ] = ()
    extracurriculars: Annotated[
        tuple[Extracurricular, ...],
        Element("EXP.04", PrivacyClass.EDU),
        About("Extracurricular participation", "0..*", "S"),
    ] = ()
    paid_work: Annotated[
        tuple[PaidWork, ...],
        Element("EXP.05", PrivacyClass.EDU),
        About("Paid work", "0..*", "S"),
    ] = ()
    outside_learning: Annotated[
        tuple[OutsideLearning, ...],
        Element("EXP.06", PrivacyClass.EDU),
        About("Learning outside school", "0..*", "S"),
    ] = ()
