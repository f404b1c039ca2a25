"""Reviews, sign-offs and judgements of progress (`ilp-content.md` §3.12)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ilp.entry import (
    About,
    Area,
    AuthorKind,
    ElementRef,
    Entry,
    EntryId,
    Line,
    PlanVersion,
    Prose,
    Ref,
)
from schemas.ilp.values import GradeLevel, PersonRef, SchoolYear
from schemas.meta import Code, Element, PrivacyClass, Record


class Participant(Record):
    """Who took part in a review, and as what."""

    person: PersonRef
    role: AuthorKind


class Review(Entry):
    """A review of one version of the plan: who took part, what changed, when the next is due."""

    on: date
    school_year: SchoolYear
    grade_level: GradeLevel | None = None
    plan_version: PlanVersion | None = None
    participants: tuple[Participant, ...] = ()
    changed_elements: tuple[ElementRef, ...] = ()
    summary: Prose | None = None
    next_due: date | None = None


class Decision(StrEnum):
    """What the signer decided."""

    APPROVED = "approved"
    DECLINED = "declined"


class SigningMethod(StrEnum):
    """How the signature was given."""

    WET = "wet"
    ELECTRONIC = "electronic"
    VERIFIED_BY_STAFF = "verified-by-staff"


class SignOff(Entry):
    """A person's decision on one version of the plan.

    It covers the elements it names, and lapses when a later version changes one of them. `entries`
    are those that were in them, so that one that goes is missed; empty where nobody wrote them
    down, as on paper.
    """

    role: AuthorKind
    person: PersonRef
    decision: Decision
    on: date
    method: SigningMethod
    plan_version: PlanVersion
    elements: Annotated[tuple[ElementRef, ...], Field(min_length=1)]
    entries: tuple[EntryId, ...] = ()


class NoticeKind(StrEnum):
    """How a parent or guardian was involved."""

    INVITED = "invited"
    ATTENDED = "attended"
    INFORMED = "informed"


class FamilyNotice(Entry):
    """That a parent or guardian was invited, took part or was told."""

    kind: NoticeKind
    on: date
    way: Line
    person: PersonRef | None = None
    outcome: Prose | None = None


class DifferenceStatement(Entry):
    """How this version of the plan differs from last year's."""

    plan_version: PlanVersion
    text: Prose


class Progress(StrEnum):
    """Whether the student is on the way to graduation and goals."""

    ON_TRACK = "on-track"
    NOT_ON_TRACK = "not-on-track"


class ProgressJudgement(Entry):
    """On track or not, and the action taken."""

    progress: Progress
    on: date
    school_year: SchoolYear | None = None
    action: Prose | None = None


class CompletionMark(Entry):
    """That the plan requirement is met, since when, and whether the transcript shows it."""

    met: bool
    on: date | None = None
    on_transcript: bool | None = None


class BenchmarkStatus(StrEnum):
    """Whether a grade-level benchmark is met."""

    MET = "met"
    IN_PROGRESS = "in-progress"
    NOT_MET = "not-met"


class BenchmarkResult(Entry):
    """The result for one grade-level benchmark."""

    benchmark: Code
    text: Prose | None = None
    status: BenchmarkStatus
    on: date | None = None
    evidence: tuple[Ref, ...] = ()


class Reviews(Area):
    """How the plan is kept alive, and who agreed."""

    reviews: Annotated[
        tuple[Review, ...],
        Element("REV.01", PrivacyClass.EDU),
        About("Review", "0..*", "C"),
    ] = ()
    sign_offs: Annotated[
        tuple[SignOff, ...],
        Element("REV.02", PrivacyClass.EDU),
        About("Sign-off", "0..*", "S/F/C"),
    ] = ()
    family_notices: Annotated[
        tuple[FamilyNotice, ...],
        Element("REV.03", PrivacyClass.EDU),
        About("Parent/guardian notice or involvement", "0..*", "C"),
    ] = ()
    difference_statements: Annotated[
        tuple[DifferenceStatement, ...],
        Element("REV.04", PrivacyClass.EDU),
        About("Difference statement", "0..1 per version", "S"),
    ] = ()
    progress_judgements: Annotated[
        tuple[ProgressJudgement, ...],
        Element("REV.05", PrivacyClass.EDU),
        About("Progress judgement", "0..*", "C"),
    ] = ()
    completion: Annotated[
        CompletionMark | None,
        Element("REV.06", PrivacyClass.EDU),
        About("Completion mark", "0..1", "C"),
    ] = None
    benchmark_results: Annotated[
        tuple[BenchmarkResult, ...],
        Element("REV.07", PrivacyClass.EDU),
        About("Benchmark result", "0..*", "C/S"),
    ] = ()
