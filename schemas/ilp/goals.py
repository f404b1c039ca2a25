"""Goals, the steps towards them, and what they were before (`ilp-content.md` §3.3)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ilp.entry import About, Area, Entry, Line, Prose, Ref
from schemas.ilp.values import Hours, OrganizationRef, SchoolYear
from schemas.meta import Code, Element, PrivacyClass


class GoalStatus(StrEnum):
    """Whether a goal still stands; a replaced or dropped one has a line in the goal history."""

    CURRENT = "current"
    ACHIEVED = "achieved"
    REPLACED = "replaced"
    DROPPED = "dropped"


class Goal(Entry):
    """What every goal says; priority 1 comes first."""

    text: Prose
    status: GoalStatus
    priority: Annotated[int, Field(ge=1, le=100)] | None = None
    set_on: date | None = None
    target_date: date | None = None


class CareerGoal(Goal):
    """An occupation, cluster or pathway aimed at."""

    occupation: Code | None = None
    cluster: Code | None = None
    pathway: Code | None = None


class Destination(StrEnum):
    """Where a student goes after high school."""

    TWO_YEAR_COLLEGE = "two-year-college"
    FOUR_YEAR_COLLEGE = "four-year-college"
    TECHNICAL_TRAINING = "technical-training"
    APPRENTICESHIP = "apprenticeship"
    MILITARY = "military"
    EMPLOYMENT = "employment"
    GAP_YEAR = "gap-year"
    UNDECIDED = "undecided"
    OTHER = "other"


class PostsecondaryGoal(Goal):
    """A destination after high school; institution and program once known."""

    destination: Destination
    program: Code | None = None
    institution: OrganizationRef | None = None
    start_term: Line | None = None


class AcademicGoal(Goal):
    """A learning goal for a school year."""

    measure: Prose | None = None
    school_year: SchoolYear | None = None


class PersonalArea(StrEnum):
    """The side of life that a personal goal concerns."""

    PERSONAL = "personal"
    SOCIAL = "social"
    EMOTIONAL = "emotional"
    HEALTH = "health"


class PersonalGoal(Goal):
    """A personal, social, emotional or health goal."""

    area: PersonalArea
    measure: Prose | None = None


class ExtracurricularGoal(Goal):
    """A goal in clubs, athletics, arts, service or leadership."""


class ServiceGoal(Goal):
    """The service that the student plans."""

    hours: Hours | None = None


class StepStatus(StrEnum):
    """How far a step has come."""

    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ActionStep(Entry):
    """A dated step towards one goal."""

    goal: Ref
    text: Prose
    due: date | None = None
    status: StepStatus
    completed: date | None = None
    evidence: tuple[Ref, ...] = ()


class GoalHistory(Entry):
    """That a goal once read otherwise, until when and why it changed.

    `goal_version` is the last version that read so; the goal's `earlier` keeps it whole.
    `successor` is another goal that took its place.
    """

    goal: Ref
    goal_version: Annotated[int, Field(ge=1, le=1_000_000)]
    text: Prose
    until: date
    reason: Prose
    successor: Ref | None = None


class TransitionArea(StrEnum):
    """The three areas of measurable postsecondary goals in an IEP (34 CFR 300.320(b))."""

    EDUCATION_TRAINING = "education-training"
    EMPLOYMENT = "employment"
    INDEPENDENT_LIVING = "independent-living"


class LinkDirection(StrEnum):
    """Which of two linked goals came first."""

    ILP_TO_IEP = "ilp-to-iep"
    IEP_TO_ILP = "iep-to-ilp"


class TransitionLink(Entry):
    """A pointer from a goal to an IEP's measurable postsecondary goal, and the consent behind it.

    `iep_goal` and `consent` are ids in the IEP store and the consent register.
    """

    goal: Ref
    area: TransitionArea
    direction: LinkDirection
    iep_goal: Line
    consent: Line | None = None


class Goals(Area):
    """What the student aims at."""

    career_goals: Annotated[
        tuple[CareerGoal, ...],
        Element("GOA.01", PrivacyClass.EDU),
        About("Career goal", "1..*", "S"),
    ] = ()
    postsecondary_goals: Annotated[
        tuple[PostsecondaryGoal, ...],
        Element("GOA.02", PrivacyClass.EDU),
        About("Postsecondary goal", "1..*", "S"),
    ] = ()
    academic_goals: Annotated[
        tuple[AcademicGoal, ...],
        Element("GOA.03", PrivacyClass.EDU),
        About("Academic goal", "0..*", "S/T"),
    ] = ()
    personal_goals: Annotated[
        tuple[PersonalGoal, ...],
        Element("GOA.04", PrivacyClass.EDU),
        About("Personal / social goal", "0..*", "S"),
    ] = ()
    extracurricular_goals: Annotated[
        tuple[ExtracurricularGoal, ...],
        Element("GOA.05", PrivacyClass.EDU),
        About("Extracurricular goal", "0..*", "S"),
    ] = ()
    service_goals: Annotated[
        tuple[ServiceGoal, ...],
        Element("GOA.06", PrivacyClass.EDU),
        About("Service-learning goal", "0..*", "S"),
    ] = ()
    action_steps: Annotated[
        tuple[ActionStep, ...],
        Element("GOA.07", PrivacyClass.EDU),
        About("Action step / benchmark", "0..* per goal", "S/C"),
    ] = ()
    goal_history: Annotated[
        tuple[GoalHistory, ...],
        Element("GOA.08", PrivacyClass.EDU),
        About("Goal history", "0..*", "D"),
    ] = ()
    transition_links: Annotated[
        tuple[TransitionLink, ...],
        Element("GOA.09", PrivacyClass.SPED),
        About("Transition goal link", "0..*", "I/C"),
    ] = ()

    def every_goal(self) -> tuple[Goal, ...]:
        """The goals of all six kinds, whatever their status."""
        return (
            *self.career_goals,
            *self.postsecondary_goals,
            *self.academic_goals,
            *self.personal_goals,
            *self.extracurricular_goals,
            *self.service_goals,
        )
