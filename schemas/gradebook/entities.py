"""The gradebook's entities by name, in the order in which their references can be resolved."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.gradebook.records import (
    AssessmentLineItem,
    AssessmentResult,
    Category,
    ClassResource,
    CourseResource,
    LineItem,
    LineItemLearningObjective,
    LineItemScoreScale,
    Resource,
    Result,
    ResultLearningObjective,
    ResultScoreScale,
    ScoreScale,
    UserProfile,
    UserResource,
)
from schemas.roster.kinds import Field, fields_of
from schemas.roster.records import RosterRecord

ENTITIES: Mapping[str, type[RosterRecord]] = MappingProxyType(
    {
        "category": Category,
        "score_scale": ScoreScale,
        "line_item": LineItem,
        "line_item_learning_objective": LineItemLearningObjective,
        "line_item_score_scale": LineItemScoreScale,
        "result": Result,
        "result_learning_objective": ResultLearningObjective,
        "result_score_scale": ResultScoreScale,
        "assessment_line_item": AssessmentLineItem,
        "assessment_result": AssessmentResult,
        "resource": Resource,
        "class_resource": ClassResource,
        "course_resource": CourseResource,
        "user_resource": UserResource,
        "user_profile": UserProfile,
    }
)

FIELDS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {entity: fields_of(model) for entity, model in ENTITIES.items()}
)
