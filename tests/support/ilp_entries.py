"""Small hand-made plans for tests that are about one rule or one fault."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from schemas.ilp.entry import AuthorKind, Change
from schemas.ilp.plan import ELEMENTS, Plan

TODAY = date(2026, 10, 1)


def changed(plan_version: int = 1, kind: str = "S", reason: str | None = None) -> Change:
    """A change by an invented author, in a version of the plan."""
    return Change(
        author="Author",
        kind=AuthorKind(kind),
        source="test",
        at=datetime(2026, 9, 1, tzinfo=UTC),
        plan_version=plan_version,
        reason=reason,
    )


def entry(id_: str, **values: Any) -> dict[str, Any]:
    """An entry's values with first-version bookkeeping, which `values` may replace."""
    return {"id": id_, "version": 1, "changed": changed(), **values}


def grade(code: str) -> dict[str, str]:
    """A grade level as the plan keeps it."""
    return {"set": "CEDS.GradeLevel", "code": code}


def _head(grade_code: str, plan_version: int) -> dict[str, Any]:
    name = {"legal_given_name": "Ada", "legal_family_name": "Ash", "grade_level": grade(grade_code)}
    header = {
        "plan_type": {"set": "CEDS.IndividualizedProgramType", "code": "02197"},
        "school_year": 2027,
        "status": "draft",
        "plan_version": plan_version,
    }
    identifiers = ({"system": "local", "value": "0000001"},)
    return {
        "PRO.01": entry("identity", identifiers=identifiers),
        "PRO.02": entry("name", **name),
        "PRO.04": entry("header", **header),
    }


def plan_with(
    elements: dict[str, list[dict[str, Any]]] | None = None,
    *,
    grade_code: str = "09",
    plan_version: int = 3,
    withheld: tuple[str, ...] = (),
) -> Plan:
    """A plan with just what every plan needs, and these entries by element id."""
    areas: dict[str, Any] = {}
    for element, held in {**_head(grade_code, plan_version), **(elements or {})}.items():
        place = ELEMENTS[element]
        value = tuple(held) if place.many else held[0] if isinstance(held, list) else held
        areas.setdefault(place.area, {})[place.field] = value
    return Plan.model_validate({**areas, "withheld": withheld})
