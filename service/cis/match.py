"""Whose account is it? Tied by identifiers and a name together; anything less is a question."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.cis.suggest import Somebody, Students
from service.ilp.owner import (
    LOCAL,
    SOURCED_ID,
    kinds_of,
    may_be_student,
    people_named,
    roles_of,
)
from service.store.bulk import among
from service.store.tables import ROSTER
from service.sync.match import Candidate

NOBODY: Final = "nobody"
SEVERAL: Final = "several"
OTHER_NAME: Final = "other-name"
OTHER_BIRTHDAY: Final = "other-birthday"
NO_STUDENT: Final = "no-student"
MOVED: Final = "moved"

REASONS: Final[Mapping[str, str]] = {
    NOBODY: "no student of the roster has one of its identifiers",
    SEVERAL: "its identifiers belong to different people",
    OTHER_NAME: "the student with its identifier is called otherwise",
    OTHER_BIRTHDAY: "the student with its identifier has another birth date",
    NO_STUDENT: "its identifiers belong to somebody who is no student",
    MOVED: "its identifiers now belong to another student than before",
}
"""Why an account waits for a person to decide."""

_SURE: Final = 75
"""The score of a question that an identifier raised."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its rows describe it. `record_id` is its own id in the match queue."""

    account: str
    record_id: str
    ids: Mapping[str, str]
    about: Mapping[str, str]

    @property
    def somebody(self) -> Somebody:
        """What it tells of its student."""
        told = self.about
        return Somebody(
            self.record_id,
            told.get("given_name", ""),
            told.get("family_name", ""),
            birth_date=told.get("birth_date"),
            email=told.get("email"),
            grade=told.get("grade"),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """The student of ours, or why there is none."""

    person_id: str | None
    waits: str | None = None


@dataclass(slots=True)
class Matches:
    """Who the accounts are, and the questions for a person to decide."""

    found: dict[str, Match] = field(default_factory=dict)
    questions: list[Candidate] = field(default_factory=list)


def match_accounts(
    connection: Connection,
    tenant: str,
    accounts: Iterable[Account],
    before: Mapping[str, str],
    delivered: Collection[str],
    renamed: Collection[str] = (),
) -> Matches:
    """Match accounts that are new, that wait, or whose identifiers or names changed.

    `before` tells to whom an account was tied until now: it does not pass to somebody else
    unasked, and stays tied where its identifiers say nothing, unless it was `renamed`. Lookalikes
    are sought for accounts that were `delivered`: comparing names with a whole district takes its
    time.
    """
    accounts = list(accounts)
    named = {one.account: _identifiers(one) for one in accounts}
    pointed = people_named(connection, tenant, named)
    people = {person for found in pointed.values() for person in found}
    known = _people(connection, tenant, people)
    matches = Matches()
    strangers = []
    for one in accounts:
        match = _judged(one, pointed[one.account], known, before.get(one.account))
        if one.account in renamed and match.person_id is not None:
            match = _judged(one, pointed[one.account], known, None)
        matches.found[one.account] = match
        unknown = match.waits in (NOBODY, OTHER_NAME, OTHER_BIRTHDAY)
        if unknown and one.about and one.account in delivered:
            strangers.append(one)
        if match.waits not in (None, NOBODY, NO_STUDENT):
            matches.questions += _pointed_at(one, pointed[one.account], str(match.waits))
    if strangers:
        matches.questions += _suggested(connection, tenant, strangers)
    return matches


def _judged(
    one: Account, people: set[str], known: Mapping[str, _Person], before: str | None
) -> Match:
    if not people:
        return Match(before) if before else Match(None, NOBODY)
    if len(people) > 1:
        return Match(before) if before in people else Match(None, SEVERAL)
    [person] = people
    if before == person:
        return Match(person)
    if before is not None:
        return Match(None, MOVED)
    return _fits(one, known[person]) if person in known else Match(None, NO_STUDENT)


@dataclass(frozen=True, slots=True)
class _Person:
    """What is known of somebody whom an identifier points to."""

    told: Somebody
    is_student: bool


def _fits(one: Account, person: _Person) -> Match:
    """An identifier alone may be mistyped: a name, where one is told, has to agree."""
    told = one.somebody
    if not person.is_student:
        return Match(None, NO_STUDENT)
    if told.birth_date and person.told.birth_date and told.birth_date != person.told.birth_date:
        return Match(None, OTHER_BIRTHDAY)
    if (told.given or told.family) and not _share_a_name(told, person.told):
        return Match(None, OTHER_NAME)
    return Match(person.told.id)


def _share_a_name(told: Somebody, ours: Somebody) -> bool:
    given, family = told.given.casefold(), told.family.casefold()
    return family == ours.family.casefold() or given in (
        ours.given.casefold(),
        ours.called.casefold(),
    )


def _pointed_at(one: Account, people: set[str], waits: str) -> list[Candidate]:
    """A question for each student whom the account's identifiers point to."""
    reason = REASONS[waits]
    return [Candidate(one.record_id, person, one.account, _SURE, (reason,)) for person in people]


def _suggested(connection: Connection, tenant: str, strangers: list[Account]) -> list[Candidate]:
    students = Students.of(students_of(connection, tenant))
    return [
        Candidate(one.record_id, likely.person_id, one.account, likely.score, likely.reasons)
        for one in strangers
        for likely in students.suggest(one.somebody)
    ]


def _identifiers(one: Account) -> set[tuple[str, str]]:
    return {(kind, value) for name, value in one.ids.items() for kind in _KINDS[name]}


_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "local_id": (LOCAL,),
    "state_id": kinds_of("state"),
    "sourced_id": (SOURCED_ID,),
    "username": (),
}


def _people(connection: Connection, tenant: str, ids: set[str]) -> dict[str, _Person]:
    roles = roles_of(connection, tenant, ids)
    person = ROSTER["person"].c
    told = _somebodies(connection, tenant, among(connection, person.id, ids))
    return {one.id: _Person(one, may_be_student(roles[one.id])) for one in told}


def students_of(connection: Connection, tenant: str) -> list[Somebody]:
    """Every student whom the roster has."""
    role, person = ROSTER["role"].c, ROSTER["person"].c
    are = sa.select(role.person_id).where(role.tenant == tenant, role.role == "student")
    return _somebodies(connection, tenant, person.id.in_(are))


def _somebodies(
    connection: Connection, tenant: str, where: sa.ColumnElement[bool]
) -> list[Somebody]:
    person, born = ROSTER["person"].c, ROSTER["demographics"].c
    query = (
        sa.select(person.id, person.given_name, person.family_name)
        .add_columns(person.preferred_given_name, person.email, person.grades, born.birth_date)
        .outerjoin_from(
            ROSTER["person"],
            ROSTER["demographics"],
            sa.and_(born.tenant == person.tenant, born.person_id == person.id),
        )
        .where(person.tenant == tenant, where)
    )
    return [
        Somebody(
            row.id,
            row.given_name,
            row.family_name,
            row.preferred_given_name or "",
            row.birth_date.isoformat() if row.birth_date else None,
            row.email,
            next(iter(json.loads(row.grades or "[]")), None),
        )
        for row in connection.execute(query)
    ]
