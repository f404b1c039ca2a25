"""College and financial planning, without tax data (`ilp-content.md` §3.10)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.ilp.entry import About, Area, Entry, Line, Prose, Ref
from schemas.ilp.goals import Destination
from schemas.ilp.values import Money, OrganizationRef, PersonRef, SchoolYear
from schemas.meta import Code, Element, PrivacyClass, Record


class ApplicationStatus(StrEnum):
    """How far an application has come."""

    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class ApplicationOutcome(StrEnum):
    """What the institution decided."""

    ADMITTED = "admitted"
    WAITLISTED = "waitlisted"
    DENIED = "denied"


class ApplicationPart(Record):
    """A part of an application, such as an essay, and whether it is done."""

    name: Line
    done: bool


class CollegeApplication(Entry):
    """An application to a college or training program."""

    institution: OrganizationRef
    program: Code | None = None
    deadline: date | None = None
    parts: tuple[ApplicationPart, ...] = ()
    status: ApplicationStatus
    outcome: ApplicationOutcome | None = None


class AdmissionRequirement(Entry):
    """A requirement for admission, and whether it is met."""

    application: Ref | None = None
    institution: OrganizationRef | None = None
    requirement: Prose
    met: bool


class AidForm(StrEnum):
    """Which application for financial aid."""

    FAFSA = "fafsa"
    STATE = "state-application"


class AidStatus(StrEnum):
    """How far an application for financial aid has come."""

    INFORMED = "informed"
    STARTED = "started"
    FILED = "filed"
    VERIFIED = "verified"
    OPTED_OUT = "opted-out"


class AidApplicationStatus(Entry):
    """Status of an application for financial aid: status and date only, never tax data."""

    form: AidForm
    status: AidStatus
    on: date


class AidTopic(StrEnum):
    """What information on financial aid was about."""

    PROGRAM = "program"
    DOCUMENTS = "documents"
    DEADLINE = "deadline"
    SPECIAL_SITUATION = "special-situation"
    ADVISING_EVENT = "advising-event"


class AidInformation(Entry):
    """Information on financial aid that the student received, when and from whom."""

    topic: AidTopic
    item: Line
    on: date
    given_by: PersonRef | None = None


class AidKind(StrEnum):
    """The kinds of support with costs; own means are those of student and family."""

    SCHOLARSHIP = "scholarship"
    GRANT = "grant"
    LOAN = "loan"
    WORK_STUDY = "work-study"
    OWN_MEANS = "own-means"
    OTHER = "other"


class AwardStatus(StrEnum):
    """How far an award has come."""

    SOUGHT = "sought"
    APPLIED = "applied"
    WON = "won"
    NOT_WON = "not-won"
    DECLINED = "declined"


class AidAward(Entry):
    """A scholarship, grant, loan or work-study place sought or won."""

    name: Line
    kind: AidKind
    amount: Money | None = None
    status: AwardStatus
    deadline: date | None = None


class Funding(Record):
    """One part of how the cost is met."""

    kind: AidKind
    amount: Money
    note: Line | None = None


class FinancialPlan(Entry):
    """The cost of one school year after high school against the means to meet it."""

    school_year: SchoolYear
    cost: Money
    funding: tuple[Funding, ...] = ()
    text: Prose | None = None


class FinalDestination(Entry):
    """What the student has committed to at graduation."""

    destination: Destination
    detail: Prose | None = None
    institution: OrganizationRef | None = None
    committed_on: date | None = None


class Finance(Area):
    """Applications, aid and the means to pay."""

    applications: Annotated[
        tuple[CollegeApplication, ...],
        Element("FIN.01", PrivacyClass.EDU),
        About("College or training application", "0..*", "S"),
    ] = ()
    admission_requirements: Annotated[
        tuple[AdmissionRequirement, ...],
        Element("FIN.02", PrivacyClass.EDU),
        About("Admission requirement progress", "0..*", "S/C"),
    ] = ()
    aid_applications: Annotated[
        tuple[AidApplicationStatus, ...],
        Element("FIN.03", PrivacyClass.FIN),
        About("Financial-aid application status", "0..*", "S/C"),
    ] = ()
    aid_information: Annotated[
        tuple[AidInformation, ...],
        Element("FIN.04", PrivacyClass.FIN),
        About("Aid information received", "0..*", "C"),
    ] = ()
    aid_awards: Annotated[
        tuple[AidAward, ...],
        Element("FIN.05", PrivacyClass.FIN),
        About("Scholarships, grants, loans, work-study", "0..*", "S"),
    ] = ()
    financial_plan: Annotated[
        FinancialPlan | None,
        Element("FIN.06", PrivacyClass.FIN),
        About("Financial plan", "0..1", "S/F"),
    ] = None
    final_destination: Annotated[
        FinalDestination | None,
        Element("FIN.07", PrivacyClass.EDU),
        About("Final destination", "0..1", "S"),
    ] = None
