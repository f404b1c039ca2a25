"""Rosters drawn at random: every entity and field, ids and references sound, keys at their edges.

One field of each kind of record is its mark: no two records share it and every standard carries it,
so that a record can be found again whatever its id has become.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from mappings.hub import frame_of
from schemas.roster.entities import FIELDS
from schemas.roster.kinds import FieldKind
from schemas.roster.records import CLASS_TYPES, ENROLLMENT_ROLES, ROLES, SESSION_TYPES, SEXES

Row = dict[str, Any]
Roster = dict[str, list[Row]]

TEXTS = ("x", "é", "名前", 'say "no"', "a, b", "two words", "a/b", "#", "'", "w" * 61, "007", "12")
GRADES = ("KG", "03", "09", "12", "Other")
_FIRST = date(2025, 8, 1)


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(TEXTS)


_LISTS: Mapping[str, st.SearchStrategy[Any]] = {
    "grades": st.lists(st.sampled_from(GRADES), min_size=1, max_size=3, unique=True),
    "subjects": st.lists(texts(), min_size=1, max_size=2, unique=True),
    "subject_codes": st.lists(st.sampled_from(("02036", "A1")), min_size=1, unique=True),
    "periods": st.lists(st.sampled_from(("1", "2a")), min_size=1, unique=True),
    "user_ids": st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(("State", "local", "SIS", "Canvas")),
                "identifier": st.sampled_from(("8001", "8002", "S-1")),
            }
        ),
        min_size=1,
        max_size=2,
        unique_by=lambda each: each["type"],
    ),
}
_TERMS: Mapping[str, tuple[str, ...]] = {
    "class_type": (*sorted(CLASS_TYPES.terms), "ext:lab"),
    "sex": (*sorted(SEXES.terms), "ext:none"),
    "role_type": ("primary", "secondary"),
    "email": ("a@b.c", "ada@example.org", "x" * 130 + "@example.org"),
    "state_of_birth_abbreviation": ("TX", "ZZ", "Texas"),
    "country_of_birth_code": ("US", "XX", "Utopia"),
    "public_school_residence_status": ("01652", "x"),
    "course_code": ("A", "B", "x" * 61),
    "class_code": ("1", "2", "x" * 256),
}


def _optional(entity: str, name: str, kind: FieldKind) -> st.SearchStrategy[Any]:
    if name in _LISTS:
        return _LISTS[name]
    if name in _TERMS:
        return st.sampled_from(_TERMS[name])
    if kind is FieldKind.BOOL:
        return st.booleans()
    if kind is FieldKind.DATE:
        return st.sampled_from(("2025-08-15", "2026-01-31", "2024-02-29"))
    return texts()


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """A small roster; references lead to records that are there, keys are unique."""
    made = _Making(draw)
    made.organizations()
    made.sessions()
    made.catalogue()
    made.people()
    made.links()
    made.supplements()
    return made.rows


class _Making:
    """One roster under way."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.rows: Roster = {entity: [] for entity in FIELDS}
        self.first_school: str | None = None
        self.is_sound = draw(st.booleans())

    def add(self, entity: str, id_: str, **told: Any) -> Row:
        """A record: what is told, and of its other fields some."""
        row: Row = {"id": id_, **{name: value for name, value in told.items() if value is not None}}
        for each in FIELDS[entity]:
            if each.name not in told and not each.required and each.reference is None:
                value = self.draw(st.none() | _optional(entity, each.name, each.kind))
                if value is not None:
                    row[each.name] = value
        if self.draw(st.booleans()):
            row["extras"] = {"metadata.x": self.draw(texts())}
        self.rows[entity].append(row)
        return row

    def either(self, sound: Any, strange: st.SearchStrategy[Any]) -> Any:
        """What a host asks for in a sound roster, anything in another."""
        return sound if self.is_sound else self.draw(strange)

    def one_of(self, entity: str, *types: str) -> st.SearchStrategy[Any]:
        known = [row["id"] for row in self.rows[entity] if not types or row["type"] in types]
        return st.sampled_from(known) if known else st.none()

    def maybe(self, entity: str) -> Any:
        return self.draw(st.none() | self.one_of(entity))

    def organizations(self) -> None:
        kinds = ["district", "school", *self.draw(st.lists(_ORGANIZATIONS, max_size=2))]
        for number, kind in enumerate(kinds):
            names = [str(100 + number), f"00{200 + number}", f"S{number}", "101", None]
            row = self.add(
                "organization",
                f"org {number}" if self.draw(st.booleans()) else f"org-{number}",
                name=f"Org {number} {self.draw(texts())}",
                type=kind,
                identifier=self.either(names[0], st.sampled_from(names)),
                parent_id=self.maybe("organization"),
            )
            if kind == "school" and self.first_school is None:
                self.first_school = row["id"]

    def sessions(self) -> None:
        kinds = ["schoolYear", "semester", *self.draw(st.lists(_SESSIONS, max_size=3))]
        for number, kind in enumerate(kinds):
            start = _FIRST + timedelta(days=number)
            self.add(
                "academic_session",
                f"ses-{number}",
                title=self.either("Fall", st.sampled_from(("Fall", "Year", "w" * 61))),
                type=kind,
                start_date=start.isoformat(),
                end_date=(start + timedelta(days=90)).isoformat(),
                parent_id=self.maybe("academic_session"),
                school_year=self.either(2026, st.sampled_from((2026, 2027))),
            )

    def catalogue(self) -> None:
        for number in range(self.draw(st.integers(1, 2))):
            self.add(
                "course",
                f"crs-{number}",
                title=f"Course {number} {self.draw(texts())}",
                course_code=self.either(f"C{number}", st.sampled_from(("C0", "x" * 61, None))),
                school_year_id=self.maybe("academic_session"),
                org_id=self.either(self.first_school, st.none() | self.one_of("organization")),
            )
        sessions = self.one_of("academic_session")
        for number in range(self.draw(st.integers(0, 3))):
            several = st.lists(sessions, min_size=1, max_size=2, unique=True)
            terms = self.draw(several if self.is_sound else st.none() | several)
            self.add(
                "class",
                f"cls-{number}",
                title=f"Class {number} {self.draw(texts())}",
                course_id=self.either("crs-0", st.none() | self.one_of("course")),
                school_id=self.either(self.first_school, self.one_of("organization", "school")),
                term_ids=terms,
            )

    def people(self) -> None:
        for number in range(self.draw(st.integers(1, 4))):
            self.add(
                "person",
                self.either(f"per-{number}", st.sampled_from((f"per {number}", f"per-{number}"))),
                given_name=self.draw(texts()),
                family_name=f"Person {number} {self.draw(texts())}",
                identifier=self.draw(st.none() | st.sampled_from(("7001", "7002", "E-1"))),
                primary_org_id=self.maybe("organization"),
            )
            if self.is_sound:
                self.rows["person"][-1]["grades"] = ["09", "10"]
            if self.is_sound or self.draw(st.booleans()):
                own = self.rows["person"][-1]["id"]
                same = self.draw(st.booleans())
                self.add("demographics", own if same else f"dem-{number}", person_id=own)
                if self.is_sound:
                    self.rows["demographics"][-1]["birth_date"] = "2010-02-28"

    def links(self) -> None:
        roles = sorted({*ROLES.terms, "ext:mascot"})
        person = self.one_of("person")
        place = st.sampled_from((self.first_school,)) | self.one_of("organization")
        role = st.tuples(person, place, st.sampled_from(("student",)) | st.sampled_from(roles))
        sound = [("per-0", self.first_school, "student")] if self.is_sound else []
        drawn = self._distinct(role, 5)
        for number, (who, where, what) in enumerate(dict.fromkeys([*sound, *drawn])):
            self.add("role", f"rol-{number}", person_id=who, org_id=where, role=what)
        for number, (who, agent) in enumerate(self._distinct(st.tuples(person, person), 3)):
            if who != agent:
                self.add("relation", f"rel-{number}", person_id=who, agent_id=agent)
        if self.rows["class"]:
            self._enrollments()

    def _enrollments(self) -> None:
        strange = st.sampled_from(sorted({*ENROLLMENT_ROLES.terms, "ext:guest"}))
        what = st.sampled_from(("student", "teacher")) | strange
        place = self.one_of("organization", "school")
        link = st.tuples(self.one_of("class"), self.one_of("person"), what)
        for number, (where, who, role) in enumerate(self._distinct(link, 4)):
            school = self.either(self.first_school, place)
            self.add(
                "enrollment",
                f"enr-{number}",
                class_id=where,
                person_id=who,
                role=role,
                school_id=school,
            )

    def _distinct(self, each: st.SearchStrategy[Any], most: int) -> list[Any]:
        found: list[Any] = self.draw(st.lists(each, max_size=most, unique=True))
        return found

    def supplements(self) -> None:
        for number in range(self.draw(st.integers(0, 1))):
            self.add("supplement", f"sup-{number}", collection="lineItems")


_ORGANIZATIONS = st.sampled_from(("school", "district", "department", "state", "ext:campus"))
_SESSIONS = st.sampled_from((*sorted(SESSION_TYPES.terms), "ext:block"))


def frames(roster: Roster) -> dict[str, pl.DataFrame]:
    """The roster as tables of a hub."""
    return {entity: frame_of(entity, rows) for entity, rows in roster.items() if rows}
