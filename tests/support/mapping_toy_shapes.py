"""The shapes of a toy standard: students with lists within, goals, events of one kind a day."""

from __future__ import annotations

from support.mapping_tables import prop, thing

from schemas.standards.shape import Kind, Property, Shape

STUDENT = thing("student", prop("number", required=True, max_length=20), required=True)
_SHAPES: dict[str, tuple[tuple[Property, ...], tuple[str, ...]]] = {
    "students": (
        (
            prop("number", required=True, max_length=20),
            prop("first", required=True, max_length=30),
            prop("last", required=True, max_length=30),
            prop("middle", max_length=30),
            prop("grade", max_length=20),
            prop("year", Kind.INTEGER, minimum=1900, maximum=2100),
            thing("ids", prop("system", required=True), prop("value", required=True), many=True),
            thing(
                "interests",
                prop("name", required=True, max_length=40),
                prop("group"),
                many=True,
            ),
            prop("shoeSize", Kind.INTEGER),
        ),
        ("number",),
    ),
    "goals": (
        (
            STUDENT,
            prop("key", required=True, max_length=100),
            prop("text", required=True, max_length=60),
            prop("state", required=True),
            prop("by", Kind.DATE),
            prop("onet", max_length=10),
            prop("soc", max_length=10),
            prop("kind", required=True),
        ),
        ("student.number", "key"),
    ),
    "events": (
        (
            STUDENT,
            prop("day", Kind.DATE, required=True),
            prop("topic", max_length=40),
            prop("minutes", Kind.INTEGER, minimum=0, maximum=600),
            thing("people", prop("name", required=True, max_length=60), many=True),
        ),
        ("student.number", "day"),
    ),
}


def shape(version: str, entity: str) -> Shape:
    """The shape of an entity. Raises KeyError for one that there is not."""
    properties, key = _SHAPES[entity]
    return Shape("toy", version, entity, properties, key)


def entities(version: str) -> tuple[str, ...]:
    return tuple(_SHAPES)
