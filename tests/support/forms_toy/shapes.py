"""Shapes of three invented standards: a tree a person, records with lists, rows of text."""

from __future__ import annotations

from schemas.standards.shape import Kind, Property, Shape

CODE, DATE, TEXT, OBJECT = Kind.CODE, Kind.DATE, Kind.STRING, Kind.OBJECT


def _texts(*names: str) -> tuple[Property, ...]:
    return tuple(Property(name, TEXT) for name in names)


_GOAL = (*_texts("@type", "Goal", "Status", "Occupation", "Cluster"), Property("Target", DATE))
_INTENT = (*_texts("@type", "Text"), Property("Graduates", Kind.BOOLEAN))
_PERSON = (
    Property("@type", TEXT),
    Property("@id", TEXT, required=True),
    Property("hasName", OBJECT, many=True, parts=_texts("@type", "FirstName", "LastName")),
    Property("hasGoal", OBJECT, many=True, parts=_GOAL),
    Property("hasIntent", OBJECT, many=True, parts=_INTENT),
    Property("hasSkill", OBJECT, many=True, parts=_texts("@type", "Name", "Level")),
)
_REFERENCE = (Property("studentUniqueId", TEXT, required=True, max_length=32),)
_APPLICATION = (
    Property("studentReference", OBJECT, required=True, parts=_REFERENCE),
    Property("applicationId", TEXT, required=True),
    Property("name", TEXT, required=True, max_length=12),
    Property("deadline", DATE),
    Property("statusDescriptor", CODE),
    Property("programs", OBJECT, many=True, parts=(Property("code", TEXT, required=True),)),
    Property("steps", OBJECT, many=True, parts=(*_texts("step"), Property("done", Kind.BOOLEAN))),
    Property("school", OBJECT, parts=(*_texts("name"), Property("city", TEXT, max_length=8))),
    Property("levels", OBJECT, many=True, parts=_texts("level")),
    Property("count", Kind.INTEGER, minimum=0, maximum=50),
    Property("score", Kind.DECIMAL, minimum=0),
    Property("open", Kind.BOOLEAN),
    Property("at", Kind.DATETIME),
    Property("raw", TEXT),
)
_ROW = (
    Property("sourcedId", TEXT, required=True),
    Property("status", TEXT),
    Property("title", TEXT, required=True, max_length=10),
    Property("grades", CODE, many=True),
    Property("subjects", TEXT, many=True),
    Property("schoolSourcedId", TEXT),
    Property("startDate", DATE),
    Property("schoolYear", Kind.INTEGER, minimum=1900),
    Property("enabled", Kind.BOOLEAN),
    Property("userIds", TEXT),
    Property("kind", TEXT),
)
_SHAPES = {
    "Person": (_PERSON, ("@id",)),
    "applications": (_APPLICATION, ("applicationId",)),
    "rows": (_ROW, ("sourcedId",)),
}


def shape(version: str, entity: str) -> Shape:
    """One of the three."""
    properties, key = _SHAPES[entity]
    return Shape("toy", version, entity, properties, key)
