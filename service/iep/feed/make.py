"""Making a draft for one request: decided, counted and on record before a byte of it is written."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from schemas.ilp.plan import ELEMENTS, Plan
from service.access import policy
from service.iep.change import Version
from service.iep.feed.draft import Draft, Handover, Side, long_day
from service.iep.feed.phrases import EVIDENCE, FRAME, sentences_of
from service.iep.ledger import PROPOSALS, SECTION, TRANSITION, proposals_of
from service.iep.states import State
from service.ilp.sight import require_open_plan
from service.store.access_tables import consent, statement

if TYPE_CHECKING:
    from service.office import Sight, Visit

_TOLD: Final = frozenset({"family", "staff"})
"""Kinds of roles that are told what a copy leaves out; to others even that would say something."""

_LIVE: Final = frozenset({State.SUBMITTED, State.UNDER_REVIEW, State.ACCEPTED})


def make_draft(visit: Visit, student: str, base: Version | None) -> Draft:
    """The draft for whoever asks, or for the party of the visit, under a new disclosure number.

    That there is a transition section at all tells of an IEP, so that part has to be open. Raises
    Refused, or NotFound where the student has no plan.
    """
    number = secrets.token_hex(6)
    visit.request = f"{visit.request} {number}"
    sight = visit.see(student, "export", _sections())
    if not sight.opens(TRANSITION):
        visit.require(student, "export", SECTION, TRANSITION)
    _, plan = require_open_plan(visit.connection, visit.tenant, sight)
    return Draft(
        student=_student(plan),
        sentences=tuple(sentences_of(plan)),
        handover=_handover(visit, sight, number),
        plan=plan,
        proposals=tuple(_sides(visit, student, sight)),
        withheld=_withheld(visit, sight, plan),
        iep=_based_on(base),
        statements=tuple(_statements(visit, student, sight)),
    )


@cache
def _sections() -> tuple[str, ...]:
    """The sections that a draft is made of."""
    used = EVIDENCE | FRAME | {TRANSITION}
    return tuple(one.name for one in policy.sections().values() if one.fields & used)


def _student(plan: Plan) -> dict[str, str]:
    """Who it is about, as far as the reader may know."""
    named, identity = plan.profile.name_and_grade, plan.profile.identity
    told: dict[str, str] = {}
    if named is not None:
        given = named.preferred_given_name or named.legal_given_name
        told["name"] = f"{given} {named.preferred_family_name or named.legal_family_name}"
        told["grade"] = named.grade_level.code
    for one in identity.identifiers if identity else ():
        if one.system == "local":
            told["id"] = one.value
    return told


def _handover(visit: Visit, sight: Sight, number: str) -> Handover:
    party = visit.context.party
    whose = party or visit.subject
    consents = visit.events[-1].consents
    duties = {duty for one in sight.decisions.values() for duty in one.obligations}
    return Handover(
        purpose=visit.context.purpose or "",
        recipient=whose.name or whose.account_id,
        number=number,
        on=visit.district.day(visit.now),
        outside="O3" in duties,
        consents=consents,
        use_until=_use_until(visit, consents),
    )


def _use_until(visit: Visit, consents: tuple[str, ...]) -> str | None:
    """The first day on which one of the consents is over."""
    if not consents:
        return None
    table = consent
    query = sa.select(sa.func.min(table.c.expires_at)).where(
        table.c.tenant == visit.tenant, table.c.id.in_(consents)
    )
    ends = visit.connection.execute(query).scalar()
    return str(ends)[:10] if ends else None


def _sides(visit: Visit, student: str, sight: Sight) -> Iterator[Side]:
    """The proposals under way, with the student's words beside the Team's."""
    if not sight.opens(PROPOSALS):
        return
    for one in proposals_of(visit.connection, visit.tenant, student):
        if one.state in _LIVE:
            yield Side(
                one.id,
                one.state,
                one.change,
                one.part,
                one.area,
                one.student_words,
                one.wording,
                one.rationale,
            )


def _withheld(visit: Visit, sight: Sight, plan: Plan) -> tuple[str, ...] | None:
    """The elements of a draft that this reader does not get; None where that is not for telling."""
    roles = {role for one in sight.decisions.values() for role in one.roles}
    kinds = {policy.roles()[role].kind for role in roles}
    if visit.context.party is not None or not kinds <= _TOLD:
        return None
    hidden = (element for element in ELEMENTS if element in EVIDENCE and element in plan.withheld)
    return tuple(hidden)


def _based_on(base: Version | None) -> Mapping[str, Any]:
    if base is None:
        return {}
    header = base.iep.header
    days = {"from": header.start, "to": header.end}
    known = {name: long_day(day) for name, day in days.items() if day is not None}
    return {"id": base.iep_id, "version": base.iep.version or str(base.number), **known}


def _statements(visit: Visit, student: str, sight: Sight) -> Iterator[str]:
    """Statements of disagreement with what is disclosed (99.21(b)); they go with it."""
    table = statement
    query = sa.select(table.c.text).where(
        table.c.tenant == visit.tenant,
        table.c.student_id == student,
        table.c.section.in_([*sight.decisions, "*"]),
    )
    yield from visit.connection.execute(query.order_by(table.c.placed_at)).scalars()
