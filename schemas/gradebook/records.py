"""The gradebook and resource records. Names and meanings follow OneRoster 1.2 (`oneroster.md` §3).

References hold record ids. Scores are decimals; credentials of user profiles are never kept.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from schemas.meta import Element, PrivacyClass, Record, Text
from schemas.roster.kinds import Reference, Vocabulary
from schemas.roster.records import ROLES, RosterRecord

DIR = Element(None, PrivacyClass.DIR)
EDU = Element(None, PrivacyClass.EDU)

SCORE_STATUSES = Vocabulary(
    frozenset({"exempt", "fully graded", "not submitted", "partially graded", "submitted"})
)
OBJECTIVE_SOURCES = Vocabulary(frozenset({"case", "unknown"}))
IMPORTANCES = Vocabulary(frozenset({"primary", "secondary"}), extensible=False)


class Category(RosterRecord):
    """A kind of work that line items belong to; `weight` is a percentage."""

    title: Annotated[Text, EDU]
    weight: Annotated[Decimal | None, EDU] = None


class LineItem(RosterRecord):
    """A piece of graded work in a class (OneRoster `lineItem`)."""

    title: Annotated[Text, EDU]
    description: Annotated[Text | None, EDU] = None
    assign_date: Annotated[date | None, EDU] = None
    due_date: Annotated[date | None, EDU] = None
    class_id: Annotated[Text, EDU, Reference("class")]
    category_id: Annotated[Text, EDU, Reference("category")]
    academic_session_id: Annotated[Text | None, EDU, Reference("academic_session")] = None
    result_value_min: Annotated[Decimal | None, EDU] = None
    result_value_max: Annotated[Decimal | None, EDU] = None
    school_id: Annotated[Text | None, EDU, Reference("organization")] = None


class LineItemLearningObjective(RosterRecord):
    """A learning objective that a line item is about; `source` case means a CASE identifier."""

    line_item_id: Annotated[Text, EDU, Reference("line_item")]
    source: Annotated[Text, EDU, OBJECTIVE_SOURCES]
    learning_objective_id: Annotated[Text, EDU]


class LineItemScoreScale(RosterRecord):
    """The score scale that a line item is marked on."""

    title: Annotated[Text | None, EDU] = None
    line_item_id: Annotated[Text, EDU, Reference("line_item")]
    score_scale_id: Annotated[Text, EDU, Reference("score_scale")]


class Result(RosterRecord):
    """A student's result on a line item."""

    line_item_id: Annotated[Text, EDU, Reference("line_item")]
    student_id: Annotated[Text, EDU, Reference("person")]
    class_id: Annotated[Text | None, EDU, Reference("class")] = None
    score_status: Annotated[Text, EDU, SCORE_STATUSES]
    score: Annotated[Decimal | None, EDU] = None
    text_score: Annotated[Text | None, EDU] = None
    score_date: Annotated[date | None, EDU] = None
    comment: Annotated[Text | None, EDU] = None
    in_progress: Annotated[bool | None, EDU] = None
    incomplete: Annotated[bool | None, EDU] = None
    late: Annotated[bool | None, EDU] = None
    missing: Annotated[bool | None, EDU] = None


class ResultLearningObjective(RosterRecord):
    """How a result did on one learning objective."""

    result_id: Annotated[Text, EDU, Reference("result")]
    source: Annotated[Text, EDU, OBJECTIVE_SOURCES]
    learning_objective_id: Annotated[Text, EDU]
    score: Annotated[Decimal | None, EDU] = None
    text_score: Annotated[Text | None, EDU] = None


class ResultScoreScale(RosterRecord):
    """The score scale that a result is marked on."""

    title: Annotated[Text | None, EDU] = None
    result_id: Annotated[Text, EDU, Reference("result")]
    score_scale_id: Annotated[Text, EDU, Reference("score_scale")]


class ScoreScaleValue(Record):
    """One correspondence of a score scale, such as `A` and `90-100`."""

    lhs: Text
    rhs: Text


class ScoreScale(RosterRecord):
    """A scale between marks and scores."""

    title: Annotated[Text, EDU]
    type: Annotated[Text, EDU]
    org_id: Annotated[Text | None, EDU, Reference("organization")] = None
    course_id: Annotated[Text | None, EDU, Reference("course")] = None
    class_id: Annotated[Text, EDU, Reference("class")]
    score_scale_value: Annotated[tuple[ScoreScaleValue, ...] | None, EDU] = None


class AssessmentLineItem(RosterRecord):
    """A test or one of its parts, outside any class (OneRoster 1.2, REST only)."""

    title: Annotated[Text, EDU]
    description: Annotated[Text | None, EDU] = None
    class_id: Annotated[Text | None, EDU, Reference("class")] = None
    parent_id: Annotated[Text | None, EDU, Reference("assessment_line_item")] = None
    score_scale_id: Annotated[Text | None, EDU, Reference("score_scale")] = None
    result_value_min: Annotated[Decimal | None, EDU] = None
    result_value_max: Annotated[Decimal | None, EDU] = None


class AssessmentResult(RosterRecord):
    """A student's result in a test or one of its parts (OneRoster 1.2, REST only)."""

    assessment_line_item_id: Annotated[Text, EDU, Reference("assessment_line_item")]
    student_id: Annotated[Text, EDU, Reference("person")]
    score_status: Annotated[Text, EDU, SCORE_STATUSES]
    score: Annotated[Decimal | None, EDU] = None
    text_score: Annotated[Text | None, EDU] = None
    score_date: Annotated[date | None, EDU] = None
    score_scale_id: Annotated[Text | None, EDU, Reference("score_scale")] = None
    score_percentile: Annotated[Decimal | None, EDU] = None
    comment: Annotated[Text | None, EDU] = None
    in_progress: Annotated[bool | None, EDU] = None
    incomplete: Annotated[bool | None, EDU] = None
    late: Annotated[bool | None, EDU] = None
    missing: Annotated[bool | None, EDU] = None


class Resource(RosterRecord):
    """Learning material that a vendor offers."""

    vendor_resource_id: Annotated[Text, DIR]
    title: Annotated[Text | None, DIR] = None
    roles: Annotated[tuple[Text, ...] | None, DIR, ROLES] = None
    importance: Annotated[Text | None, DIR, IMPORTANCES] = None
    vendor_id: Annotated[Text | None, DIR] = None
    application_id: Annotated[Text | None, DIR] = None


class ClassResource(RosterRecord):
    """A resource that a class uses."""

    title: Annotated[Text | None, DIR] = None
    class_id: Annotated[Text, DIR, Reference("class")]
    resource_id: Annotated[Text, DIR, Reference("resource")]


class CourseResource(RosterRecord):
    """A resource that a course uses."""

    title: Annotated[Text | None, DIR] = None
    course_id: Annotated[Text, DIR, Reference("course")]
    resource_id: Annotated[Text, DIR, Reference("resource")]


class UserResource(RosterRecord):
    """A resource that a person may use, at an organization or in a class."""

    person_id: Annotated[Text, EDU, Reference("person")]
    org_id: Annotated[Text | None, EDU, Reference("organization")] = None
    class_id: Annotated[Text | None, EDU, Reference("class")] = None
    resource_id: Annotated[Text, EDU, Reference("resource")]


class UserProfile(RosterRecord):
    """An account of a person with a vendor, without what opens it."""

    person_id: Annotated[Text, EDU, Reference("person")]
    profile_type: Annotated[Text, EDU]
    vendor_id: Annotated[Text, EDU]
    application_id: Annotated[Text | None, EDU] = None
    description: Annotated[Text | None, EDU] = None
    credential_type: Annotated[Text, EDU]
    username: Annotated[Text, EDU]
