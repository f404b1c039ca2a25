"""Copies owed of what was disclosed: where a consent asks for one, it waits to be sent.

34 CFR 99.30(c), duty O6. One row waits for each consent and receiver, however often the same is
disclosed, and names every field that went since the last copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.audit.event import Event, Outcome
from service.audit.parties import DISCLOSING
from service.store import counters
from service.store.access_tables import consent, owed_copy

_AT_ONCE: Final = 500


def owe_copies(
    connection: Connection, tenant: str, first: int, events: Iterable[Event]
) -> list[str]:
    """Owe what these events disclosed by consents that ask for copies; `first` numbers them.

    Gives the copies that are owed anew.
    """
    disclosed = [
        (seq, event)
        for seq, event in enumerate(events, start=first)
        if event.consents and event.outcome is Outcome.ALLOWED and event.action in DISCLOSING
    ]
    if not disclosed:
        return []
    wanted = dict(
        _wanted(connection, tenant, {id_ for _, one in disclosed for id_ in one.consents})
    )
    owed = [
        _owe(connection, tenant, wanted[id_], seq, event)
        for seq, event in disclosed
        for id_ in event.consents
        if id_ in wanted and wanted[id_].student_id in event.students
    ]
    return [made for made in owed if made is not None]


def take_back(connection: Connection, tenant: str, made: list[str], events: range) -> None:
    """Owe no longer what never arrived: of the copies `made` for these events, now unanswered.

    A copy to which another disclosure added meanwhile stays: what went then is owed.
    """
    owed = owed_copy.c
    alone = (owed.seq >= events.start, owed.seq < events.stop, owed.sent_at.is_(None))
    for at in range(0, len(made), _AT_ONCE):
        mine = (owed.tenant == tenant, owed.id.in_(made[at : at + _AT_ONCE]))
        connection.execute(sa.delete(owed_copy).where(*mine, *alone))


def _wanted(connection: Connection, tenant: str, ids: set[str]) -> Iterator[tuple[str, Any]]:
    """The consents among these that ask for copies."""
    columns = (consent.c.id, consent.c.student_id, consent.c.grantor_id)
    named = sorted(ids)
    for at in range(0, len(named), _AT_ONCE):
        query = sa.select(*columns).where(
            consent.c.tenant == tenant,
            consent.c.id.in_(named[at : at + _AT_ONCE]),
            consent.c.copy_on_request,
        )
        for row in connection.execute(query):
            yield row.id, row


def _owe(connection: Connection, tenant: str, given: Any, seq: int, event: Event) -> str | None:
    """Add to the copy that waits, or make one; gives the id of a new one."""
    owed, receiver = owed_copy.c, event.party or event.actor
    waiting = sa.select(owed.id, owed.fields).where(
        owed.tenant == tenant,
        owed.consent_id == given.id,
        owed.receiver_id == receiver,
        owed.sent_at.is_(None),
    )
    # One that is being closed at this moment is passed over: this is owed anew.
    found = connection.execute(waiting.with_for_update(skip_locked=True)).first()
    before = json.loads(found.fields) if found else []
    told = {
        "fields": json.dumps(sorted({*before, *event.fields})),
        "last_at": event.at,
        "seq": seq,
    }
    if found:
        mine = (owed.tenant == tenant, owed.id == found.id)
        connection.execute(sa.update(owed_copy).where(*mine).values(told))
        return None
    made = f"owed_copy-{counters.advance(connection, tenant, 'owed_copy')}"
    whose = {"student_id": given.student_id, "consent_id": given.id, "owed_to": given.grantor_id}
    row = {"id": made, **whose, "receiver_id": receiver, "first_at": event.at, **told}
    connection.execute(sa.insert(owed_copy).values(tenant=tenant, **row))
    return made
