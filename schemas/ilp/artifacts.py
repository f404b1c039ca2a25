"""Portfolio artifacts: what the student made and wrote (`ilp-content.md` §3.8)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.ilp.entry import About, Area, Entry, Line, Prose, Ref
from schemas.ilp.values import FileMeta, Link, PersonRef
from schemas.meta import Element, PrivacyClass


class WorkSample(Entry):
    """A file or link with what it is, for which course, and which skills it shows."""

    title: Line
    description: Prose | None = None
    file: FileMeta | None = None
    link: Link | None = None
    course: Ref | None = None
    skills: tuple[Ref, ...] = ()


class ResumeKind(StrEnum):
    """Which of the two documents it is."""

    RESUME = "resume"
    ACTIVITY_LOG = "activity-log"


class Resume(Entry):
    """A résumé or activity log: the entries it draws on, and the file as it was sent."""

    kind: ResumeKind
    title: Line
    current_on: date
    summary: Prose | None = None
    education: tuple[Ref, ...] = ()
    work: tuple[Ref, ...] = ()
    extracurricular: tuple[Ref, ...] = ()
    service: tuple[Ref, ...] = ()
    file: FileMeta | None = None


class Reflection(Entry):
    """The student's own words on an activity, result, term or goal.

    A private one is for its author alone: no redacted copy of a plan holds it.
    """

    text: Prose
    on: date
    subject: Ref | None = None
    private: bool | None = None


class TalentEntry(Entry):
    """Marketable skills, shown by experiences, accomplishments and work samples."""

    title: Line
    proficiency: Prose | None = None
    skills: tuple[Ref, ...] = ()
    experiences: tuple[Ref, ...] = ()
    accomplishments: tuple[Ref, ...] = ()
    samples: tuple[Ref, ...] = ()


class Capstone(Entry):
    """A capstone or extended application and its result."""

    title: Line
    description: Prose
    result: Prose | None = None
    completed: date | None = None
    evidence: tuple[Ref, ...] = ()


class Recommendation(Entry):
    """A letter of recommendation or endorsement; `consent` is an id in the consent register."""

    author: PersonRef
    author_role: Line | None = None
    written_on: date | None = None
    text: Prose | None = None
    file: FileMeta | None = None
    consent: Line | None = None


class Artifacts(Area):
    """The portfolio."""

    work_samples: Annotated[
        tuple[WorkSample, ...],
        Element("ART.01", PrivacyClass.EDU),
        About("Work sample", "0..*", "S"),
    ] = ()
    resumes: Annotated[
        tuple[Resume, ...],
        Element("ART.02", PrivacyClass.EDU),
        About("Résumé or activity log", "0..* versions", "S"),
    ] = ()
    reflections: Annotated[
        tuple[Reflection, ...],
        Element("ART.03", PrivacyClass.EDU),
        About("Reflection", "0..*", "S"),
    ] = ()
    talent_portfolio: Annotated[
        tuple[TalentEntry, ...],
        Element("ART.04", PrivacyClass.EDU),
        About("Talent portfolio entry", "0..*", "S"),
    ] = ()
    capstones: Annotated[
        tuple[Capstone, ...],
        Element("ART.05", PrivacyClass.EDU),
        About("Capstone / extended application", "0..*", "S/T"),
    ] = ()
    recommendations: Annotated[
        tuple[Recommendation, ...],
        Element("ART.06", PrivacyClass.EDU),
        About("Letter of recommendation or endorsement", "0..*", "T/E"),
    ] = ()
