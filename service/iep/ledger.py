"""The book of proposals: rows, steps, and who may read them.

A proposal that was never submitted is its proposer's own draft: nobody else is shown it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import Stale
from service.iep.states import SERVICE, Action, Hand, State, after
from service.store import counters
from service.store.iep_work_tables import iep_proposal, iep_proposal_step

SECTION: Final = "iepLink"
PROPOSALS: Final = "iep.proposals"
LINKS: Final = "iep.links"
TRANSITION: Final = "iep.transition"
PROGRESS: Final = "iep.progress"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it is kept; `difference` is what a delivered version has instead.

    It has no version where whoever made it may not know whether there is an IEP: that would tell
    of one. It is about whichever version is current, until a decision names one.
    """

    id: str
    student_id: str
    state: State
    change: str
    part: str
    iep_source: str | None
    iep_id: str | None
    base_version: int | None
    area: str | None
    goal_id: str | None
    ilp_entry: str | None
    ilp_element: str | None
    student_words: str | None
    wording: str | None
    rationale: str
    proposer_id: str
    proposer_person: str | None
    made_at: str
    submitted_at: str | None
    expires_on: date
    decision_id: str | None
    difference: dict[str, Any] | None

    @property
    def base(self) -> tuple[str, str, int] | None:
        """Source, id and number of the version that it is based on."""
        based = (self.iep_source, self.iep_id, self.base_version)
        return None if None in based else based  # type: ignore[return-value]

    @property
    def proposer(self) -> frozenset[str]:
        """All ids of whoever proposed it."""
        return frozenset({self.proposer_id, self.proposer_person} - {None})  # type: ignore[arg-type]

    def shows_to(self, ids: frozenset[str]) -> bool:
        """Whether somebody for whom proposals are open is shown this one."""
        return self.submitted_at is not None or bool(ids & self.proposer)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a step is taken, by which account, and why."""

    at: str
    by: str
    reason: str


def proposal_of(
    connection: Connection, tenant: str, id_: str, ids: frozenset[str]
) -> Proposal | None:
    """A proposal by id, for somebody of these ids; None for a foreign draft too."""
    found = next(_select(connection, tenant, iep_proposal.c.id == id_), None)
    return found if found is not None and found.shows_to(ids) else None


def proposals_of(connection: Connection, tenant: str, student: str) -> list[Proposal]:
    """All proposals about a student, oldest first, drafts included."""
    return list(_select(connection, tenant, iep_proposal.c.student_id == student))


def students_with_proposals(connection: Connection, tenant: str) -> list[str]:
    """Everybody about whom something was ever proposed."""
    table = iep_proposal.c
    query = sa.select(table.student_id).distinct().where(table.tenant == tenant)
    return sorted(connection.execute(query).scalars())


def steps_of(connection: Connection, tenant: str, proposal_id: str) -> list[dict[str, Any]]:
    """Every step of a proposal, in order."""
    table = iep_proposal_step
    query = sa.select(table).where(table.c.tenant == tenant, table.c.proposal_id == proposal_id)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: int(row["id"].rpartition("-")[2]))


def new_proposal(connection: Connection, tenant: str, stamp: Stamp, values: dict[str, Any]) -> str:
    """Keep a new draft; gives its id."""
    id_ = f"iep_proposal-{counters.advance(connection, tenant, 'iep_proposal')}"
    row = {"tenant": tenant, "id": id_, "state": State.DRAFT, "made_at": stamp.at, **values}
    connection.execute(sa.insert(iep_proposal).values(row))
    step = {"student_id": values["student_id"], "proposal_id": id_}
    _put_step(connection, tenant, stamp, {**step, "action": "propose", "to_state": State.DRAFT})
    return id_


def move(
    connection: Connection,
    tenant: str,
    proposal: Proposal,
    action: Action,
    stamp: Stamp,
    hand: Hand = SERVICE,
    **values: Any,
) -> State:
    """Take a step and set what changes with it; gives the new state.

    Raises Denied or Invalid as `states.after`, Stale where somebody else was faster.
    """
    target = after(action, proposal.state, proposal.proposer, hand)
    table = iep_proposal
    mine = (table.c.tenant == tenant, table.c.id == proposal.id, table.c.state == proposal.state)
    done = connection.execute(sa.update(table).where(*mine).values(state=target, **values))
    if done.rowcount != 1:
        raise Stale(f"{proposal.id} was moved by somebody else.", "Look at it again.")
    step = {
        "student_id": proposal.student_id,
        "proposal_id": proposal.id,
        "action": action,
        "from_state": proposal.state,
        "to_state": target,
    }
    _put_step(connection, tenant, stamp, step)
    return target


def _put_step(connection: Connection, tenant: str, stamp: Stamp, step: dict[str, Any]) -> None:
    number = counters.advance(connection, tenant, "iep_proposal_step")
    told = {"at": stamp.at, "by": stamp.by, "reason": stamp.reason}
    row = {"tenant": tenant, "id": f"iep_proposal_step-{number}", **step, **told}
    connection.execute(sa.insert(iep_proposal_step).values(row))


def _select(
    connection: Connection, tenant: str, *where: sa.ColumnElement[bool]
) -> Iterator[Proposal]:
    query = sa.select(iep_proposal).where(iep_proposal.c.tenant == tenant, *where)
    for row in connection.execute(query.order_by(iep_proposal.c.made_at, iep_proposal.c.id)):
        values = {name: value for name, value in row._mapping.items() if name != "tenant"}
        difference = values["difference"] and json.loads(values["difference"])
        yield Proposal(**{**values, "state": State(values["state"]), "difference": difference})
