"""The rows that OneRoster's tables map: those of the standard, and what is derived of them.

The standard nests what we keep apart: agents lie in users, roles in users of 1.1, a demographics
row has its user's id as its own. `derive` and `fold` lead from one to the other. A result of an
assessment is mapped together with its line item and with those of its parts.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from schemas.standards import oneroster
from schemas.standards.shape import Kind, Property, Shape

AGENTS = "userAgents"
"""Rows that link a user to an agent: one for each element of agentSourcedIds."""

PREFIX = "metadata.ilp."
FORMAT = f"{PREFIX}format"
"""A users row with this column takes a plan along; others may have columns of that kind too."""

ITEM, PARTS = "lineItem", "parts"
"""What a result of an assessment is mapped with: what it was, and its results on single scales."""


def entities(version: str) -> tuple[str, ...]:
    """Every collection of a version, the derived ones last."""
    return (*oneroster.entities(version), *_derived(version))


@cache
def shape(version: str, entity: str) -> Shape:
    """What a row looks like to the tables. Raises KeyError for an unknown version or entity."""
    derived = _derived(version).get(entity)
    if derived is not None:
        return Shape("oneroster", version, entity, derived, ("sourcedId",), ("metadata.",))
    base = oneroster.shape(version, entity)
    columns = oneroster.column_map(version, entity) if entity in oneroster.files(version) else {}
    known = [
        replace(each, required=False) if _may_be_blank(columns.get(each.name)) else each
        for each in base.properties
    ]
    return replace(base, properties=(*known, *_BESIDE.get(entity, ())), extensions=("metadata.",))


def _may_be_blank(column: oneroster.Column | None) -> bool:
    """Whether a record may go without, as the writer of the files has it."""
    if column is None or column.name == "sourcedId":
        return False
    return column.optional_over_rest or not column.verified or column.name in _SUPPLIED


_SUPPLIED = frozenset({"enabledUser", "roleType"})
"""What has a value of its own where no source says it (`rows_out`)."""


def _text(name: str, *, required: bool = False) -> Property:
    return Property(name, Kind.STRING, required)


def _link(name: str) -> Property:
    return Property(name, Kind.STRING, required=True, max_length=255, reference="users")


_LIMITS = tuple(Property(name, Kind.DECIMAL) for name in ("resultValueMin", "resultValueMax"))
_BESIDE: dict[str, tuple[Property, ...]] = {
    "demographics": (_link("userSourcedId"),),
    "assessmentResults": (
        Property(ITEM, Kind.OBJECT, parts=(_text("title", required=True), _text("version"))),
        Property(
            PARTS,
            Kind.OBJECT,
            many=True,
            parts=(
                _text("title", required=True),
                Property("score", Kind.DECIMAL),
                *_LIMITS,
                _text("textScore"),
            ),
        ),
    ),
}


@cache
def _derived(version: str) -> dict[str, tuple[Property, ...]]:
    marks = oneroster.shape(version, "orgs").properties[:3]
    derived = {AGENTS: (*marks, _link("userSourcedId"), _link("agentSourcedId"))}
    if version == "1.1":
        roles = oneroster.shape("1.2", "roles").properties
        held = {*(each.name for each in marks), "userSourcedId", "orgSourcedId", "role", "roleType"}
        derived["roles"] = tuple(
            replace(each, required=each.required and each.name != "roleType")
            for each in roles
            if each.name in held
        )
    return derived
