"""Who a plan is for, as roster records, and a roster's student as a plan's profile.

The elements PRO.01 to PRO.03 say what the roster says in its own way. A plan that travels without a
roster brings its student along; records that arrive without a plan can start one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from mappings.engine.paths import Tree

SOURCED_ID, LOCAL, STATE = "sourcedId", "local", "state"
"""Identifier systems of PRO.01: the roster's own key, the district's number, the state's."""

_STATE_TYPE = "State"
"""The `userIds` type of a state identifier (`oneroster.md` §15: by agreement)."""

NAMES: Mapping[str, str] = {
    "given_name": "legal_given_name",
    "middle_name": "legal_middle_name",
    "family_name": "legal_family_name",
    "preferred_given_name": "preferred_given_name",
    "preferred_family_name": "preferred_family_name",
}
"""The names of a roster's person, as a plan's profile has them (PRO.02)."""


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
    person = {ours: names[theirs] for ours, theirs in NAMES.items() if theirs in names}
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
    begin, last = enrollment.get("start"), enrollment.get("end")
    end = day_after(last) if last else None
    row: Tree = {
        "id": "|".join((person, school, "student", begin or "")),
        "person_id": person,
        "org_id": school,
        "role": "student",
        "role_type": "primary",
    }
    return row | ({"begin_date": begin} if begin else {}) | ({"end_date": end} if end else {})


def day_after(day: str) -> str | None:
    """A plan counts the last day in, a roster names the day after it; the last of all has none."""
    last = date.fromisoformat(day)
    return None if last == date.max else (last + timedelta(days=1)).isoformat()
