"""Strengths and interests: what the student brings and likes (`ilp-content.md` §3.2)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ilp.entry import About, Area, Entry, Line, Prose, Ref
from schemas.ilp.values import FileMeta, Number, OrganizationRef, ScaleScore
from schemas.meta import Code, Element, PrivacyClass


class SkillKind(StrEnum):
    """Whether a skill serves in any work or in one career."""

    GENERALIZABLE = "generalizable"
    CAREER_SPECIFIC = "career-specific"


class Skill(Entry):
    """A skill, its level, its place in a framework and what shows it."""

    name: Line
    kind: SkillKind
    level: Line | None = None
    framework_code: Code | None = None
    evidence: tuple[Ref, ...] = ()


class Ability(Entry):
    """What the student does well, in own words or as measured."""

    text: Prose
    score: ScaleScore | None = None
    measured_by: Ref | None = None


class Interest(Entry):
    """An interest in a career or subject; rank 1 is the strongest."""

    text: Prose
    code: Code | None = None
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None


class WorkValue(Entry):
    """What matters to the student in work, and how much."""

    value: Line
    code: Code | None = None
    weight: Number | None = None


class Hobby(Entry):
    """A leisure activity."""

    text: Prose


class AccomplishmentKind(StrEnum):
    """What an accomplishment was recognized with."""

    HONOR = "honor"
    AWARD = "award"
    CERTIFICATE = "certificate"
    BADGE = "badge"
    LICENSE = "license"
    OTHER = "other"


class Accomplishment(Entry):
    """An honor, award, certificate, badge or license."""

    title: Line
    kind: AccomplishmentKind
    on: date
    expires: date | None = None
    issuer: OrganizationRef | None = None
    text: Prose | None = None
    file: FileMeta | None = None
    evidence: tuple[Ref, ...] = ()


class LearningPreference(Entry):
    """How the student learns best, in own words or from an inventory."""

    text: Prose
    score: ScaleScore | None = None
    measured_by: Ref | None = None


class Need(Entry):
    """What may stand in the way, and what would help."""

    barrier: Prose
    help: Prose | None = None


class Strengths(Area):
    """Skills, abilities, interests, values, and what is needed."""

    skills: Annotated[
        tuple[Skill, ...],
        Element("STR.01", PrivacyClass.EDU),
        About("Skills", "0..*", "S/T/E"),
    ] = ()
    abilities: Annotated[
        tuple[Ability, ...],
        Element("STR.02", PrivacyClass.EDU),
        About("Abilities / aptitudes", "0..*", "S/X"),
    ] = ()
    interests: Annotated[
        tuple[Interest, ...],
        Element("STR.03", PrivacyClass.EDU),
        About("Interests", "0..*", "S/X"),
    ] = ()
    work_values: Annotated[
        tuple[WorkValue, ...],
        Element("STR.04", PrivacyClass.EDU),
        About("Work values", "0..*", "S/X"),
    ] = ()
    hobbies: Annotated[
        tuple[Hobby, ...],
        Element("STR.05", PrivacyClass.EDU),
        About("Hobbies", "0..*", "S"),
    ] = ()
    accomplishments: Annotated[
        tuple[Accomplishment, ...],
        Element("STR.06", PrivacyClass.EDU),
        About("Accomplishments and awards", "0..*", "S/T"),
    ] = ()
    learning_preferences: Annotated[
        tuple[LearningPreference, ...],
        Element("STR.07", PrivacyClass.EDU),
        About("Learning style / preferences", "0..*", "S"),
    ] = ()
    needs: Annotated[
        tuple[Need, ...],
        Element("STR.08", PrivacyClass.EDU),
        About("Needs and barriers", "0..*", "S/C"),
    ] = ()
