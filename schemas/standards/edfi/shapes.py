"""The shapes of Ed-Fi entities, built from the tables when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from schemas.standards.edfi.ilp import ilp_shapes
from schemas.standards.edfi.table import Row, catalog, rows
from schemas.standards.edfi.values import reference_parts, value
from schemas.standards.shape import Kind, Property, Shape

EXTENSIONS = ("_ext",)
"""Where servers put the properties that a host added (API Guidelines 4.0)."""

_YEAR = (Property("schoolYear", Kind.YEAR, required=True),)
_SCHOOL_YEARS = (
    Property("schoolYear", Kind.YEAR, required=True),
    Property("currentSchoolYear", Kind.BOOLEAN, required=True),
    Property("schoolYearDescription", Kind.STRING, required=True, max_length=50),
)


@dataclass
class _Node:
    """A property on its way: the row that describes it and what lies below."""

    row: Row
    below: dict[str, _Node] = field(default_factory=dict)


@cache
def entities(version: str) -> tuple[str, ...]:
    """Every resource name, ours (`ilp/...`) last. Raises KeyError for another version."""
    return (*catalog(version), "schoolYearTypes", *ilp_shapes(version))


@cache
def shape(version: str, entity: str) -> Shape:
    """What a record of this entity looks like in JSON.

    Raises KeyError for an entity or a version that is not known.
    Source: ApiSchema 5.2.0, OpenAPI 6.0, XSD 6.1.0; `ilp/` is our own extension.
    """
    if entity.startswith("ilp/"):
        return ilp_shapes(version)[entity]
    if entity == "schoolYearTypes":
        return Shape("edfi", version, entity, _SCHOOL_YEARS, ("schoolYear",))
    top: dict[str, _Node] = {}
    for row in rows(version, entity):
        if row.json:
            _place(top, row)
    properties = tuple(_property(version, name, node) for name, node in top.items())
    return Shape("edfi", version, entity, properties, catalog(version)[entity].key, EXTENSIONS)


def _place(top: dict[str, _Node], row: Row) -> None:
    below = top
    for name in row.json.split("."):
        below = below.setdefault(name, _Node(row)).below


def _property(version: str, name: str, node: _Node, above: Row | None = None) -> Property:
    """One property; the single value of a list's item, which shares its row, is required."""
    row, required = node.row, node.row.required or node.row is above
    if node.below:
        parts = tuple(_property(version, each, inner, row) for each, inner in node.below.items())
        return _object(name, row, parts, required=required)
    if row.kind == "reference":
        parts = reference_parts(version, row.refers)
        return _object(name, row, parts, required=required, reference=row.refers)
    if row.kind == "schoolyear" and name.endswith("TypeReference"):
        return _object(name, row, _YEAR, required=required, reference="schoolYearTypes")
    return value(name, row, required=required)


def _object(
    name: str,
    row: Row,
    parts: tuple[Property, ...],
    *,
    required: bool,
    reference: str | None = None,
) -> Property:
    return Property(
        name.removesuffix("[]"),
        Kind.OBJECT,
        required=required,
        many=name.endswith("[]"),
        reference=reference,
        parts=parts,
        verified=row.verified,
    )
