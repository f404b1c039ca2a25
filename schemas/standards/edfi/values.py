"""Plain values and references, as the tables describe them."""

from __future__ import annotations

from functools import cache

from schemas.standards.edfi.table import KeyPart, Row, key_parts
from schemas.standards.shape import Kind, Property

DESCRIPTOR_LENGTH = 306
"""The longest descriptor URI: 255 for the namespace, `#`, 50 for the code value."""

_KINDS = {"descriptor": Kind.CODE, "schoolyear": Kind.YEAR}


def value(name: str, row: Row | KeyPart, *, required: bool) -> Property:
    """The property that a row of a table describes."""
    descriptor, text = row.kind == "descriptor", row.kind == "string"
    least: float | None = getattr(row, "minimum", None)
    return Property(
        name,
        _KINDS.get(row.kind) or Kind(row.kind),
        required=required,
        max_length=DESCRIPTOR_LENGTH if descriptor else row.length,
        min_length=int(least) if text and least is not None else None,
        minimum=None if text else least,
        maximum=getattr(row, "maximum", None),
        codes=row.refers if descriptor else None,
        verified=getattr(row, "verified", True),
    )


@cache
def reference_parts(version: str, entity: str) -> tuple[Property, ...]:
    """The parts of a reference to this entity, all of them required."""
    parts = {part.part: part for part in key_parts(version, entity)}
    return tuple(value(name, part, required=True) for name, part in parts.items())
