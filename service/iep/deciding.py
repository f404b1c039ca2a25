"""Reviewing proposals and recording what the IEP Team decided (34 CFR 300.320 to 300.324).

A decision is of the Team. Here it is only put on record, by the case manager or the agency's
representative, and never by whoever made the proposal. A rights holder's signature under a written
amendment is needed for that route and accepts nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from schemas.iep.header import ApprovalRoute
from service.access.decision import Decision
from service.access.workflow.clerk import require_text
from service.errors import Denied, Invalid, NotFound
from service.iep.change import Change, Version
from service.iep.ledger import PROPOSALS, SECTION, Proposal, move
from service.iep.mirror.read import received_at
from service.iep.proposing import own, prose, stamp_of
from service.iep.states import Action, Doer, Hand, State
from service.settings import instant
from service.store.access_tables import team_decision
from service.store.iep_work_tables import iep_decision, iep_signature

if TYPE_CHECKING:
    from service.office import Visit


@dataclass(frozen=True, slots=True)
class TeamDecision:
    """A decision as the papers have it.

    `reference` is the id of the meeting or of the agreement document, `notice` that of the prior
    written notice (34 CFR 300.503), which an amendment without a meeting needs as well.
    `participation` tells how the rights holder took part. `to_version` is the number that the
    IEP's next version will have here. `agency_signed_by` signs a written amendment for the agency.
    """

    route: ApprovalRoute
    reference: str
    decided_on: date
    notice: str
    participation: str
    to_version: int
    agency_signed_by: str | None = None


def route_of(given: str) -> ApprovalRoute:
    """A route as it was typed. Raises Invalid."""
    try:
        return ApprovalRoute(given)
    except ValueError:
        known = ", ".join(ApprovalRoute)
        raise Invalid(f"No decision is made by {given!r}.", f"Use one of {known}.") from None


def record_decision(visit: Visit, student: str, made: TeamDecision, base: Version) -> str:
    """Put a decision of the Team on record; gives its id. Raises Refused or Invalid."""
    _check(visit, made, base)
    signature = _signature(visit, student, made, base)
    amendment = made.route is ApprovalRoute.WRITTEN_AMENDMENT
    id_ = visit.clerk.add(
        team_decision,
        student_id=student,
        kind="amendment" if amendment else "meeting",
        decided_at=_decided_at(visit, made),
        agency_agrees=amendment,
        parent_agrees=amendment,
        notice=made.notice,
    )
    decision = _approved(visit, student, id_)
    row = {
        "route": made.route,
        "reference": made.reference,
        "decided_on": made.decided_on,
        "notice": made.notice,
        "participation": require_text("participation", made.participation),
        "role": ", ".join(decision.roles),
        "agency_signed_by": made.agency_signed_by,
        "signature_id": signature,
        "iep_source": base.source,
        "iep_id": base.iep_id,
        "from_version": base.number,
        "to_version": made.to_version,
        "recorded_by": visit.subject.account_id,
        "recorded_at": visit.act.at,
    }
    values = {"tenant": visit.tenant, "id": id_, "student_id": student, **row}
    visit.connection.execute(sa.insert(iep_decision).values(values))
    return id_


def sign(visit: Visit, student: str, document: str) -> str:
    """Sign a written amendment as the rights holder; gives the signature's id. Raises Refused."""
    named = require_text("document", document)
    signing = replace(visit, context=replace(visit.context, signs=True))
    decision = signing.require(student, "approve", SECTION, PROPOSALS)
    return visit.clerk.add(
        iep_signature,
        student_id=student,
        document=named,
        signer_id=visit.subject.account_id,
        role=", ".join(decision.roles),
        signed_at=visit.act.at,
    )


def review(visit: Visit, proposal_id: str) -> State:
    """Take a submitted proposal up. Raises Refused, Invalid or NotFound."""
    proposal = own(visit, proposal_id)
    visit.require(proposal.student_id, "write", SECTION, PROPOSALS)
    hand = Hand(visit.subject.ids, frozenset({Doer.KEEPER}))
    tenant, stamp = visit.tenant, stamp_of(visit)
    return move(visit.connection, tenant, proposal, Action.REVIEW, stamp, hand)


def accept(visit: Visit, proposal_id: str, decision_id: str, wording: str | None = None) -> State:
    """Record that a decision accepts a proposal, in the wording that the Team adopted.

    Raises Refused, Denied, Invalid or NotFound.
    """
    proposal = own(visit, proposal_id)
    adopted = prose("wording", wording) if wording else proposal.wording
    if proposal.change != Change.END and not adopted:
        raise Invalid(f"{proposal.id} has no wording of the Team.", "Give the one it adopted.")
    values = {"wording": adopted, "decision_id": decision_id}
    return _decide(visit, proposal, Action.ACCEPT, decision_id, values)


def reject(visit: Visit, proposal_id: str, decision_id: str) -> State:
    """Record that a decision rejects a proposal; the act's reason is kept with it."""
    require_text("reason", visit.act.reason)
    values = {"decision_id": decision_id}
    return _decide(visit, own(visit, proposal_id), Action.REJECT, decision_id, values)


def decision_of(visit: Visit, student: str, decision_id: str) -> dict[str, Any]:
    """A decision about a student by id. Raises NotFound."""
    table = iep_decision
    query = sa.select(table).where(
        table.c.tenant == visit.tenant, table.c.id == decision_id, table.c.student_id == student
    )
    row = visit.connection.execute(query).first()
    if row is None:
        raise NotFound(
            f"There is no decision {decision_id!r} about this student.",
            "Record it first: `planbridge iep decide`.",
        )
    return dict(row._mapping)


def _decide(
    visit: Visit, proposal: Proposal, action: Action, decision_id: str, values: dict[str, Any]
) -> State:
    _approved(visit, proposal.student_id, decision_id)
    made = decision_of(visit, proposal.student_id, decision_id)
    on = {"iep_source": made["iep_source"], "iep_id": made["iep_id"]}
    on["base_version"] = made["from_version"]
    if proposal.base is not None and proposal.base != tuple(on.values()):
        raise Invalid(
            f"{decision_id} is about version {made['from_version']} of the IEP, and {proposal.id} "
            f"about version {proposal.base_version}.",
            "Rebase the proposal, or name the decision on its version.",
        )
    _require_later(visit, proposal, made)
    hand = Hand(visit.subject.ids, frozenset({Doer.TEAM}))
    tenant, stamp = visit.tenant, stamp_of(visit)
    return move(visit.connection, tenant, proposal, action, stamp, hand, **values, **on)


def _require_later(visit: Visit, proposal: Proposal, made: dict[str, Any]) -> None:
    """Raises Invalid for a decision of a day before the proposal reached the Team."""
    if proposal.submitted_at is None:
        return  # nothing is decided on a draft: the step itself refuses that
    handed_in = visit.district.day(datetime.fromisoformat(proposal.submitted_at))
    if made["decided_on"] < handed_in:
        raise Invalid(
            f"{made['id']} was made on {made['decided_on']}, and {proposal.id} handed in only on "
            f"{handed_in}.",
            "Name a decision that the Team made on it: `planbridge iep decide`.",
        )


def _approved(visit: Visit, student: str, decision_id: str) -> Decision:
    """The decision to approve on the strength of a recorded decision of the Team."""
    deciding = replace(visit, context=replace(visit.context, team_decision=decision_id))
    decision = deciding.require(student, "approve", SECTION, PROPOSALS)
    if not any("TM" in rule.rpartition(":")[2].split("&") for rule in decision.rules):
        raise Denied("A decision of the Team is needed.", "See `planbridge iep decide --help`.")
    return decision


def _check(visit: Visit, made: TeamDecision, base: Version) -> None:
    for name in ("reference", "notice", "participation"):
        require_text(name, getattr(made, name))
    if made.decided_on > visit.district.day(visit.now):
        raise Invalid(f"{made.decided_on} has not come yet.", "Record a decision once it is made.")
    if made.to_version <= base.number:
        raise Invalid(
            f"to-version: {made.to_version} is not after the current {base.number}.",
            "Give the number that the next version of the IEP will have.",
        )
    if made.route is ApprovalRoute.WRITTEN_AMENDMENT and not made.agency_signed_by:
        raise Invalid("A written amendment needs the agency's signature.", "Say who signed for it.")


def _decided_at(visit: Visit, made: TeamDecision) -> str:
    """A moment of the day of the decision that is not still to come."""
    noon = datetime.combine(made.decided_on, time(12), UTC)
    return min(instant(noon), visit.act.at)


def _signature(visit: Visit, student: str, made: TeamDecision, base: Version) -> str | None:
    """The rights holder's own signature under an amendment. Raises Invalid where it is missing.

    One that was given before the present version arrived was under an amendment of another.
    """
    if made.route is not ApprovalRoute.WRITTEN_AMENDMENT:
        return None
    table = iep_signature
    since = received_at(visit.connection, visit.tenant, student, base)
    query = sa.select(table.c.id).where(
        table.c.tenant == visit.tenant,
        table.c.student_id == student,
        table.c.document == made.reference,
        table.c.signed_at.between(since, visit.act.at),
    )
    found = visit.connection.execute(query.order_by(table.c.signed_at.desc())).scalar()
    if found is None:
        raise Invalid(
            f"Nobody who holds the rights has signed {made.reference} since version "
            f"{base.number} of the IEP arrived.",
            "The rights holder signs first: `planbridge iep sign`.",
        )
    return str(found)
