"""Why a decision came out as it did, and who would get which: for those entitled to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.access.conditions import CONSENTS, holds, meaning
from service.access.decision import Decision
from service.access.denials import passes
from service.access.desk import Desk
from service.access.load import at_desk, load_rows, load_subject, subject_of_person
from service.access.predicate import Side, predicate
from service.access.request import Context, District, Subject
from service.access.sources import SOURCES, source
from service.access.way import opening
from service.store.access_tables import account

STRONGEST: Final = {"client": "mtls"}
"""How somebody of a kind would be signed in at best; people with a strong factor."""

_PURPOSES: Final = {
    "CIS": "career-guidance",
    "VRA": "transition-services",
    "SIS": "roster-sync",
    "AUD": "audit",
    "PSE": "transfer",
}


@dataclass(frozen=True, slots=True)
class Unmet:
    """A way in that stayed shut: its rule, whether the role is held, the codes that fail."""

    rule: str
    role_held: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Denials in force, and every way in that did not open."""

    denials: tuple[str, ...]
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may: the account or person, the purpose that it takes, and the decision."""

    subject: str
    purpose: str
    decision: Decision


def explain(desk: Desk, side: Side, section: str, action: str) -> Explanation:
    """All denials and all unmet conditions, not only the first."""
    shut = [code for code, expr in passes(section, action) if not predicate(expr)(side)]
    decision = desk.decide(side, section, action)
    # What is open together, to the subject and another, or to what a filter uses, is seen here.
    found = [one for one in decision.rules if one in policy.denials()]
    denials = tuple(dict.fromkeys((*shut, *found)))
    return Explanation(denials, tuple(_unmet(desk, side, section, action)))


def _unmet(desk: Desk, side: Side, section: str, action: str) -> Iterator[Unmet]:
    for role in policy.roles():
        held = predicate(holds(role))(side)
        for grant in desk.district.table.cells[role, section, action]:
            tests = {code: meaning(code, role, section, action) for code in grant.codes}
            failing = [code for code, expr in tests.items() if not predicate(expr)(side)]
            if not failing and not opening(grant, policy.sections()[section].fields)(side):
                failing = sorted(CONSENTS & set(grant.codes))  # each names other fields
            if failing or not held:
                yield Unmet(grant.id, held, tuple(failing))


def usual_purpose(subject: Subject) -> str:
    """The purpose that goes with a kind of subject where nobody names one."""
    if any(role == "PRV" for role, _, __ in subject.appointed):
        return "records-request"
    return _PURPOSES.get(subject.role or "", "instruction")


def readers(
    connection: Connection, district: District, student: str, section: str, now: datetime
) -> Iterator[Reader]:
    """Everybody who can read a section of a student, signed in as well as they can be.

    Each is listed once, with the first purpose on the district's list that opens the section.
    """
    for subject in _candidates(connection, district.tenant, student):
        found = _first(connection, district, subject, (student, section), now)
        if found is not None:
            yield found


def _first(
    connection: Connection,
    district: District,
    subject: Subject,
    what: tuple[str, str],
    now: datetime,
) -> Reader | None:
    student, section = what
    strength = STRONGEST.get(subject.kind, "strong-factor")
    usual = usual_purpose(subject)
    desk = at_desk(connection, subject, Context(now, usual, strength=strength), district)
    rows = load_rows(connection, desk, [student])[student]
    for purpose in dict.fromkeys((usual, *sorted(district.purposes))):
        asking = Desk(subject, Context(now, purpose, strength=strength), district, desk.empty)
        decision = asking.decide(asking.side(rows), section, "read")
        if decision.allowed:
            return Reader(subject.account_id, purpose, decision)
    return None


def _candidates(connection: Connection, tenant: str, student: str) -> Iterator[Subject]:
    """Everybody with an account, and everybody whom anything ties to the student."""
    query = sa.select(account.c.id, account.c.person_id).where(account.c.tenant == tenant)
    known = connection.execute(query.order_by(account.c.id)).fetchall()
    yield from (load_subject(connection, tenant, row.id) for row in known)
    seen = {id_ for row in known for id_ in row} | policy.roles().keys()
    for person in sorted(set(_tied(connection, tenant, student)) - seen):
        yield subject_of_person(connection, tenant, person)


def _tied(connection: Connection, tenant: str, student: str) -> Iterable[Any]:
    for name in (*SOURCES, "appointment"):
        of = source(name)
        agent = "agent_id" if name == "appointment" else of.agent
        if agent is None:
            continue
        query = of.select(agent).where(
            of.columns["tenant"] == tenant, of.columns["student_id"] == student
        )
        yield from connection.execute(query.distinct()).scalars()
