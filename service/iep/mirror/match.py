"""Whose IEP is it? Told by identifiers alone, and by nothing that merely looks alike.

A wrong match would show a child's IEP to another family. So a student waits, and is listed, where
identifiers point to nobody, to several people or to somebody who is no student, where the birth
dates differ, where another student of the same source is that person already, or where identifiers
lead to somebody else than before. Nobody sees an IEP that waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.iep.header import Student
from service.ilp.owner import kinds_of, may_be_student, people_named, roles_of
from service.store.bulk import among
from service.store.tables import ROSTER

NOBODY: Final = "nobody"
SEVERAL: Final = "several"
NO_STUDENT: Final = "no-student"
OTHER_BIRTHDAY: Final = "other-birthday"
TAKEN: Final = "taken"
ELSEWHERE: Final = "elsewhere"

REASONS: Final[Mapping[str, str]] = {
    NOBODY: "no student of the roster has one of its identifiers",
    SEVERAL: "its identifiers belong to different people",
    NO_STUDENT: "its identifiers belong to somebody who is no student",
    OTHER_BIRTHDAY: "the roster has another birth date for that student",
    TAKEN: "another student of this source is that student already",
    ELSEWHERE: "its identifiers now lead to somebody else than before",
}
"""Why a student waits."""


@dataclass(frozen=True, slots=True)
class Match:
    """The student of ours; with `waits`, who it was before, and why that is in doubt."""

    person_id: str | None
    waits: str | None = None


def match_students(
    connection: Connection, tenant: str, students: Mapping[str, Student], taken: Mapping[str, str]
) -> dict[str, Match]:
    """Who each student is, by the source's id.

    `taken` are the people of the source's other students, each with the source's id of theirs.
    """
    named = {student: _identifiers(about) for student, about in students.items()}
    pointed = people_named(connection, tenant, named)
    people = {person for found in pointed.values() for person in found}
    known = _People(roles_of(connection, tenant, people), _birthdays(connection, tenant, people))
    found: dict[str, Match] = {}
    claimed = dict(taken)
    for student in sorted(students):
        match = known.judged(students[student], pointed[student])
        if match.person_id and claimed.setdefault(match.person_id, student) != student:
            match = Match(None, TAKEN)
        found[student] = match
    return found


def kept(before: Match, now: Match) -> Match:
    """What becomes of a student who was found before.

    Who is merely not found any more stays as they were. A source that gives a known id to
    another child must not show one child's IEP to the family of the other: that one waits, until
    the identifiers lead back.
    """
    if before.person_id is None or now.person_id == before.person_id:
        return now
    if now.waits == NOBODY:
        return before
    return Match(before.person_id, now.waits or ELSEWHERE)


@dataclass(frozen=True, slots=True)
class _People:
    """What the roster tells of the people in question."""

    roles: Mapping[str, set[str]]
    birthdays: Mapping[str, date]

    def judged(self, student: Student, people: set[str]) -> Match:
        if len(people) != 1:
            return Match(None, SEVERAL if people else NOBODY)
        [person] = people
        if not may_be_student(self.roles[person]):
            return Match(None, NO_STUDENT)
        born = self.birthdays.get(person)
        if born and student.birth_date and born != student.birth_date:
            return Match(None, OTHER_BIRTHDAY)
        return Match(person)


def _identifiers(about: Student) -> set[tuple[str, str]]:
    return {(kind, one.value) for one in about.identifiers for kind in kinds_of(one.system)}


def _birthdays(connection: Connection, tenant: str, people: set[str]) -> dict[str, date]:
    told = ROSTER["demographics"].c
    query = sa.select(told.person_id, told.birth_date).where(
        told.tenant == tenant, among(connection, told.person_id, people)
    )
    return {person: day for person, day in connection.execute(query) if day}
