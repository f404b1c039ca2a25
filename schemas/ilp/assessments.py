"""Assessments: inventories, tests, and what is done about results (`ilp-content.md` §3.7)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.ilp.entry import About, Area, Entry, Line, Prose, Ref
from schemas.ilp.values import GradeLevel, ScaleScore
from schemas.meta import Code, Element, PrivacyClass


class InventoryResult(Entry):
    """A result of an inventory: instrument, scores by scale, and a summary code such as `SIA`."""

    instrument: Line
    instrument_version: Line | None = None
    taken_on: date
    scores: tuple[ScaleScore, ...] = ()
    result_code: Line | None = None
    summary: Prose | None = None


class ExamResult(Entry):
    """A result of a test, as score, level, or both."""

    test: Line
    code: Code | None = None
    subject: Line | None = None
    taken_on: date
    grade_level: GradeLevel | None = None
    scores: tuple[ScaleScore, ...] = ()
    level: Line | None = None


class InterventionStatus(StrEnum):
    """Whether an intervention plan is at work."""

    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


class InterventionPlan(Entry):
    """What is done because of an assessment result, and how it goes."""

    text: Prose
    status: InterventionStatus
    assessment: Ref | None = None
    start: date | None = None
    progress: Prose | None = None


class Assessments(Area):
    """Results of inventories and tests."""

    interest_inventories: Annotated[
        tuple[InventoryResult, ...],
        Element("ASM.01", PrivacyClass.EDU),
        About("Career interest inventory result", "0..*", "X/S"),
    ] = ()
    skills_inventories: Annotated[
        tuple[InventoryResult, ...],
        Element("ASM.02", PrivacyClass.EDU),
        About("Skills / aptitude inventory result", "0..*", "X"),
    ] = ()
    work_values_inventories: Annotated[
        tuple[InventoryResult, ...],
        Element("ASM.03", PrivacyClass.EDU),
        About("Work values result", "0..*", "X"),
    ] = ()
    strengths_assessments: Annotated[
        tuple[InventoryResult, ...],
        Element("ASM.04", PrivacyClass.EDU),
        About("Strengths assessment", "0..*", "X"),
    ] = ()
    academic_assessments: Annotated[
        tuple[ExamResult, ...],
        Element("ASM.05", PrivacyClass.EDU),
        About("State and local academic assessment", "0..*", "D"),
    ] = ()
    college_readiness: Annotated[
        tuple[ExamResult, ...],
        Element("ASM.06", PrivacyClass.EDU),
        About("College readiness assessment", "0..*", "D"),
    ] = ()
    intervention_plans: Annotated[
        tuple[InterventionPlan, ...],
        Element("ASM.07", PrivacyClass.EDU),
        About("Intervention plan from an assessment and its progress", "0..*", "T/C"),
    ] = ()
