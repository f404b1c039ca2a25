"""Our extension of Ed-Fi: the plan, its goals, its activities and its planned courses.

A proposal of our own, served only by hosts that install it; no published standard has it. Names
follow the extension framework: new entities with an identity, references by natural key, and
descriptors in the namespace of the extension. No XML binding is defined.
"""

from __future__ import annotations

from functools import cache

from schemas.standards.edfi.values import reference_parts
from schemas.standards.shape import Kind, Property, Shape

_PLAN_KEY = (
    Property("educationOrganizationId", Kind.INTEGER, required=True),
    Property("planIdentifier", Kind.STRING, required=True, max_length=120),
    Property("studentUniqueId", Kind.STRING, required=True, max_length=32),
)


def _reference(name: str, version: str, entity: str, *, required: bool = False) -> Property:
    parts = reference_parts(version, entity)
    return Property(name, Kind.OBJECT, required=required, reference=entity, parts=parts)


def _text(name: str, length: int, *, required: bool = False) -> Property:
    return Property(name, Kind.STRING, required=required, max_length=length)


def _code(name: str, *, required: bool = False) -> Property:
    """A descriptor: `planStatusDescriptor` takes its values from `PlanStatusDescriptor`."""
    codes = name[0].upper() + name[1:]
    return Property(name, Kind.CODE, required=required, max_length=306, codes=codes)


_PLAN = Property(
    "individualLearningPlanReference",
    Kind.OBJECT,
    required=True,
    reference="ilp/individualLearningPlans",
    parts=_PLAN_KEY,
)
_PLAN_PATHS = tuple(f"individualLearningPlanReference.{part.name}" for part in _PLAN_KEY)


def _plan(version: str) -> tuple[Property, ...]:
    year = (Property("schoolYear", Kind.YEAR, required=True),)
    organization = "educationOrganizationReference"
    return (
        _reference("studentReference", version, "students", required=True),
        _reference(organization, version, "educationOrganizations", required=True),
        _text("planIdentifier", 120, required=True),
        Property("beginDate", Kind.DATE, required=True),
        _code("planStatusDescriptor", required=True),
        Property("schoolYearTypeReference", Kind.OBJECT, reference="schoolYearTypes", parts=year),
        Property("endDate", Kind.DATE),
        Property("lastReviewedDate", Kind.DATE),
        _reference("staffReference", version, "staffs"),
        _reference("graduationPlanReference", version, "graduationPlans"),
        Property("version", Kind.INTEGER, minimum=0),
        *_later("studentPathReference", version, "studentPaths"),
    )


def _later(name: str, version: str, entity: str) -> tuple[Property, ...]:
    """A reference to what only 6.1 has."""
    return () if version == "5.2" else (_reference(name, version, entity),)


def _goal(version: str) -> tuple[Property, ...]:
    return (
        _PLAN,
        _text("goalIdentifier", 120, required=True),
        _code("goalCategoryDescriptor", required=True),
        _text("goalStatement", 2048, required=True),
        Property("dueDate", Kind.DATE),
        _code("goalStatusDescriptor"),
        _text("occupationCode", 10),
        _code("occupationCodingSystemDescriptor"),
        _code("careerPathwayDescriptor"),
        _text("cipCode", 120),
        *_later("studentIEPGoalReference", version, "studentIEPGoals"),
    )


def _activity(_: str) -> tuple[Property, ...]:
    return (
        _PLAN,
        _text("activityIdentifier", 120, required=True),
        _code("activityCategoryDescriptor", required=True),
        _text("activityTitle", 255, required=True),
        Property("beginDate", Kind.DATE),
        Property("endDate", Kind.DATE),
        Property("hours", Kind.DECIMAL, minimum=0),
        _text("provider", 255),
        _text("evidenceURI", 255),
    )


def _course(version: str) -> tuple[Property, ...]:
    return (
        _PLAN,
        _code("gradeLevelDescriptor", required=True),
        Property("sequence", Kind.INTEGER, required=True, minimum=1),
        _text("courseCode", 60),
        _reference("courseReference", version, "courses"),
        _code("termDescriptor"),
        Property("credits", Kind.DECIMAL, minimum=0),
        _code("plannedCourseStatusDescriptor"),
    )


@cache
def ilp_shapes(version: str) -> dict[str, Shape]:
    """The shapes of the extension's resources, by name with their namespace.

    References to 6.1 resources (a student's path, an IEP goal) are absent in 5.2.
    """
    named = {
        "ilp/individualLearningPlans": (_plan, _OWN_KEY),
        "ilp/planGoals": (_goal, (*_PLAN_PATHS, "goalIdentifier")),
        "ilp/planActivities": (_activity, (*_PLAN_PATHS, "activityIdentifier")),
        "ilp/plannedCourses": (_course, (*_PLAN_PATHS, "gradeLevelDescriptor", "sequence")),
    }
    return {
        name: Shape("edfi", version, name, make(version), key)
        for name, (make, key) in named.items()
    }


_OWN_KEY = (
    "educationOrganizationReference.educationOrganizationId",
    "planIdentifier",
    "studentReference.studentUniqueId",
)
