"""Supports: adults, services, other plans and accommodations (`ilp-content.md` §3.11)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.ilp.entry import About, Area, Dated, ElementRef, Entry, Line, Prose
from schemas.ilp.values import Contact, OrganizationRef, PersonRef
from schemas.meta import Element, PrivacyClass


class Relation(StrEnum):
    """What a supportive adult is to the student."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    RELATIVE = "relative"
    ADVISOR = "advisor"
    COUNSELOR = "counselor"
    TEACHER = "teacher"
    MENTOR = "mentor"
    EMPLOYER = "employer"
    OTHER = "other"


class SupportiveAdult(Entry):
    """An adult who supports the student, how to reach them, and which elements they may see.

    `may_see` records a wish; whether it holds is decided by consent and the rule table.
    """

    person: PersonRef
    relation: Relation
    contact: Contact | None = None
    may_see: tuple[ElementRef, ...] = ()


class SupportService(Dated):
    """A service or intervention: what help, by whom, when."""

    text: Prose
    person: PersonRef | None = None
    organization: OrganizationRef | None = None
    start: date | None = None
    end: date | None = None


class LinkedPlanType(StrEnum):
    """Which other plan applies to the student."""

    IEP = "iep"
    SECTION_504 = "section-504"
    LITERACY = "literacy"
    ENGLISH_LEARNER = "english-learner"
    TRANSITION = "transition"
    SUCCESS = "success"


class LinkedPlanStatus(StrEnum):
    """Whether the other plan is in force."""

    IN_DEVELOPMENT = "in-development"
    ACTIVE = "active"
    ENDED = "ended"


class LinkedPlan(Entry):
    """That another plan applies, and who holds it; never its contents."""

    plan_type: LinkedPlanType
    status: LinkedPlanStatus
    holder: OrganizationRef | None = None


class CommunityResource(Entry):
    """A local agency or service; the contact is the agency's own, not a person's."""

    organization: OrganizationRef
    text: Prose | None = None
    contact: Contact | None = None


class Setting(StrEnum):
    """Where an accommodation is needed."""

    SCHOOL = "school"
    WORK = "work"
    COLLEGE = "college"


class AccommodationStatus(StrEnum):
    """How far an accommodation has come."""

    WISHED = "wished"
    REQUESTED = "requested"
    ARRANGED = "arranged"
    ENDED = "ended"


class Accommodation(Entry):
    """An accommodation that student and family see as needed for the career goals."""

    setting: Setting
    need: Prose
    accommodation: Prose
    arranged_by: Line | None = None
    status: AccommodationStatus


class SourcePlan(StrEnum):
    """The plan that an accommodation was copied from."""

    IEP = "iep"
    SECTION_504 = "section-504"


class CopiedAccommodation(Entry):
    """An accommodation copied from an IEP or 504 plan, and the authority for showing it here."""

    plan: SourcePlan
    reference: Line
    text: Prose
    authority: Line


class Supports(Area):
    """Who and what supports the student."""

    supportive_adults: Annotated[
        tuple[SupportiveAdult, ...],
        Element("SUP.01", PrivacyClass.CON),
        About("Supportive adult", "1..*", "S/D"),
    ] = ()
    support_services: Annotated[
        tuple[SupportService, ...],
        Element("SUP.02", PrivacyClass.EDU),
        About("Support service or intervention", "0..*", "C/T"),
    ] = ()
    linked_plans: Annotated[
        tuple[LinkedPlan, ...],
        Element("SUP.03", PrivacyClass.SPED),
        About("Linked plan", "0..*", "D"),
    ] = ()
    community_resources: Annotated[
        tuple[CommunityResource, ...],
        Element("SUP.04", PrivacyClass.EDU),
        About("Community resource", "0..*", "S/C"),
    ] = ()
    accommodations: Annotated[
        tuple[Accommodation, ...],
        Element("ACC.01", PrivacyClass.SPED),
        About("Accommodation the student and family see as needed for career goals", "0..*", "S/F"),
    ] = ()
    copied_accommodations: Annotated[
        tuple[CopiedAccommodation, ...],
        Element("ACC.02", PrivacyClass.SPED),
        About("Accommodation copied from IEP/504", "0..*", "I"),
    ] = ()
