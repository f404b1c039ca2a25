"""Who a plan is for, as roster records, and a roster's student as a plan's profile.

The elements PRO.01 to PRO.03 say what the roster says in its own way. A plan that travels without a
roster brings its student along; records that arrive without a plan can start one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from mappings.engine.paths import Tree
from schemas.codes.grades import GRADE_LEVEL_SET, GRADE_LEVELS

SOURCED_ID, LOCAL, STATE = "sourcedId", "local", "state"
"""Identifier systems of PRO.01: the roster's own key, the district's number, the state's."""

_STATE_TYPE = "State"
"""The `userIds` type of a state identifier (`oneroster.md` §15: by agreement)."""

_NAMES = {
    "given_name": "legal_given_name",
    "middle_name": "legal_middle_name",
    "family_name": "legal_family_name",
    "preferred_given_name": "preferred_given_name",
    "preferred_family_name": "preferred_family_name",
}


@dataclass(slots=True)
class RosterRows:
    """Roster records by entity and id."""

    rows: dict[str, dict[str, Tree]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, entity: str, row: Tree) -> None:
        """Add a record unless one with its id is there."""
        self.rows[entity].setdefault(row["id"], row)


def identifiers_of(plan: Tree) -> dict[str, str]:
    """The student's active identifiers by system."""
    listed = plan.get("profile", {}).get("identity", {}).get("identifiers", ())
    return {each["system"]: each["value"] for each in listed if each.get("active") is not False}


def student_id(plan: Tree) -> str:
    """The id under which a plan's student goes in a roster: the first identifier that says it."""
    known = identifiers_of(plan)
    for system in (SOURCED_ID, LOCAL, STATE):
        if system in known:
            return known[system]
    return next(iter(known.values()), "")


def roster_of(plan: Tree, into: RosterRows) -> None:
    """The student, schools and roles that a plan's profile tells of."""
    student = _person(plan)
    if student is None:
        return
    for enrollment in _latest_last(plan):
        school = _organizations(enrollment, into)
        into.add("role", _role(student["id"], school, enrollment))
        student["primary_org_id"] = school
    into.add("person", student)


def _latest_last(plan: Tree) -> list[Tree]:
    enrollments = plan.get("profile", {}).get("enrollments", ())
    return sorted(enrollments, key=lambda each: (each["school_year"], each.get("start", "")))


def _person(plan: Tree) -> Tree | None:
    names = plan.get("profile", {}).get("name_and_grade")
    known = identifiers_of(plan)
    if names is None or not known:
        return None
    ids = [
        {"type": _STATE_TYPE if system == STATE else system, "identifier": value}
        for system, value in known.items()
        if system not in (SOURCED_ID, LOCAL)
    ]
    person = {ours: names[theirs] for ours, theirs in _NAMES.items() if theirs in names}
    person |= {"id": student_id(plan), "grades": [names["grade_level"]["code"]]}
    if LOCAL in known:
        person["identifier"] = known[LOCAL]
    return person | ({"user_ids": ids} if ids else {})


def _organizations(enrollment: Tree, into: RosterRows) -> str:
    district = enrollment.get("district")
    parent = _organization(district, "district", None, into) if district else None
    return _organization(enrollment["school"], "school", parent, into)


def _organization(named: Tree, kind: str, parent: str | None, into: RosterRows) -> str:
    identifier = named.get("identifier", {}).get("value")
    key: str = identifier or named["name"]
    row = {"id": key, "name": named.get("name", key), "type": kind}
    row |= {"identifier": identifier} if identifier else {}
    into.add("organization", row | ({"parent_id": parent} if parent else {}))
    return key


def _role(person: str, school: str, enrollment: Tree) -> Tree:
    begin, end = enrollment.get("start"), _shifted(enrollment.get("end"), 1)
    row: Tree = {
        "id": "|".join((person, school, "student", begin or "")),
        "person_id": person,
        "org_id": school,
        "role": "student",
        "role_type": "primary",
    }
    return row | ({"begin_date": begin} if begin else {}) | ({"end_date": end} if end else {})


def _shifted(day: str | None, by: int) -> str | None:
    """A plan counts the last day in, a roster names the day after it."""
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat() if day else None


def profile_of(person: Tree, roles: Iterable[Tree], organizations: dict[str, Tree]) -> Tree:
    """What a roster knows of a plan's profile: entries without bookkeeping, by field."""
    profile: Tree = {"identity": {"id": "identity", "identifiers": list(_identifiers(person))}}
    grade = next((each for each in person.get("grades", ()) if each in GRADE_LEVELS), None)
    if grade is not None:
        names = {ours: person[theirs] for theirs, ours in _NAMES.items() if theirs in person}
        code = {"set": GRADE_LEVEL_SET, "code": grade}
        profile["name_and_grade"] = {"id": "name-and-grade", **names, "grade_level": code}
    enrollments = [_enrollment(role, organizations) for role in roles if role["role"] == "student"]
    found = [each for each in enrollments if each]
    return profile | ({"enrollments": found} if found else {})


def _identifiers(person: Tree) -> Iterator[dict[str, Any]]:
    yield {"system": SOURCED_ID, "value": person["id"], "active": True}
    if "identifier" in person:
        yield {"system": LOCAL, "value": person["identifier"], "active": True}
    for each in person.get("user_ids", ()):
        system = STATE if each["type"] == _STATE_TYPE else each["type"]
        yield {"system": system, "value": each["identifier"], "active": True}


def _enrollment(role: Tree, organizations: dict[str, Tree]) -> Tree | None:
    """A role as an enrollment; without dates nobody knows its school year, and it says nothing."""
    begin, end = role.get("begin_date"), _shifted(role.get("end_date"), -1)
    school = organizations.get(role["org_id"])
    if not begin or school is None:
        return None
    entry: Tree = {
        "id": f"enrollment-{role['org_id']}-{begin}",
        "school": _named(school),
        "school_year": _school_year(begin),
        "start": begin,
    }
    above = organizations.get(school.get("parent_id", ""))
    entry |= {"district": _named(above)} if above and above["type"] == "district" else {}
    return entry | ({"end": end} if end else {})


def _school_year(begin: str) -> int:
    """The school year of a day: it turns on the first of July."""
    year, month = int(begin[:4]), int(begin[5:7])
    return year + 1 if month >= 7 else year


def _named(organization: Tree) -> Tree:
    named: Tree = {"name": organization["name"]}
    if "identifier" in organization:
        named["identifier"] = {"system": STATE, "value": organization["identifier"]}
    return named
