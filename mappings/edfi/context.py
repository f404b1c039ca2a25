"""What a plan's entries need besides themselves: the keys by which Ed-Fi knows student and plan.

`$student.unique_id` is the district's number, else the state's, else the roster's id. The school,
the first day and the grade are those of the latest enrollment (PRO.03); a school without a number
gives no `$student.school_id`, and what needs it is a named loss. `$plan.begin_date` is the day on
which the plan's head was first written, `$plan.changed_on` the day of its last change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mappings.engine.paths import Tree
from mappings.ilp.profile import LOCAL, SOURCED_ID, STATE, identifiers_of

_NUMBER = re.compile(r"\d{1,18}")
CODE_VIEW = "edfi.student_code"
_IDENTIFIERS = "profile.identity.identifiers"


def unique_id(plan: Tree) -> str | None:
    """The number by which Ed-Fi knows the plan's student."""
    known = identifiers_of(plan)
    return next((known[system] for system in (LOCAL, STATE, SOURCED_ID) if system in known), None)


def context_of(plan: Tree, birth_date: str | None, grading_period: str | None) -> dict[str, Any]:
    """The context of all entries of a plan; values that are not known are left out."""
    profile = plan.get("profile", {})
    header, latest = profile.get("header", {}), _latest(profile)
    school = _number(latest.get("school", {}).get("identifier", {}).get("value"))
    grade = latest.get("grade_level") or profile.get("name_and_grade", {}).get("grade_level", {})
    student = {
        "unique_id": unique_id(plan),
        "school_id": school,
        "ed_org_id": school,
        "entry_date": latest.get("start"),
        "grade": grade.get("code"),
        "birth_date": birth_date,
    }
    told = {
        "id": header.get("id"),
        "school_year": header.get("school_year"),
        "begin_date": _day(_first(header)),
        "changed_on": _day(header),
        "grading_period": grading_period,
    }
    return {"$student": _said(student), "$plan": _said(told)}


def parts_of(plan: Tree, context: Tree) -> Iterator[tuple[str, str, Tree]]:
    """The student's identifiers, each a view of its own: the view, its place, its values."""
    student = context["$student"]
    listed = plan.get("profile", {}).get("identity", {}).get("identifiers", ())
    for number, each in enumerate(listed):
        keys = {name: student[name] for name in ("unique_id", "ed_org_id") if name in student}
        yield CODE_VIEW, f"{_IDENTIFIERS}[{number}]", {**keys, **_plain(each)}


def own_identifier(plan: Tree) -> Iterator[str]:
    """The places of the identifier that is the unique id: it goes with every record."""
    listed = plan.get("profile", {}).get("identity", {}).get("identifiers", ())
    unique = unique_id(plan)
    for number, each in enumerate(listed):
        if each["value"] == unique and each["system"] == LOCAL:
            yield from (f"{_IDENTIFIERS}[{number}].{name}" for name in ("system", "value"))


def _plain(identifier: Tree) -> Tree:
    return {"system": identifier["system"], "value": identifier["value"]}


def _latest(profile: Tree) -> Tree:
    enrollments = profile.get("enrollments", ())
    order = sorted(enrollments, key=lambda each: (each["school_year"], each.get("start", "")))
    return order[-1] if order else {}


def _first(entry: Tree) -> Tree:
    earlier = entry.get("earlier", ())
    return earlier[0] if earlier else entry


def _day(entry: Tree) -> str | None:
    at: str | None = entry.get("changed", {}).get("at")
    return at[:10] if at else None


def _number(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text) else None


def _said(values: Tree) -> Tree:
    return {name: value for name, value in values.items() if value is not None}
