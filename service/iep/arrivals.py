"""What days and deliveries do to proposals: they expire, are outdated, realized, or are not."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy.engine import Connection

from service.iep.change import Change, Version, Wish, difference, shows
from service.iep.ledger import Proposal, Stamp, move, proposals_of
from service.iep.states import OPEN, Action, State

BY = "service"
"""Whom the book names for steps that nobody takes."""


def expire_due(connection: Connection, tenant: str, student: str, today: date, at: str) -> int:
    """Expire the open proposals whose last day is over; gives how many."""
    due = [
        one
        for one in proposals_of(connection, tenant, student)
        if one.state in OPEN and one.expires_on < today
    ]
    for one in due:
        stamp = Stamp(at, BY, f"waited until {one.expires_on}")
        move(connection, tenant, one, Action.EXPIRE, stamp)
    return len(due)


def settle(
    connection: Connection, tenant: str, student: str, before: Version | None, now: Version, at: str
) -> dict[str, State]:
    """Settle a student's proposals after a version arrived; gives those that moved, by id.

    Open ones based on another version need a rebase, be it that an older one holds again.
    Accepted ones are realized where a newer version shows the change, and otherwise keep a report
    of what it says instead.
    """
    moved = {}
    for one in proposals_of(connection, tenant, student):
        based = one.base_version
        if one.iep_source != now.source or based is None or based == now.number:
            continue
        if one.state in (State.ACCEPTED, State.NOT_REALIZED) and based < now.number:
            moved[one.id] = _compared(connection, tenant, one, before, now, at)
        elif one.state in OPEN - {State.NEEDS_REBASE}:
            came = "arrived first" if based < now.number else "holds again"
            stamp = Stamp(at, BY, f"version {now.number} of the IEP {came}")
            moved[one.id] = move(connection, tenant, one, Action.OUTDATE, stamp)
    return moved


def _compared(
    connection: Connection,
    tenant: str,
    one: Proposal,
    before: Version | None,
    now: Version,
    at: str,
) -> State:
    wish = Wish(Change(one.change), one.part, one.wording, one.goal_id, one.area)
    if shows(wish, before.iep if before else None, now.iep):
        stamp = Stamp(at, BY, f"version {now.number} of the IEP shows it")
        return move(connection, tenant, one, Action.REALIZE, stamp, difference=None)
    if one.state is State.NOT_REALIZED:
        return one.state
    told = json.dumps({**difference(wish, now.iep), "version": now.number}, ensure_ascii=False)
    stamp = Stamp(at, BY, f"version {now.number} of the IEP does not show it")
    return move(connection, tenant, one, Action.MISS, stamp, difference=told)
