"""Ed-Fi records made from the shapes alone: every property filled, or only what is required."""

from __future__ import annotations

from typing import Any

from schemas.standards.edfi import shape
from schemas.standards.shape import Kind, Property, StandardRecord

CHOICES = {
    "assessments": ("programs",),
    "educationContents": ("learningResourceMetadataURI",),
    "studentCompetencyObjectives": ("generalStudentProgramAssociations",),
    "surveyResponses": ("contactReference", "staffReference"),
}
"""What cannot stand beside its alternative (`xs:choice` in both XSDs)."""

PLAIN: dict[Kind, Any] = {
    Kind.BOOLEAN: True,
    Kind.DATE: "2026-08-24",
    Kind.DATETIME: "2026-08-24T09:30:00Z",
    Kind.DECIMAL: "0.5",
    Kind.INTEGER: 1,
    Kind.TIME: "09:30:00",
    Kind.YEAR: 2026,
}
ALTERNATIVES = frozenset({"publicationYear"})
"""The same within objects."""
SPECIAL: dict[str, Any] = {
    "expectedTimeAssessed": "PT30M",
    "fiscalYear": 2026,
    "timeAssessed": "PT30M",
    "timeRequired": "PT30M",
}
"""Values that a plain one of their kind would not do for."""


def value_of(wanted: Property, full: bool, published: bool) -> Any:
    """A value as this property wants it."""
    if wanted.parts:
        return object_of(wanted.parts, full, published)
    if wanted.kind is Kind.CODE:
        codes = "TermDescriptor" if wanted.codes in {None, "Descriptor"} else wanted.codes
        return f"uri://ed-fi.org/{codes}#Some value"
    if wanted.name in SPECIAL:
        return SPECIAL[wanted.name]
    if wanted.kind is Kind.STRING:
        return "Señor <A&B>"[: wanted.max_length or 8]
    return PLAIN[wanted.kind]


def object_of(properties: tuple[Property, ...], full: bool, published: bool) -> dict[str, Any]:
    """An object with a value for each property, lists of one."""
    found = {}
    for each in properties:
        wanted = each.required or (full and each.name not in ALTERNATIVES)
        if wanted and (each.verified or not published):
            value = value_of(each, full, published)
            found[each.name] = [value] if each.many else value
    return found


def record(version: str, entity: str, *, full: bool, published: bool = False) -> StandardRecord:
    """A record with everything that may stand together, or with what must be there.

    A `published` one has only what an official JSON schema names.
    """
    values = object_of(shape(version, entity).properties, full, published)
    for name in CHOICES.get(entity, ()):
        values.pop(name, None)
    if entity == "educationContents" and not full:
        values["learningResourceMetadataURI"] = "https://example.org/content"
    return StandardRecord(entity, values)
