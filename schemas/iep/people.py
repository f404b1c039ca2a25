"""The student's and the agencies' part in the IEP, the rights that pass on, and what followed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.iep.values import AgencyConsent, Item, ItemId
from schemas.ilp.entry import Line, Prose
from schemas.meta import Code, Record


class MeetingNotice(Record):
    """The notice of a meeting on transition (34 CFR 300.322(b)(2)).

    `agencies_invited` is for a source that tells no agency and no day.
    """

    sent_on: date | None = None
    states_transition_purpose: bool | None = None
    states_student_invited: bool | None = None
    agencies_named: tuple[ItemId, ...] = ()
    agencies_invited: bool | None = None


class StudentParticipation(Record):
    """That the student was invited, and how the student's wishes were heard (34 CFR 300.321(b)).

    The invitation is what counts, not the attendance; `invited` is for a source that tells no day.
    `preferences_evidence` tells what was done for a student who did not attend.
    """

    invited: bool | None = None
    invited_on: date | None = None
    method: Line | None = None
    attended: bool | None = None
    preferences_evidence: Prose | None = None


class AgencyKind(StrEnum):
    """What kind of agency may provide or pay for transition services."""

    VOCATIONAL_REHABILITATION = "vocational-rehabilitation"
    DEVELOPMENTAL_DISABILITIES = "developmental-disabilities"
    MENTAL_HEALTH = "mental-health"
    POSTSECONDARY = "postsecondary"
    EMPLOYMENT = "employment"
    OTHER = "other"


class Invitation(Record):
    """An agency's invitation to the meeting."""

    sent_on: date | None = None
    attended: bool | None = None


class CommitmentStatus(StrEnum):
    """Whether an agency keeps what it agreed to; a failure reconvenes the Team (300.324(c)(1))."""

    AGREED = "agreed"
    PROVIDED = "provided"
    FAILED = "failed"


class Commitment(Record):
    """What an agency agreed to provide or pay for."""

    service: ItemId | None = None
    description: Prose | None = None
    status: CommitmentStatus
    due_by: date | None = None


class Agency(Item):
    """An agency outside the school (34 CFR 300.321(b)(3), 300.324(c))."""

    kind: AgencyKind | None = None
    name: Line | None = None
    contact: Prose | None = None
    likely_to_provide_or_pay: bool | None = None
    consent_to_invite: AgencyConsent | None = None
    invitation: Invitation | None = None
    consent_to_release: AgencyConsent | None = None
    commitments: tuple[Commitment, ...] = ()


class RightsTransfer(Record):
    """That the student was told which rights pass on at majority (34 CFR 300.320(c), 300.520).

    `majority_on` and `statement_due_by` are as the source computes them; the State's setting in
    Planbridge decides. `representative` says in which role somebody acts for the student.
    """

    majority_on: date | None = None
    statement_due_by: date | None = None
    informed_on: date | None = None
    statement: Prose | None = None
    representative: Line | None = None


class IepAccommodation(Item):
    """An accommodation with where it applies; it never names a disability."""

    description: Prose
    applicability: Prose | None = None
    code: Code | None = None


class SummaryOfPerformance(Record):
    """The summary that a student gets on leaving (34 CFR 300.305(e)(3))."""

    academic_achievement: Prose | None = None
    functional_performance: Prose | None = None
    recommendations: tuple[Prose, ...] = ()
    accommodations_that_worked: Prose | None = None
    student_statement: Prose | None = None
    given_on: date | None = None


class ProgressReport(Item):
    """A report on progress towards an annual goal (34 CFR 300.320(a)(3)), by its educator."""

    goal: ItemId | None = None
    reported_on: date | None = None
    period: Line | None = None
    text: Prose | None = None
    status: Code | None = None
