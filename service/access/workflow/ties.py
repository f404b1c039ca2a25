"""Ties that no roster tells: who counsels, manages a case, serves, guards, mentors, enrolls.

A tie gives a role, so that what makes somebody staff or a guardian is an act of office, and nobody
makes a tie of the own. The others open nothing without a consent or the rule's other conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from service.access.workflow.clerk import (
    CONSENT,
    Clerk,
    Done,
    require_text,
    somebody,
)
from service.access.workflow.spans import ONWARD, Span, require_going_on, times_of, with_state
from service.errors import Denied, Invalid
from service.store.access_tables import tie


@dataclass(frozen=True, slots=True)
class Kind:
    """Whether only the custodian makes such a tie, and whether it is to a person."""

    office: bool
    person: bool


KINDS: Final = {
    "counselor": Kind(office=True, person=True),
    "caseManager": Kind(office=True, person=True),
    "serviceProvider": Kind(office=True, person=True),
    "guardian": Kind(office=True, person=True),
    "mentor": Kind(office=False, person=True),
    "enrollment": Kind(office=False, person=False),
    "aid": Kind(office=False, person=False),
}
"""The kinds of ties; `enrollment` and `aid` are to the account of a school, college or lender."""


@dataclass(frozen=True, slots=True)
class Bond:
    """To whom, of which kind, by which paper. `notice_met`: the notice of 34 CFR 99.34 was met."""

    agent: str
    kind: str
    evidence: str
    notice_met: bool = False


def add_tie(clerk: Clerk, student: str, bond: Bond, span: Span = ONWARD) -> Done:
    """Tie somebody to a student. Raises Refused, Denied for oneself, Invalid or NotFound."""
    kind = KINDS.get(bond.kind)
    if kind is None:
        raise Invalid(f"kind cannot be {bond.kind!r}.", f"Use one of {', '.join(KINDS)}.")
    office = kind.office or bond.notice_met
    decision = clerk.permit("tie.add", student, CONSENT, office=office)
    evidence = require_text("evidence", bond.evidence)
    _check_agent(clerk, student, bond, kind)
    made = clerk.add(
        tie,
        student_id=student,
        agent_id=bond.agent,
        kind=bond.kind,
        notice_met=bond.notice_met,
        evidence=evidence,
        **times_of(clerk, span),
    )
    return Done("tie.add", made, student, (CONSENT,), decision)


def end_tie(clerk: Clerk, tie_id: str) -> Done:
    """End a tie now; the act's reason says why. Raises Refused, Invalid or NotFound."""
    require_text("reason", clerk.act.reason)
    row = clerk.row(tie, tie_id)
    student = str(row["student_id"])
    office = KINDS[row["kind"]].office if row["kind"] in KINDS else True
    decision = clerk.permit("tie.end", student, CONSENT, office=office)
    require_going_on(clerk, row)
    clerk.change(tie, row, valid_to=clerk.act.at)
    return Done("tie.end", tie_id, student, (CONSENT,), decision)


def list_ties(clerk: Clerk, student: str | None = None) -> list[dict[str, Any]]:
    """Those that this account may see, each with whether it is in force."""
    return with_state(clerk, clerk.readable(tie, student))


def _check_agent(clerk: Clerk, student: str, bond: Bond, kind: Kind) -> None:
    if bond.notice_met and bond.kind != "enrollment":
        raise Invalid("notice-met is about enrollments alone.", "Leave it out.")
    agent = somebody(clerk.connection, clerk.tenant, bond.agent)
    if agent.ids & clerk.subject.ids:
        raise Denied("Nobody ties the own account to a student.", "Somebody else has to.")
    if student in agent.ids:
        raise Invalid("agent is the student.", "Name somebody else.")
    if (agent.kind == "person") is not kind.person:
        whom = "a person" if kind.person else "the account of an institution"
        raise Invalid(f"agent has to be {whom} for {bond.kind}.", "Name another one.")
